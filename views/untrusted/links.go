package untrusted

import (
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/printable"

	"golang.org/x/net/idna"
)

// WebAddress reads a stranger's address. address is where a browser would go, and host where that
// is, in the letters in which names are looked up, so that no other host can look like it. It is
// not ok for what is no address of the web, for one with a user, which hides where it leads, and
// for a host that cannot be.
func WebAddress(raw string) (address, host string, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Host == "" {
		return "", "", false
	}
	name, port := u.Hostname(), u.Port()
	if strings.Contains(name, ":") {
		return u.String(), u.Host, true // an IP address, which url.Parse has read
	}
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		return "", "", false
	}
	if name, ok = lookupName(name); !ok {
		return "", "", false
	}
	if u.Host = name; port != "" {
		u.Host += ":" + port
	}
	return u.String(), u.Host, true
}

// MailAddress reads a stranger's address of mail: whom a mail program would write to, with hosts in
// the letters in which they are looked up, and what else the address says. It is not ok for what is
// no such address, or may hide another one.
func MailAddress(raw string) (shown string, ok bool) {
	rest, ok := strings.CutPrefix(raw, "mailto:")
	to, more, asks := strings.Cut(rest, "?")
	if !ok || strings.ContainsFunc(more, func(r rune) bool { return r > '~' }) {
		return "", false
	}
	var all []string
	for address := range strings.SplitSeq(to, ",") {
		address, err := url.PathUnescape(address)
		at := strings.LastIndexByte(address, '@')
		if err != nil || at <= 0 {
			return "", false
		}
		host, ok := lookupName(address[at+1:])
		if !ok {
			return "", false
		}
		all = append(all, address[:at+1]+host)
	}
	if shown = strings.Join(all, ","); asks {
		shown += "?" + more
	}
	return shown, true
}

// lookupName is a name as it is looked up. Names with a low line exist in company networks, though
// they are against the rules.
func lookupName(name string) (string, bool) {
	ascii, err := idna.Lookup.ToASCII(strings.ReplaceAll(name, "_", "x"))
	if err != nil || strings.Contains("."+strings.TrimSuffix(ascii, ".")+".", "..") || len(printable.Hidden(name, printable.Apart)) > 0 {
		return "", false
	}
	if strings.Contains(name, "_") {
		ascii = strings.ToLower(name)
		return ascii, !strings.ContainsFunc(name, func(r rune) bool { return r > '~' })
	}
	return ascii, true
}
