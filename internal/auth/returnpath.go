package auth

import (
	"net/url"
	"path"
	"strings"
)

// maxReturnPath bounds a return address in bytes. The longest filter of our own pages is far
// shorter.
const maxReturnPath = 2048

// ReturnPath returns s if it is the address of one of our pages, a path with an optional query, and
// "/" otherwise. It is strict, because browsers and proxies read "//host", "/\host", tabs and dot
// segments in ways that lead to other origins.
func ReturnPath(s string) string {
	if len(s) > maxReturnPath || !strings.HasPrefix(s, "/") || !visibleASCII(s) {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return "/"
	}
	if clean := path.Clean(u.Path); u.Path != clean && u.Path != clean+"/" {
		return "/"
	}
	return s
}

// visibleASCII reports whether s is visible ASCII without a backslash and without bytes that a URL
// has to escape.
func visibleASCII(s string) bool {
	for _, b := range []byte(s) {
		if b <= ' ' || b > '~' || b == '\\' {
			return false
		}
	}
	return true
}
