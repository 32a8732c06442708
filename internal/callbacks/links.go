package callbacks

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/internal/printable"
)

func checkLinks(links []Link, faults *Invalid) {
	if len(links) > maxLinks {
		faults.Add("/links", "at most %d links", maxLinks)
		links = links[:maxLinks]
	}
	for i, link := range links {
		at := fmt.Sprintf("/links/%d", i)
		u, err := url.Parse(link.URL)
		switch {
		case len(link.URL) > maxURL || err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
			faults.Add(at+"/url", "an absolute http or https address of at most %d characters", maxURL)
		case u.User != nil:
			faults.Add(at+"/url", "an address without a user: what stands before the @ hides where it leads")
		case !validHost(u):
			faults.Add(at+"/url", "%q is no host", u.Host)
		}
		if n := utf8.RuneCountInString(link.Title); n > maxTitle {
			faults.Add(at+"/title", "at most %d characters, this has %d", maxTitle, n)
		}
		checkLine(at+"/title", link.Title, faults)
	}
}

// validHost reports whether a browser can go to the host of a URL: a name of letters, digits and
// hyphens, or an IP address, with or without a port.
func validHost(u *url.URL) bool {
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return false
		}
	}
	if strings.HasPrefix(u.Host, "[") {
		return true // url.Parse has checked the address
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if len(host) > 253 || len(printable.Hidden(host, printable.Apart)) > 0 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		wrong := func(r rune) bool {
			return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		}
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") || strings.ContainsFunc(label, wrong) {
			return false
		}
	}
	return true
}
