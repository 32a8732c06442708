package announcement

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/mask"
	"countersign/internal/printable"
)

func (a Announcement) checkText(faults *fault.List) {
	for _, text := range []struct {
		at, value string
		limit     int
	}{
		{"/title", a.Title, maxTitle},
		{"/description", a.Description, maxDescription},
		{"/requester", a.Requester, maxName},
		{"/requesterId", a.RequesterID, callbacks.MaxSubjectRunes},
		{"/function", a.Function, maxName},
		{"/name", a.Name, maxName},
		{"/executionArn", a.ExecutionARN, maxARN},
		{"/group", a.Group, maxName},
	} {
		if n := utf8.RuneCountInString(text.value); n > text.limit {
			faults.Add(text.at, "at most %d characters, this has %d", text.limit, n)
		}
		if text.at != "/title" && text.at != "/description" {
			checkLine(text.at, text.value, faults)
		}
	}
	if _, refused, place := printable.Tidy(a.Title); place > 0 {
		faults.Add("/title", "%s", unseenFault(refused, place))
	} else if strings.TrimSpace(a.Title) != "" && !printable.HasInk(a.Title) {
		faults.Add("/title", "shows nothing: send at least one visible character, or no title")
	}
}

// checkAhead refuses a start that lies too far in the future: the sender's clock is wrong.
func (a Announcement) checkAhead(now time.Time, faults *fault.List) {
	if a.StartedAt.After(now.Add(maxAhead)) {
		faults.Add("/startedAt", "lies %s in the future: check the sender's clock", a.StartedAt.Sub(now).Round(time.Second))
	}
}

// ValidTime reports whether a time can be stored and written: not before 1971, because columns use
// 0 for none, and not after the year 9999, because RFC 3339 has four digits. It checks the time in
// UTC, because an offset may cross either bound.
func ValidTime(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1971 && year <= 9999
}

func (a Announcement) checkClocks(faults *fault.List) {
	for _, instant := range []struct {
		at string
		t  time.Time
	}{{"/startedAt", a.StartedAt}, {"/executionDeadline", a.ExecutionDeadline}} {
		if !instant.t.IsZero() && !ValidTime(instant.t) {
			faults.Add(instant.at, "a time in the years 1971 to 9999 (UTC) is expected")
		}
	}
	for _, clock := range []struct {
		at string
		d  time.Duration
	}{{"/timeoutSeconds", a.Timeout}, {"/heartbeatTimeoutSeconds", a.HeartbeatTimeout}} {
		if clock.d < 0 || clock.d > maxClock {
			faults.Add(clock.at, "0 to %d seconds, 0 for none", int64(maxClock/time.Second))
		}
	}
	if !a.ExecutionDeadline.IsZero() && !a.StartedAt.IsZero() && !a.ExecutionDeadline.After(a.StartedAt) {
		faults.Add("/executionDeadline", "lies before startedAt")
	}
}

func checkTags(tags []string, faults *fault.List) {
	if len(tags) > maxTags {
		faults.Add("/tags", "at most %d tags", maxTags)
		tags = tags[:maxTags]
	}
	for i, tag := range tags {
		at := fmt.Sprintf("/tags/%d", i)
		if n := utf8.RuneCountInString(tag); n == 0 || n > maxTag {
			faults.Add(at, "1 to %d characters, this has %d", maxTag, n)
		}
		checkLine(at, tag, faults)
	}
}

func checkMasked(pointers []string, faults *fault.List) {
	if len(pointers) > mask.MaxPointers {
		faults.Add("/masked", "at most %d pointers", mask.MaxPointers)
		pointers = pointers[:mask.MaxPointers]
	}
	for i, pointer := range pointers {
		if err := mask.Check(pointer); err != nil {
			faults.Add(fmt.Sprintf("/masked/%d", i), "%v", err)
		}
	}
}

func checkLinks(links []callbacks.Link, faults *fault.List) {
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

// checkLine adds a fault for a character that has no place in a line that people base a decision
// on.
func checkLine(at, line string, faults *fault.List) {
	if r, place, found := printable.Unseen(line); found {
		faults.Add(at, "%s", unseenFault(r, place))
	}
}

// unseenFault tells a sender which character is invisible, and where it is.
func unseenFault(r rune, place int) string {
	return fmt.Sprintf("character %d is %s: people cannot see it, leave it out", place, printable.Name(r))
}
