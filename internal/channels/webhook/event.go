package webhook

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
	"countersign/internal/replies"
)

// event is the body of a request, in the envelope of Standard Webhooks. docs/notices.md describes
// it: fields are added, never renamed.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// callback is what an event says of a callback. It has no callback ID of Lambda's: whoever has it
// can complete the callback.
type callback struct {
	Callback   callbacks.ID    `json:"callback"`
	URL        string          `json:"url"`
	Queue      string          `json:"queue"`
	Source     string          `json:"source,omitempty"`
	Function   string          `json:"function,omitempty"`
	Title      string          `json:"title,omitempty"`
	Requester  string          `json:"requester,omitempty"`
	Fields     []field         `json:"fields,omitempty"`
	State      callbacks.State `json:"state"`
	Arrived    time.Time       `json:"arrived"`
	Ends       *time.Time      `json:"ends"` // null if no clock runs
	EndsBy     string          `json:"endsBy,omitempty"`
	Rule       string          `json:"rule,omitempty"`
	Required   int             `json:"required"`
	Signatures []signature     `json:"signatures"`
	Missing    []missing       `json:"missing,omitempty"`
	Assigned   *assigned       `json:"assigned,omitempty"`

	Decision *decision `json:"decision,omitempty"`
	Ended    *ended    `json:"ended,omitempty"`
	// Problem is Lambda's answer to the decision, or to a heartbeat, if an operator has to look.
	Problem  replies.Reply `json:"problem,omitempty"`
	Delivery *delivery     `json:"delivery,omitempty"`
	// Execution is how the execution ended afterwards.
	Execution callbacks.OperationStatus `json:"execution,omitempty"`
}

type field struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

type signature struct {
	Name   string           `json:"name"`
	For    *string          `json:"for"` // for whom the person acted; null for most
	At     time.Time        `json:"at"`
	Stance callbacks.Stance `json:"stance"`
}

// missing are signatures that a callback still needs. Without groups, anybody who sees the queue may
// give them.
type missing struct {
	Count  int      `json:"count"`
	Groups []string `json:"groups"`
}

// assigned is whose work a callback is, and who said so.
type assigned struct {
	To string `json:"to"`
	By string `json:"by"`
}

type decision struct {
	Outcome string           `json:"outcome"`
	Stance  callbacks.Stance `json:"stance"`
	By      string           `json:"by"` // who gave the last signature
	At      time.Time        `json:"at"`
}

type ended struct {
	By callbacks.EndedBy `json:"by"`
	At time.Time         `json:"at"`
}

// delivery is what became of a decision that has a problem on its way.
type delivery struct {
	Tries int `json:"tries"`
	// Doubtful says that the decision may have arrived.
	Doubtful bool `json:"doubtful"`
}

// eventOf is the event of a message. Several callbacks at once, as in a digest, are a list.
func eventOf(m *notice.Message) event {
	e := event{Type: typeOf(m), Timestamp: m.At.UTC()}
	switch len(m.Items) {
	case 0:
		e.Data = map[string]string{"desk": m.Desk, "url": m.Home}
	case 1:
		e.Data = callbackOf(&m.Items[0])
	default:
		all := make([]callback, len(m.Items))
		for i := range m.Items {
			all[i] = callbackOf(&m.Items[i])
		}
		e.Data = map[string][]callback{"callbacks": all}
	}
	return e
}

// typeOf names what happened.
func typeOf(m *notice.Message) string {
	switch m.Kind {
	case notice.Needed:
		return "callback.needed"
	case notice.Decided:
		return "callback.decided"
	case notice.Ended:
		return "callback.ended"
	case notice.Failed:
		return "callback.execution_failed"
	case notice.Attention:
		return "callback.attention"
	case notice.Nobody:
		return "callback.nobody_eligible"
	case notice.Digest:
		return "callback.digest"
	case notice.Test:
		return "desk.test"
	case notice.MaySign, notice.Void, notice.Assigned, notice.TakenOver, notice.NotYours: // no program is told of what it may not know, or what a person has to do
	}
	if len(m.Items) == 1 && len(m.Items[0].Signed) > 0 {
		return "callback.signed"
	}
	return "callback.pending"
}

func callbackOf(i *notice.Item) callback {
	c := callback{
		Callback: i.ID, URL: i.URL, Queue: i.Queue, Source: i.Source, Function: i.Function, Title: i.Title, Requester: i.Requester,
		State: i.State, Arrived: i.Arrived.UTC(), EndsBy: string(i.Cause), Rule: i.Rule, Required: max(i.Required, 1),
		Signatures: make([]signature, 0, len(i.Signed)), Problem: i.Problem, Execution: i.Execution,
	}
	if !i.Deadline.IsZero() {
		ends := i.Deadline.UTC()
		c.Ends = &ends
	}
	for _, f := range i.Fields {
		c.Fields = append(c.Fields, field(f))
	}
	for _, s := range i.Signed {
		c.Signatures = append(c.Signatures, signatureOf(s))
	}
	for _, p := range i.Missing {
		c.Missing = append(c.Missing, missing{Count: p.Count, Groups: append([]string{}, p.Groups...)})
	}
	if i.Assigned != "" {
		c.Assigned = &assigned{To: i.Assigned, By: i.AssignedBy}
	}
	if !i.DecidedAt.IsZero() {
		c.Decision = &decision{Outcome: i.Outcome, Stance: i.Stance, By: i.DecidedBy, At: i.DecidedAt.UTC()}
	}
	if i.Tries > 0 {
		c.Delivery = &delivery{Tries: i.Tries, Doubtful: i.Doubtful}
	}
	if !i.EndedAt.IsZero() {
		c.Ended = &ended{By: i.EndedBy, At: i.EndedAt.UTC()}
	}
	return c
}

func signatureOf(s notice.Signer) signature {
	made := signature{Name: s.Name, At: s.At.UTC(), Stance: callbacks.For}
	if s.For != "" {
		made.For = &s.For
	}
	if s.Against {
		made.Stance = callbacks.Against
	}
	return made
}
