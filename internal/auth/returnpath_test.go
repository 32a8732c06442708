package auth

import (
	"net/url"
	"strings"
	"testing"
)

func TestReturnPath(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"/", "/callbacks/01J", "/callbacks/01J/", "/?scope=mine&q=a%20b", "/admin/callbacks?state=lost&state=closed",
		"/callbacks/01J?q=//x", "/?return=https://evil.example", "/callbacks/01J#response",
	} {
		if got := ReturnPath(good); got != good {
			t.Errorf("ReturnPath(%q) = %q, want it unchanged", good, got)
		}
	}
	for name, bad := range map[string]string{
		"Empty": "", "Relative": "callbacks", "Absolute": "https://evil.example/", "SchemeRelative": "//evil.example", "ThreeSlashes": "///evil.example",
		"Backslash": `/\evil.example`, "BackslashLater": `/a\b`, "Tab": "/\t/evil.example", "Newline": "/a\r\nSet-Cookie: x=1",
		"Null": "/\x00", "Delete": "/\x7f", "NotASCII": "/é", "Space": "/a b", "DotSegment": "/.//evil.example",
		"Parent": "/a/..//evil.example", "DoubleSlashInside": "/a//evil.example", "EscapedDot": "/%2e//evil.example",
		"EscapedSlash": "/%2f/evil.example", "BadEscape": "/%zz", "Javascript": "javascript:alert(1)",
		"TooLong": "/" + strings.Repeat("a", maxReturnPath),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ReturnPath(bad); got != "/" {
				t.Errorf("ReturnPath(%q) = %q, want /", bad, got)
			}
		})
	}
}

func FuzzReturnPath(f *testing.F) {
	for _, seed := range []string{"/", "//evil.example", `/\evil`, "/a?b#c", "/%2f%2fevil", "https://evil.example", "/.//x", "/a:b@c"} {
		f.Add(seed)
	}
	origin, err := url.Parse("https://countersign.example")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := ReturnPath(s)
		if got != s && got != "/" {
			t.Fatalf("ReturnPath(%q) = %q, neither the input nor /", s, got)
		}
		u, err := origin.Parse(got)
		if err != nil || u.Host != origin.Host || u.Scheme != "https" || u.User != nil {
			t.Fatalf("ReturnPath(%q) = %q leads to %v, %v", s, got, u, err)
		}
		// Not every reader parses as net/url does: hold the text itself to the rule as well.
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t\x00") {
			t.Fatalf("ReturnPath(%q) = %q", s, got)
		}
	})
}
