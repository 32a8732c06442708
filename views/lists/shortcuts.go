package lists

import (
	"maps"
	"net/url"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// Shortcut is a filter that a page offers as one click. It holds query parameters; one without
// values removes that parameter.
type Shortcut struct {
	Label string
	Icon  string // name of an icon; may be empty
	Tone  string // class of the colour; may be empty
	Query url.Values
}

// Apply returns a page's query with the shortcut in it, for the first page of the list and with no
// callback open and no receipt.
func (s Shortcut) Apply(query url.Values) url.Values {
	applied := url.Values{}
	maps.Copy(applied, query)
	applied.Del("after")
	applied.Del("item")
	applied.Del("done")
	for name, values := range s.Query {
		applied.Del(name)
		if len(values) > 0 {
			applied[name] = values
		}
	}
	return applied
}

// Range is a span of remaining time, under its name in the "ends" parameter. From and Before count
// from now; a zero Before means no end.
type Range struct {
	Key          string
	Label        string
	Tone         string
	From, Before time.Duration
	Expired      bool // past its deadline, but we have not noticed the end yet
	Never        bool // nothing ends the callback
}

// Ends returns the range as a filter at the given moment.
func (r Range) Ends(now time.Time) desk.Ends {
	switch {
	case r.Never:
		return desk.Ends{Never: true}
	case r.Expired:
		return desk.Ends{Before: now}
	}
	ends := desk.Ends{From: now.Add(r.From)}
	if r.Before > 0 {
		ends.Before = now.Add(r.Before)
	}
	return ends
}

const day = 24 * time.Hour

// Ranges are the bars of the histogram. The inbox has three more names for ranges, all from now:
// 15m, 1h and 24h.
var Ranges = []Range{
	{Key: "expired", Label: "expired", Tone: "over", Expired: true},
	{Key: "5m", Label: "< 5 min", Tone: "risk", Before: 5 * time.Minute},
	{Key: "5m-15m", Label: "5 to 15 min", Tone: "risk", From: 5 * time.Minute, Before: 15 * time.Minute},
	{Key: "15m-1h", Label: "15 to 60 min", Tone: "soon", From: 15 * time.Minute, Before: time.Hour},
	{Key: "1h-4h", Label: "1 to 4 h", From: time.Hour, Before: 4 * time.Hour},
	{Key: "4h-24h", Label: "4 to 24 h", From: 4 * time.Hour, Before: day},
	{Key: "1d-7d", Label: "1 to 7 d", From: day, Before: 7 * day},
	{Key: "7d", Label: "> 7 d", From: 7 * day},
	{Key: "never", Label: "no deadline", Tone: "none", Never: true},
}

// Shortcut returns the range as a filter of pending callbacks.
func (r Range) Shortcut() Shortcut {
	return Shortcut{Label: r.Label, Tone: r.Tone, Query: url.Values{"ends": {r.Key}, "state": {string(callbacks.Pending)}, "from": nil, "to": nil}}
}

// InboxChips are the quick filters above the inbox.
var InboxChips = []Shortcut{
	{Label: "Ends < 15 min", Query: ends("15m")},
	{Label: "< 1 h", Query: ends("1h")},
	{Label: "By heartbeat", Icon: "pulse", Query: ends("unattended")},
	{Label: "No timeout", Icon: "none", Query: ends("no-timeout")},
}

// snoozed is one more in Mine.
var snoozed = Shortcut{Label: "Snoozed", Icon: "clock", Query: url.Values{"snoozed": {"1"}}}

// acknowledged is the only one in Needs attention.
var acknowledged = Shortcut{Label: "Acknowledged", Icon: "eye", Query: url.Values{"acknowledged": {"1"}}}

// ChipsOf are the quick filters above a list of the inbox.
func ChipsOf(scope desk.Scope) []Shortcut {
	switch scope {
	case desk.ScopeMine:
		return append(slices.Clone(InboxChips), snoozed)
	case desk.ScopeAttention:
		return []Shortcut{acknowledged}
	case desk.ScopeAvailable, desk.ScopeHistory, desk.ScopeAll:
	}
	return InboxChips
}

// TableStates are the entries of the side list on the admin's table.
var TableStates = []Shortcut{
	{Label: "Pending", Icon: "todo", Query: states("", callbacks.Pending)},
	{Label: "Ends by heartbeat", Icon: "pulse", Query: states("unattended", callbacks.Pending)},
	{Label: "No timeout", Icon: "none", Query: states("no-timeout", callbacks.Pending)},
	{Label: "Delivering", Icon: "send", Query: states("", callbacks.Decided)},
	{Label: "Needs an operator", Icon: "retry", Query: states("", callbacks.Undeliverable, callbacks.Unconfirmed)},
	{Label: "Lost the race", Icon: "x", Query: states("", callbacks.Lost)},
	{Label: "Timed out", Icon: "clock", Query: states("", callbacks.TimedOut)},
	{Label: "Closed elsewhere", Icon: "flag", Query: states("", callbacks.Closed)},
	{Label: "Completed", Icon: "check", Query: states("", callbacks.Completed)},
}

// ends returns the parameters of a deadline filter. An empty key removes them all.
func ends(key string) url.Values {
	query := url.Values{"ends": nil, "from": nil, "to": nil}
	if key != "" {
		query.Set("ends", key)
	}
	return query
}

func states(key string, list ...callbacks.State) url.Values {
	query := ends(key)
	for _, s := range list {
		query.Add("state", string(s))
	}
	return query
}
