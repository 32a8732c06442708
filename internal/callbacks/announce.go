package callbacks

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/internal/arn"
	"countersign/internal/printable"
)

// Announcement is what a sender says of a callback, decoded but not yet checked. The JSON names are
// those of the intake endpoint; faults point at them.
type Announcement struct {
	CallbackID        string          `json:"callbackId,omitzero"`
	Title             string          `json:"title,omitzero"`
	Description       string          `json:"description,omitzero"`
	Requester         string          `json:"requester,omitzero"`
	RequesterID       string          `json:"requesterId,omitzero"`
	Payload           json.RawMessage `json:"payload,omitzero"`
	Function          string          `json:"function,omitzero"`
	ExecutionARN      string          `json:"executionArn,omitzero"`
	Name              string          `json:"name,omitzero"`
	StartedAt         time.Time       `json:"startedAt,omitzero"`
	Timeout           time.Duration   `json:"timeoutSeconds,omitzero"`
	HeartbeatTimeout  time.Duration   `json:"heartbeatTimeoutSeconds,omitzero"`
	ExecutionDeadline time.Time       `json:"executionDeadline,omitzero"`
	Queue             string          `json:"queue,omitzero"`
	Links             []Link          `json:"links,omitzero"`
	Tags              []string        `json:"tags,omitzero"`
	Outcomes          []Outcome       `json:"outcomes,omitzero"`
	KeepAlive         KeepAlive       `json:"keepAlive,omitzero"`
}

// Limits of an announcement.
const (
	maxTitle       = 200
	maxDescription = 20_000
	maxName        = MaxNameRunes
	maxARN         = 1024
	maxLinks       = 10
	maxTags        = 10
	maxTag         = 40
	maxURL         = 2000
	// maxClock is the API's largest timeout in seconds (CallbackOptions).
	maxClock = 99_999_999 * time.Second
	// maxAhead is how far a sender's clock may run ahead of ours.
	maxAhead = 5 * time.Minute
)

var queueName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// ValidQueueName reports whether a queue can have this name: 1 to 63 of a-z, 0-9, - and _.
func ValidQueueName(name string) bool { return queueName.MatchString(name) }

// Fingerprint tells two announcements of one callback apart. It covers every field as it was sent
// and leaves out fields that were not sent, so that a field added in a later version changes no
// fingerprint.
func (a Announcement) Fingerprint() string {
	document, err := json.Marshal(a)
	if err != nil { // every field marshals: RawMessages were decoded from valid JSON
		panic(fmt.Sprintf("callbacks: announcement does not marshal: %v", err))
	}
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// Callback checks the announcement and makes the callback and its content. It returns all faults at
// once, as [Invalid]. allowed lists the queues that the sender may address; an empty list allows
// any.
func (a Announcement) Callback(source string, allowed []string, queues Queues, now time.Time) (Callback, Content, error) {
	var faults Invalid
	id, err := ParseCallbackID(a.CallbackID)
	if err != nil {
		faults.Add("/callbackId", "%v", err)
	}
	queue := a.queue(allowed, queues, &faults)
	a.Outcomes = slices.Clone(a.Outcomes) // because checkOutcomes normalises them in place
	requester := a.check(source, queue, now, &faults)
	if err := faults.Err(); err != nil {
		return Callback{}, Content{}, err
	}

	title, _, _ := tidyLine(a.Title)
	where := arn.OfFunction(a.ExecutionARN)
	c := Callback{
		ID:           NewID(),
		CallbackID:   id,
		ExecutionARN: a.ExecutionARN,
		Region:       where.Region,
		Function:     cmp.Or(a.Function, where.Function()),
		Name:         a.Name,
		Request: Request{
			Source:    source,
			Queue:     queue.Name,
			Title:     title,
			Requester: requester,
			Outcomes:  a.Outcomes,
			KeepAlive: cmp.Or(a.KeepAlive, queue.KeepAlive, KeepAliveReview),
		},
		Requirement: OneSignature,
		Clocks:      a.clocks(now),
		ReceivedAt:  now,
		State:       Pending,
	}
	if c.Title == "" {
		c.Title = untitled(c)
	}
	if len(c.Outcomes) == 0 {
		c.Outcomes = DefaultOutcomes(queue.RejectAs)
	}
	c.scheduleHeartbeat(now)
	content := Content{Description: a.Description, Payload: bytes.TrimSpace(a.Payload), Links: a.Links, Tags: a.Tags}
	return c, content, nil
}

// clocks are those that the sender states; without a start they run from now.
func (a Announcement) clocks(now time.Time) Clocks {
	c := Clocks{
		StartedAt:         a.StartedAt,
		Timeout:           a.Timeout,
		HeartbeatTimeout:  a.HeartbeatTimeout,
		ExecutionDeadline: a.ExecutionDeadline,
	}
	if c.StartedAt.IsZero() {
		c.StartedAt = now
	}
	return c
}

// check reports what is wrong with the values and returns who asks. It normalises the outcomes.
func (a Announcement) check(
	source string, queue Queue, now time.Time, faults *Invalid,
) Requester {
	a.checkText(faults)
	a.checkClocks(faults)
	if source != SourceDiscovery { // AWS's clock is authoritative
		a.checkAhead(now, faults)
	}
	checkOutcomes(a.Outcomes, queue.rejectKind(), "/outcomes", faults)
	requester, unclear := requesterOf(a.Requester, a.RequesterID)
	// a history does not say who the requester is
	if unclear != "" && queue.FourEyes && source != SourceDiscovery {
		faults.Add("/requester", "this %s. Queue %q asks for four eyes and has to tell who asks: "+
			`send one address, as in "Ines Calloway <ines@example.com>", or requesterId, `+
			"the person's subject at the desk's sign-in", unclear, queue.Name)
	}
	checkLinks(a.Links, faults)
	checkTags(a.Tags, faults)
	switch a.KeepAlive {
	case "", KeepAliveReview, KeepAliveQueued:
	default:
		faults.Add("/keepAlive", "review or queued")
	}
	return requester
}

func (a Announcement) queue(allowed []string, queues Queues, faults *Invalid) Queue {
	name := cmp.Or(a.Queue, DefaultQueue)
	if a.Queue == "" && len(allowed) > 0 && !slices.Contains(allowed, DefaultQueue) {
		// a source that may not use the default queue has its first queue as default
		name = allowed[0]
	}
	queue, known := queues[name]
	switch {
	case !known:
		faults.Add("/queue", "no queue is named %q here", name)
	case len(allowed) > 0 && !slices.Contains(allowed, name):
		faults.Add("/queue", "this sender may not address queue %q", name)
	}
	return queue
}

func (a Announcement) checkText(faults *Invalid) {
	for _, text := range []struct {
		at, value string
		limit     int
	}{
		{"/title", a.Title, maxTitle},
		{"/description", a.Description, maxDescription},
		{"/requester", a.Requester, maxName},
		{"/requesterId", a.RequesterID, MaxSubjectRunes},
		{"/function", a.Function, maxName},
		{"/name", a.Name, maxName},
		{"/executionArn", a.ExecutionARN, maxARN},
	} {
		if n := utf8.RuneCountInString(text.value); n > text.limit {
			faults.Add(text.at, "at most %d characters, this has %d", text.limit, n)
		}
		if text.at != "/title" && text.at != "/description" {
			checkLine(text.at, text.value, faults)
		}
	}
	if _, refused, place := tidyLine(a.Title); place > 0 {
		faults.Add("/title", "%s", unseenFault(refused, place))
	} else if strings.TrimSpace(a.Title) != "" && !printable.HasInk(a.Title) {
		faults.Add("/title", "shows nothing: send at least one visible character, or no title")
	}
}

// checkAhead refuses a start that lies too far in the future: the sender's clock is wrong.
func (a Announcement) checkAhead(now time.Time, faults *Invalid) {
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

func (a Announcement) checkClocks(faults *Invalid) {
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

func checkTags(tags []string, faults *Invalid) {
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

// untitled makes a title for a callback whose sender gave none.
func untitled(c Callback) string {
	switch {
	case c.Name != "" && c.Function != "":
		return c.Function + ": " + c.Name
	case c.Name != "" || c.Function != "":
		return cmp.Or(c.Name, c.Function)
	}
	return "Untitled callback"
}

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
