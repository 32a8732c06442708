package untrusted

import (
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/printable"

	"golang.org/x/net/idna"
)

// WebAddress reads a web address that a sender wrote. address is where a browser would go, and host
// is its host in the letters used for name look-up, so that no other host can look like it. ok is
// false if raw is not a web address, has a user part, which hides where it leads, or has an
// impossible host.
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

// MailAddress reads a mail address that a sender wrote. shown is the address to which a mail
// program would write, with the host in the letters used for name look-up, and what else the
// address says. ok is false if raw is not a mail address or may hide another one.
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

// lookupName returns a name as it is looked up. It accepts underscores: they exist in company
// networks, although the rules forbid them.
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
