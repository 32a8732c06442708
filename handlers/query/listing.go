package query

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/lists"
)

// The values of the ends parameter, besides the keys of [lists.Ranges].
const (
	endsCustom = "custom" // between from and to
	// a missing heartbeat ends it: nobody sends any, or Lambda does not take them
	endsUnattended = "unattended"
	endsNoTimeout  = "no-timeout" // the function set none, whatever else ends it
	endsAtRisk     = "risk"       // less time than decisions usually take, or nobody sends heartbeats
	// a clock ended it already; only in the list of all callbacks, like what is gone
	endsTimedOut = "timed_out"
)

// limitLong is the value of the limit parameter for long pages: as many rows as one selection takes.
var limitLong = strconv.Itoa(desk.MaxPage)

// flat is the value of the grouped parameter for a list in which no row stands for others.
const flat = "no"

// endsWithin are the short names for what ends soon, whether its time is up already or not.
var endsWithin = map[string]time.Duration{"15m": 15 * time.Minute, "1h": time.Hour, "24h": 24 * time.Hour}

// Listing is what the address of a list asks for: filter, page, and the callback that is open
// beside it.
type Listing struct {
	Scope           desk.Scope
	Search          string
	Function, Queue string
	Ends            string       // when it ends: a key of [lists.Ranges] or of this package
	From, To        time.Time    // the bounds of Ends if it is custom
	Order           desk.Order   // empty for that of the list
	After           *desk.Cursor // nil on the first page
	Long            bool         // a page is as long as one may be
	Item            callbacks.ID // what is open beside the list, empty for nothing
	// Group is a key of [desk.Alike]: only what asks the same. Unfolded is that of the row which shows
	// what it stands for, and Flat says that no row stands for others.
	Group, Unfolded string
	Flat            bool
	// Done is what the reader decided last beside the list, which shows its receipt; empty for nothing.
	Done callbacks.ID
	// View is the saved view from which the list started; empty for none. It changes nothing of what is
	// shown.
	View callbacks.ID

	Snoozed      bool // in Mine: what the reader hides there now, instead of all else
	Acknowledged bool // in Needs attention: what somebody acknowledged, instead of all else

	// The rest is read only in the list of all callbacks. Source is a sender, or one of the domain's
	// own.
	Source                       string
	States                       []callbacks.State
	ReceivedFrom, ReceivedBefore time.Time
}

// ParseListing reads the address of a list. Times without a zone are in the one that the address
// names, else in the reader's. A wrong value
// is a fault.List, because a list that silently shows other rows misleads. Unknown
// parameters are ignored: others add theirs to links.
func ParseListing(values url.Values, fallback desk.Scope, zone *time.Location) (Listing, error) {
	p := Parameters{Values: values, Zone: zone}
	p.InZone("zone")
	l := Listing{
		Scope:    desk.Scope(p.OneOf("scope", string(fallback), scopes)),
		Search:   p.Text("q"),
		Function: p.Text("function"),
		Queue:    p.Text("queue"),
		Ends:     p.OneOf("ends", "", endsKeys()),
		Order:    desk.Order(p.OneOf("order", "", orders())),
		After:    p.Cursor("after"),
		Snoozed:  p.OneOf("snoozed", "", []string{"1"}) != "",
		Long:     p.OneOf("limit", "", []string{limitLong}) != "",
		Item:     p.ID("item"),
		Group:    p.Text("group"),
		Unfolded: p.Text("open"),
		Flat:     p.OneOf("grouped", "", []string{flat}) == flat,
		Done:     p.ID("done"),
		View:     p.ID("view"),
	}
	if l.Acknowledged = p.OneOf("acknowledged", "", []string{"1"}) != ""; l.Acknowledged && l.Scope != desk.ScopeAttention {
		p.Faults.Add("acknowledged", "Only Needs attention has what is acknowledged.")
	}
	if l.Snoozed && l.Scope != desk.ScopeMine {
		p.Faults.Add("snoozed", "Only Mine has what is snoozed.")
	}
	if l.Ends == endsCustom { // a form sends its other fields along, whatever is chosen
		l.From, l.To = p.Moment("from"), p.Moment("to")
	}
	if l.Order == desk.OrderRisk && l.Scope != desk.ScopeAvailable && l.Scope != desk.ScopeMine {
		p.Faults.Add("order", "Only Available and Mine are ordered by risk.")
	}
	if l.Scope == desk.ScopeAll {
		l.Source = p.Text("source")
		l.States = p.States("state")
		l.ReceivedFrom, l.ReceivedBefore = p.Moment("received_from"), p.End("received_to")
	} else if l.Ends == endsTimedOut || l.Ends == views.EndsGone {
		p.Faults.Add("ends", "Only the list of all callbacks has what timed out or is gone.")
	}
	return l, p.Faults.Err()
}

var scopes = []string{
	string(desk.ScopeAvailable), string(desk.ScopeMine), string(desk.ScopeAttention),
	string(desk.ScopeHistory), string(desk.ScopeAll),
}

func orders() (all []string) {
	for _, o := range desk.Orders {
		all = append(all, string(o))
	}
	return all
}

func endsKeys() []string {
	keys := []string{endsCustom, endsUnattended, endsNoTimeout, endsAtRisk, endsTimedOut, views.EndsGone}
	for key := range endsWithin {
		keys = append(keys, key)
	}
	for _, r := range lists.Ranges {
		keys = append(keys, r.Key)
	}
	return keys
}

// Values is the query of the list's address, which ParseListing reads back. It always names the
// scope, so that it means the same on every page.
func (l Listing) Values() url.Values {
	v := url.Values{"scope": {string(l.Scope)}}
	for name, value := range map[string]string{
		"q": l.Search, "function": l.Function, "queue": l.Queue, "order": string(l.Order), "item": string(l.Item), "done": string(l.Done), "view": string(l.View),
		"group": l.Group, "open": l.Unfolded,
		"source": l.Source, "ends": l.Ends, "from": FormatMoment(l.From), "to": FormatMoment(l.To),
		"received_from": FormatMoment(l.ReceivedFrom), "received_to": FormatMoment(l.ReceivedBefore),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if l.Flat {
		v.Set("grouped", flat)
	}
	for _, s := range l.States {
		v.Add("state", string(s))
	}
	if l.Snoozed {
		v.Set("snoozed", "1")
	}
	if l.Acknowledged {
		v.Set("acknowledged", "1")
	}
	if l.Long {
		v.Set("limit", limitLong)
	}
	if l.After != nil {
		v.Set("after", FormatCursor(*l.After))
	}
	return v
}

// Address is the page that shows the list.
func (l Listing) Address() views.Address {
	path := "/"
	if l.Scope == desk.ScopeAll {
		path = "/admin/callbacks"
	}
	return views.Address{Path: path, Query: l.Values()}
}

// Whole is the same list from its first page, with nothing open and without a receipt.
func (l Listing) Whole() Listing {
	l.After, l.Item, l.Done, l.Unfolded = nil, "", "", ""
	return l
}

// Filter is the list's filter at a time, in whole seconds.
func (l Listing) Filter(now time.Time) desk.Filter {
	now = now.Truncate(time.Second)
	f := desk.Filter{
		Scope: l.Scope, Search: l.Search, Function: l.Function, Queue: l.Queue, Source: l.Source, States: l.States, Order: l.Order, After: l.After,
		Alike: l.Group, Folded: !l.Flat && !l.Snoozed && (l.Scope == desk.ScopeAvailable || l.Scope == desk.ScopeMine),
		ReceivedFrom: l.ReceivedFrom, ReceivedBefore: l.ReceivedBefore, Snoozed: l.Snoozed, Acknowledged: l.Acknowledged,
	}
	if l.Long {
		f.Limit = desk.MaxPage
	}
	switch {
	case l.Ends == "":
		return withDefaults(f)
	case l.Ends == endsTimedOut:
		f.States = []callbacks.State{callbacks.TimedOut}
		return withDefaults(f)
	case l.Ends == views.EndsGone:
		f.Gone, f.States = true, []callbacks.State{callbacks.TimedOut, callbacks.Closed}
		return withDefaults(f)
	case l.Ends == endsUnattended:
		f.Ends.Unattended = true
	case l.Ends == endsNoTimeout:
		f.Ends.NoTimeout = true
	case l.Ends == endsAtRisk:
		f.Ends.AtRisk = true
	case l.Ends == endsCustom:
		f.Ends.From, f.Ends.Before = l.From, l.To
	case endsWithin[l.Ends] > 0:
		f.Ends.Before = now.Add(endsWithin[l.Ends])
	default:
		f.Ends = rangeOf(l.Ends).Ends(now)
	}
	if l.Scope == desk.ScopeAll && len(f.States) == 0 {
		// what has ended does not end within an hour
		f.States = []callbacks.State{callbacks.Pending}
	}
	return withDefaults(f)
}

// withDefaults completes the filter of the table of all callbacks. It opens on open callbacks,
// soonest end first. Ended ones, and what a search finds in every state, come newest first.
// An order by what a list does not have, because another filter came with it, is none.
func withDefaults(f desk.Filter) desk.Filter {
	if f.Scope == desk.ScopeAll && len(f.States) == 0 && f.Search == "" {
		f.States = callbacks.OpenStates
	}
	ended := func(s callbacks.State) bool { return !s.Open() }
	open := len(f.States) == 0 || slices.ContainsFunc(f.States, callbacks.State.Open)
	onlyOpen := len(f.States) > 0 && !slices.ContainsFunc(f.States, ended)
	if f.Order.Ended() && open && f.Scope != desk.ScopeHistory || f.Order.ByQueue() && (!onlyOpen || f.Scope != desk.ScopeAll) {
		f.Order = ""
	}
	if f.Scope == desk.ScopeAll && f.Order == "" {
		f.Order = desk.OrderDeadline
		if len(f.States) == 0 || slices.ContainsFunc(f.States, ended) {
			f.Order = desk.OrderNewest
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
