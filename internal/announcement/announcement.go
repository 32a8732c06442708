package announcement

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/mask"
	"countersign/internal/printable"
)

// Announcement is what a sender says of a callback, decoded but not yet checked. The JSON names are
// those of the intake endpoint; faults point at them.
type Announcement struct {
	CallbackID        string              `json:"callbackId,omitzero"`
	Title             string              `json:"title,omitzero"`
	Description       string              `json:"description,omitzero"`
	Requester         string              `json:"requester,omitzero"`
	RequesterID       string              `json:"requesterId,omitzero"`
	Payload           json.RawMessage     `json:"payload,omitzero"`
	Function          string              `json:"function,omitzero"`
	ExecutionARN      string              `json:"executionArn,omitzero"`
	Name              string              `json:"name,omitzero"`
	StartedAt         time.Time           `json:"startedAt,omitzero"`
	Timeout           time.Duration       `json:"timeoutSeconds,omitzero"`
	HeartbeatTimeout  time.Duration       `json:"heartbeatTimeoutSeconds,omitzero"`
	ExecutionDeadline time.Time           `json:"executionDeadline,omitzero"`
	Queue             string              `json:"queue,omitzero"`
	Links             []callbacks.Link    `json:"links,omitzero"`
	Tags              []string            `json:"tags,omitzero"`
	Outcomes          []callbacks.Outcome `json:"outcomes,omitzero"`
	KeepAlive         callbacks.KeepAlive `json:"keepAlive,omitzero"`
	Masked            []string            `json:"masked,omitzero"`
	Group             string              `json:"group,omitzero"`
	// Forms are those of the outcomes, by their names.
	Forms map[string]Form `json:"forms,omitzero"`
}

// Form is what an outcome brings for its answer: a JSON Schema, and perhaps a proposed answer.
type Form struct {
	Schema json.RawMessage `json:"form,omitzero"`
	Value  json.RawMessage `json:"value,omitzero"`
}

// Limits of an announcement.
const (
	maxTitle       = 200
	maxDescription = 20_000
	maxName        = callbacks.MaxNameRunes
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
// once, as [fault.List]. allowed lists the queues that the sender may address; an empty list allows
// any.
func (a Announcement) Callback(source string, allowed []string, queues callbacks.Queues, now time.Time) (callbacks.Callback, callbacks.Content, error) {
	var faults fault.List
	id, err := ParseCallbackID(a.CallbackID)
	if err != nil {
		faults.Add("/callbackId", "%v", err)
	}
	queue := a.queue(allowed, queues, &faults)
	a.Outcomes = slices.Clone(a.Outcomes) // because checkOutcomes normalises them in place
	requester, unclear := a.check(source, queue, now, &faults)
	if err := faults.Err(); err != nil {
		return callbacks.Callback{}, callbacks.Content{}, err
	}

	title, _, _ := printable.Tidy(a.Title)
	where := arn.OfFunction(a.ExecutionARN)
	c := callbacks.New(callbacks.Callback{
		CallbackID:   id,
		ExecutionARN: a.ExecutionARN,
		Region:       where.Region,
		Function:     cmp.Or(a.Function, where.Function()),
		Name:         a.Name,
		Request: callbacks.Request{
			Source:    source,
			Queue:     queue.Name,
			Title:     title,
			Requester: requester,
			Outcomes:  a.Outcomes,
			KeepAlive: cmp.Or(a.KeepAlive, queue.KeepAlive, callbacks.KeepAliveReview),
			Group:     a.Group,
		},
		Clocks: a.clocks(now),
	}, now)
	if c.Title == "" {
		c.Title = untitled(c)
	}
	if len(c.Outcomes) == 0 {
		c.Outcomes = callbacks.DefaultOutcomes(queue.RejectAs)
	}
	content := callbacks.Content{Description: a.Description, Payload: bytes.TrimSpace(a.Payload), Links: a.Links, Tags: a.Tags}
	content.Forms = a.forms()
	content.Masked = mask.Join(a.Masked, queue.Masked)
	// Who starts an execution chooses its input: one that discovery does not hold must not look like
	// an empty one to the conditions.
	content.InputUnread = source == callbacks.SourceDiscovery && len(content.Payload) == 0
	c.Requirement = queue.Bind(&c, &content)
	if c.Requirement.ExcludesRequester() {
		a.needRequester(source, unclear, fmt.Sprintf("Rule %q", c.Requirement.Rule), &faults)
	}
	return c, content, faults.Err()
}

// needRequester notes a requester who cannot be told from whoever decides. unclear says why; it is
// empty for one who can. who asks for four eyes. A history does not say who the requester is.
func (a Announcement) needRequester(source, unclear, who string, faults *fault.List) {
	if unclear != "" && source != callbacks.SourceDiscovery {
		faults.Add("/requester", "this %s. %s asks for four eyes and has to tell who asks: "+
			`send one address, as in "Ines Calloway <ines@example.com>", or requesterId, `+
			"the person's subject at the desk's sign-in", unclear, who)
	}
}

// clocks are those that the sender states; without a start they run from now.
func (a Announcement) clocks(now time.Time) callbacks.Clocks {
	c := callbacks.Clocks{
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

// check reports what is wrong with the values, and returns who asks and why that is unclear. It
// normalises the outcomes.
func (a Announcement) check(
	source string, queue callbacks.Queue, now time.Time, faults *fault.List,
) (_ callbacks.Requester, unclear string) {
	a.checkText(faults)
	a.checkClocks(faults)
	if source != callbacks.SourceDiscovery { // AWS's clock is authoritative
		a.checkAhead(now, faults)
	}
	a.checkForms(faults)
	checkOutcomes(a.Outcomes, cmp.Or(queue.RejectAs, callbacks.Failure), "/outcomes", faults)
	requester, unclear := callbacks.ParseRequester(a.Requester, a.RequesterID)
	if queue.FourEyes {
		a.needRequester(source, unclear, fmt.Sprintf("Queue %q", queue.Name), faults)
	}
	checkLinks(a.Links, faults)
	checkTags(a.Tags, faults)
	checkMasked(a.Masked, faults)
	switch a.KeepAlive {
	case "", callbacks.KeepAliveReview, callbacks.KeepAliveSigned, callbacks.KeepAliveQueued:
	default:
		faults.Add("/keepAlive", "review, signed or queued")
	}
	return requester, unclear
}

func (a Announcement) queue(allowed []string, queues callbacks.Queues, faults *fault.List) callbacks.Queue {
	name := cmp.Or(a.Queue, callbacks.DefaultQueue)
	if a.Queue == "" && len(allowed) > 0 && !slices.Contains(allowed, callbacks.DefaultQueue) {
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

// untitled makes a title for a callback whose sender gave none.
func untitled(c callbacks.Callback) string {
	switch {
	case c.Name != "" && c.Function != "":
		return c.Function + ": " + c.Name
	case c.Name != "" || c.Function != "":
		return cmp.Or(c.Name, c.Function)
	}
	return "Untitled callback"
}
