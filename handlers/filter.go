package handlers

import (
	"net/url"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/lists"
)

// The values of the ends parameter, besides the keys of [lists.Ranges].
const (
	endsCustom = "custom" // between from and to
	// a missing heartbeat ends it: nobody sends any, or Lambda does not take them
	endsUnattended = "unattended"
	// a clock ended it already; only in the list of all callbacks, like what is gone
	endsTimedOut = "timed_out"
)

// endsWithin are the short names for what ends soon, whether its time is up already or not.
var endsWithin = map[string]time.Duration{"15m": 15 * time.Minute, "1h": time.Hour, "24h": 24 * time.Hour}

// listing is what the address of a list asks for: filter, page, and the callback that is open
// beside it.
type listing struct {
	scope           callbacks.Scope
	search          string
	function, queue string
	// only in the list of all callbacks; a sender, or one of the domain's own
	source         string
	ends           string
	from, to       time.Time // bounds of endsCustom
	states         []callbacks.State
	receivedFrom   time.Time
	receivedBefore time.Time
	order          callbacks.Order
	after          *callbacks.Cursor
	item           callbacks.ID
}

// parseListing reads the address of a list. Times without a zone are in the reader's. A wrong value
// is [callbacks.Invalid], because a list that silently shows other rows misleads. Unknown
// parameters are ignored: others add theirs to links.
func parseListing(query url.Values, fallback callbacks.Scope, zone *time.Location) (listing, error) {
	p := parameters{query: query, zone: zone}
	l := listing{
		scope:    callbacks.Scope(p.oneOf("scope", string(fallback), scopes)),
		search:   p.text("q"),
		function: p.text("function"),
		queue:    p.text("queue"),
		ends:     p.oneOf("ends", "", endsKeys()),
		order:    callbacks.Order(p.oneOf("order", "", []string{string(callbacks.OrderDeadline), string(callbacks.OrderNewest)})),
		after:    p.cursor("after"),
		item:     p.id("item"),
	}
	if l.ends == endsCustom { // a form sends its other fields along, whatever is chosen
		l.from, l.to = p.moment("from"), p.moment("to")
	}
	if l.scope == callbacks.ScopeAll {
		l.source = p.text("source")
		l.states = p.states("state")
		l.receivedFrom, l.receivedBefore = p.moment("received_from"), p.end("received_to")
	} else if l.ends == endsTimedOut || l.ends == views.EndsGone {
		p.faults.Add("ends", "Only the list of all callbacks has what timed out or is gone.")
	}
	return l, p.faults.Err()
}

var scopes = []string{
	string(callbacks.ScopeAvailable), string(callbacks.ScopeMine), string(callbacks.ScopeAttention),
	string(callbacks.ScopeHistory), string(callbacks.ScopeAll),
}

func endsKeys() []string {
	keys := []string{endsCustom, endsUnattended, endsTimedOut, views.EndsGone}
	for key := range endsWithin {
		keys = append(keys, key)
	}
	for _, r := range lists.Ranges {
		keys = append(keys, r.Key)
	}
	return keys
}

// values is the query of the list's address, which parseListing reads back. It always names the
// scope, so that it means the same on every page.
func (l listing) values() url.Values {
	v := url.Values{"scope": {string(l.scope)}}
	for name, value := range map[string]string{
		"q": l.search, "function": l.function, "queue": l.queue, "order": string(l.order), "item": string(l.item),
		"source": l.source, "ends": l.ends, "from": formatMoment(l.from), "to": formatMoment(l.to),
		"received_from": formatMoment(l.receivedFrom), "received_to": formatMoment(l.receivedBefore),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for _, s := range l.states {
		v.Add("state", string(s))
	}
	if l.after != nil {
		v.Set("after", formatCursor(*l.after))
	}
	return v
}

// address is the page that shows the list.
func (l listing) address() views.Address {
	path := "/"
	if l.scope == callbacks.ScopeAll {
		path = "/admin/callbacks"
	}
	return views.Address{Path: path, Query: l.values()}
}

// whole is the same list from its first page, with nothing open.
func (l listing) whole() listing {
	l.after, l.item = nil, ""
	return l
}

// filter is the list's filter at a time, in whole seconds.
func (l listing) filter(now time.Time) callbacks.Filter {
	now = now.Truncate(time.Second)
	f := callbacks.Filter{
		Scope: l.scope, Search: l.search, Function: l.function, Queue: l.queue, Source: l.source, States: l.states, Order: l.order, After: l.after,
		ReceivedFrom: l.receivedFrom, ReceivedBefore: l.receivedBefore,
	}
	switch {
	case l.ends == "":
		return withDefaults(f)
	case l.ends == endsTimedOut:
		f.States = []callbacks.State{callbacks.TimedOut}
		return withDefaults(f)
	case l.ends == views.EndsGone:
		f.Gone, f.States = true, []callbacks.State{callbacks.TimedOut, callbacks.Closed}
		return withDefaults(f)
	case l.ends == endsUnattended:
		f.Ends.Unattended = true
	case l.ends == endsCustom:
		f.Ends.From, f.Ends.Before = l.from, l.to
	case endsWithin[l.ends] > 0:
		f.Ends.Before = now.Add(endsWithin[l.ends])
	default:
		f.Ends = rangeOf(l.ends).Ends(now)
	}
	if l.scope == callbacks.ScopeAll && len(f.States) == 0 {
		// what has ended does not end within an hour
		f.States = []callbacks.State{callbacks.Pending}
	}
	return withDefaults(f)
}

// withDefaults completes the filter of the table of all callbacks. It opens on open callbacks,
// soonest end first. Ended ones, and what a search finds in every state, come newest first.
func withDefaults(f callbacks.Filter) callbacks.Filter {
	if f.Scope != callbacks.ScopeAll {
		return f
	}
	if len(f.States) == 0 && f.Search == "" {
		f.States = callbacks.OpenStates
	}
	if f.Order == "" {
		f.Order = callbacks.OrderDeadline
		if len(f.States) == 0 || slices.ContainsFunc(f.States, func(s callbacks.State) bool { return !s.Open() }) {
			f.Order = callbacks.OrderNewest
		}
	}
	return f
}

func rangeOf(key string) lists.Range {
	for _, r := range lists.Ranges {
		if r.Key == key {
			return r
		}
	}
	return lists.Range{}
}
