package query

import (
	"errors"
	"net/url"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/lists"
	"countersign/views/words"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// TestListingRoundTrip: whatever list a page can show, its address brings it back.
func TestListingRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawListing(t)
		u, err := url.Parse(want.Address().String())
		if err != nil {
			t.Fatalf("address %q: %v", want.Address(), err)
		}
		got, err := ParseListing(u.Query(), desk.ScopeAvailable, time.UTC)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\n got %+v, %v\nwant %+v", u, got, err, want)
		}
	})
}

func drawListing(t *rapid.T) Listing {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "unix"), 0).UTC()
	})
	text := rapid.OneOf(rapid.Just(""), rapid.StringN(1, 20, -1))
	l := Listing{
		Scope:    desk.Scope(rapid.SampledFrom(scopes).Draw(t, "scope")),
		Search:   text.Draw(t, "search"),
		Function: text.Draw(t, "function"),
		Queue:    text.Draw(t, "queue"),
		Ends:     rapid.SampledFrom(append(endsKeys(), "")).Draw(t, "ends"),
		Order:    rapid.SampledFrom(append([]desk.Order{""}, desk.Orders...)).Draw(t, "order"),
		Long:     rapid.Bool().Draw(t, "long"),
		Item:     callbacks.ID(rapid.StringMatching(`([a-z0-9]{26})?`).Draw(t, "item")),
		Done:     callbacks.ID(rapid.StringMatching(`([a-z0-9]{26})?`).Draw(t, "done")),
		View:     callbacks.ID(rapid.StringMatching(`([a-z0-9]{26})?`).Draw(t, "view")),
		Group:    text.Draw(t, "group"),
		Unfolded: text.Draw(t, "open"),
		Flat:     rapid.Bool().Draw(t, "flat"),
	}
	if l.Ends == endsCustom {
		l.From, l.To = moment.Draw(t, "from"), moment.Draw(t, "to")
	}
	if rapid.Bool().Draw(t, "paged") {
		l.After = &desk.Cursor{Key: rapid.Int64().Draw(t, "key"), ID: callbacks.ID(rapid.StringMatching(`[a-z0-9]{1,26}`).Draw(t, "id"))}
		if rapid.Bool().Draw(t, "by risk") {
			l.After.Hour = time.Unix(rapid.Int64Range(1, 1e6).Draw(t, "hour")*secondsOfHour, 0).UTC()
		}
	}
	if l.After != nil && rapid.Bool().Draw(t, "by queue") {
		l.After.Queue = text.Draw(t, "queue of the cursor")
	}
	if l.Order == desk.OrderRisk && l.Scope != desk.ScopeAvailable && l.Scope != desk.ScopeMine {
		l.Order = ""
	}
	l.Snoozed = l.Scope == desk.ScopeMine && rapid.Bool().Draw(t, "snoozed")
	l.Acknowledged = l.Scope == desk.ScopeAttention && rapid.Bool().Draw(t, "acknowledged")
	if l.Scope != desk.ScopeAll {
		if l.Ends == endsTimedOut || l.Ends == views.EndsGone {
			l.Ends = ""
		}
		return l
	}
	l.Source = text.Draw(t, "source")
	l.ReceivedFrom, l.ReceivedBefore = moment.Draw(t, "received from"), moment.Draw(t, "received before")
	if states := rapid.SliceOfDistinct(rapid.SampledFrom(callbacks.States), rapid.ID).Draw(t, "states"); len(states) > 0 {
		l.States = states
	}
	return l
}

func TestParseListing_Refuses(t *testing.T) {
	t.Parallel()
	for query, pointer := range map[string]string{
		"scope=secret":                        "scope",
		"ends=soon":                           "ends",
		"ends=custom&from=yesterday":          "from",
		"ends=custom&to=15m":                  "to",
		"ends=custom&to=0001-01-01T00:00:00Z": "to",
		"order=random":                        "order",
		"grouped=yes":                         "grouped",
		"order=ended":                         "order",
		"scope=history&order=risk":            "order",
		"scope=all&order=risk":                "order",
		"after=zz":                            "after",
		"after=zz.A%20B":                      "after",
		"after=zz.aa.x%20":                    "after",
		"after=zz.aa.-1":                      "after",
		"item=../admin":                       "item",
		"limit=1000":                          "limit",
		"scope=available&snoozed=1":           "snoozed",
		"scope=mine&snoozed=yes":              "snoozed",
		"scope=history&acknowledged=1":        "acknowledged",
		"zone=Mars/Olympus":                   "zone",
		"q=%ff":                               "q",
		"ends=timed_out":                      "ends",
		"scope=history&ends=gone":             "ends",
		"scope=all&state=gone":                "state",
		"scope=all&received_from=x":           "received_from",
		"scope=all&received_from=2026-11-31":  "received_from",
		"scope=all&received_to=9999-12-31":    "received_to",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			_, err = ParseListing(values, desk.ScopeAvailable, time.UTC)
			var faults fault.List
			if !errors.As(err, &faults) || !slices.ContainsFunc(faults, func(f fault.Fault) bool { return f.Pointer == pointer }) {
				t.Errorf("error %v, want a fault at %s", err, pointer)
			}
		})
	}
}

// TestParseListing_LeavesOthersAlone: empty form fields, fields that the choice does not use, and
// parameters of others.
func TestParseListing_LeavesOthersAlone(t *testing.T) {
	t.Parallel()
	values, _ := url.ParseQuery("scope=&q=&ends=1h&from=rubbish&to=&state=pending&received_to=x&order=&utm_source=mail")
	l, err := ParseListing(values, desk.ScopeMine, time.UTC)
	if want := (Listing{Scope: desk.ScopeMine, Ends: "1h"}); err != nil || !reflect.DeepEqual(l, want) {
		t.Errorf("got %+v, %v, want %+v", l, err, want)
	}
}

// filters are what addresses of lists ask for, at noon.
var filters = map[string]struct {
	query string
	want  desk.Filter
}{
	"nothing":    {"", desk.Filter{Scope: desk.ScopeAvailable, Folded: true}},
	"within":     {"ends=15m", desk.Filter{Scope: desk.ScopeAvailable, Folded: true, Ends: desk.Ends{Before: noon.Add(15 * time.Minute)}}},
	"snoozed":    {"scope=mine&snoozed=1", desk.Filter{Scope: desk.ScopeMine, Snoozed: true}},
	"known":      {"scope=attention&acknowledged=1", desk.Filter{Scope: desk.ScopeAttention, Acknowledged: true}},
	"long":       {"limit=200", desk.Filter{Scope: desk.ScopeAvailable, Folded: true, Limit: 200}},
	"never":      {"ends=never", desk.Filter{Scope: desk.ScopeAvailable, Folded: true, Ends: desk.Ends{Never: true}}},
	"at risk":    {"ends=risk", desk.Filter{Scope: desk.ScopeAvailable, Folded: true, Ends: desk.Ends{AtRisk: true}}},
	"no timeout": {"ends=no-timeout", desk.Filter{Scope: desk.ScopeAvailable, Folded: true, Ends: desk.Ends{NoTimeout: true}}},
	"unattended": {"ends=unattended", desk.Filter{Scope: desk.ScopeAvailable, Folded: true, Ends: desk.Ends{Unattended: true}}},
	"a bar": {"ends=5m-15m", desk.Filter{
		Scope: desk.ScopeAvailable, Folded: true, Ends: desk.Ends{From: noon.Add(5 * time.Minute), Before: noon.Add(15 * time.Minute)},
	}},
	"form times are the reader's": {"ends=custom&from=2026-11-23T14:30&to=2026-11-23T14:30:00Z", desk.Filter{
		Scope: desk.ScopeAvailable, Folded: true, Ends: desk.Ends{From: noon.Add(90 * time.Minute), Before: noon.Add(150 * time.Minute)},
	}},
	"all, by what is left: pending only": {"scope=all&ends=1h", desk.Filter{
		Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}, Order: desk.OrderDeadline, Ends: desk.Ends{Before: noon.Add(time.Hour)},
	}},
	"all, chosen states stay": {"scope=all&ends=1h&state=decided&state=decided&state=", desk.Filter{
		Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Decided}, Order: desk.OrderDeadline,
		Ends: desk.Ends{Before: noon.Add(time.Hour)},
	}},
	"all, to begin with: open ones, soonest end first": {"scope=all", desk.Filter{
		Scope: desk.ScopeAll, States: callbacks.OpenStates, Order: desk.OrderDeadline,
	}},
	"all, a search finds every state": {"scope=all&q=EXP-2291", desk.Filter{
		Scope: desk.ScopeAll, Search: "EXP-2291", Order: desk.OrderNewest,
	}},
	"announced and gone, whatever state is chosen": {"scope=all&source=announced&ends=gone&state=pending", desk.Filter{
		Scope: desk.ScopeAll, Source: callbacks.SourceAnnounced, Gone: true, Order: desk.OrderNewest,
		States: []callbacks.State{callbacks.TimedOut, callbacks.Closed},
	}},
	"all, days are the reader's, the last one whole": {"scope=all&received_from=2026-11-22&received_to=2026-11-23", desk.Filter{
		Scope: desk.ScopeAll, States: callbacks.OpenStates, Order: desk.OrderDeadline,
		ReceivedFrom: noon.Add(-37 * time.Hour), ReceivedBefore: noon.Add(11 * time.Hour),
	}},
	"all, days are those of the zone that the address names": {"scope=all&received_from=2026-11-22&ends=custom&from=2026-11-23T14:30&zone=Asia/Tokyo", desk.Filter{
		Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}, Order: desk.OrderDeadline, ReceivedFrom: noon.Add(-45 * time.Hour),
		Ends: desk.Ends{From: time.Date(2026, 11, 23, 5, 30, 0, 0, time.UTC)},
	}},
	"by queue":                     {"scope=all&state=pending&order=queue-last", desk.Filter{Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}, Order: desk.OrderQueueLast}},
	"by queue, of what has ended":  {"scope=all&state=lost&order=queue", desk.Filter{Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Lost}, Order: desk.OrderNewest}},
	"by queue, in a list of one's": {"order=queue", desk.Filter{Scope: desk.ScopeAvailable, Folded: true}},
	"ended first": {"scope=all&state=completed&state=lost&order=ended-first", desk.Filter{
		Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Completed, callbacks.Lost}, Order: desk.OrderEndedFirst,
	}},
	"timed out, ended last":                        {"scope=all&ends=timed_out&order=end", desk.Filter{Scope: desk.ScopeAll, States: []callbacks.State{callbacks.TimedOut}, Order: desk.OrderEnd}},
	"the order of what has ended, of what has not": {"scope=all&order=end", desk.Filter{Scope: desk.ScopeAll, States: callbacks.OpenStates, Order: desk.OrderDeadline}},
	"and of both": {"scope=all&order=end&state=pending&state=lost", desk.Filter{
		Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending, callbacks.Lost}, Order: desk.OrderNewest,
	}},
	"and of a list of one's own": {"order=ended-first", desk.Filter{Scope: desk.ScopeAvailable, Folded: true}},
	"history, oldest end first":  {"scope=history&order=ended-first", desk.Filter{Scope: desk.ScopeHistory, Order: desk.OrderEndedFirst}},
	"each by itself":             {"grouped=no", desk.Filter{Scope: desk.ScopeAvailable}},
	"one group":                  {"scope=mine&group=5eed&open=another", desk.Filter{Scope: desk.ScopeMine, Folded: true, Alike: "5eed"}},
	"timed out": {"scope=all&ends=timed_out&received_from=2026-11-23T11:00:00%2B01:00", desk.Filter{
		Scope: desk.ScopeAll, States: []callbacks.State{callbacks.TimedOut}, Order: desk.OrderNewest,
		ReceivedFrom: noon.Add(-2 * time.Hour),
	}},
}

func TestListing_Filter(t *testing.T) {
	t.Parallel()
	for name, test := range filters {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			l, err := ParseListing(values, desk.ScopeAvailable, time.FixedZone("CET", 3600))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, l.Filter(noon)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDays: a day is as long as the reader's clock says, and the form shows the days that it sent.
func TestDays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		zone, day string
		from, end string
	}{
		"Plain":   {"Europe/Berlin", "2026-11-23", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"},
		"Forward": {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		"Back":    {"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		// begins at 01:00
		"WithoutItsZero": {"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		"BeforeSuchADay": {"America/Santiago", "2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := words.Zone(test.zone)
			from, err := ParseMoment(test.day, zone)
			end, endErr := ParseEnd(test.day, zone)
			if FormatMoment(from) != test.from || FormatMoment(end) != test.end || err != nil || endErr != nil {
				t.Errorf("from %s to %s (%v, %v), want %s to %s", FormatMoment(from), FormatMoment(end), err, endErr, test.from, test.end)
			}
		})
	}
}

// TestShortcutsAreFilters: every filter that a page offers is one that a request may ask for.
func TestShortcutsAreFilters(t *testing.T) {
	t.Parallel()
	check := func(scope desk.Scope, shortcuts ...lists.Shortcut) {
		for _, s := range shortcuts {
			l, err := ParseListing(s.Apply(Listing{Scope: scope, Search: "x"}.Values()), desk.ScopeAvailable, time.UTC)
			if err != nil || l.Search != "x" || l.Scope != scope {
				t.Errorf("%s, %s: %+v, %v", scope, s.Label, l, err)
			}
		}
	}
	check(desk.ScopeMine, lists.ChipsOf(desk.ScopeMine)...)
	check(desk.ScopeAll, lists.TableStates...)
	for _, r := range lists.Ranges {
		check(desk.ScopeAll, r.Shortcut())
	}
}

func FuzzParseListing(f *testing.F) {
	f.Add("scope=all&q=x&after=1.a&state=pending&ends=custom&from=2026-11-23T14:30&to=")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		l, err := ParseListing(values, desk.ScopeAvailable, time.UTC)
		if err != nil {
			return
		}
		again, err := ParseListing(l.Values(), desk.ScopeMine, time.UTC)
		if err != nil || !reflect.DeepEqual(again, l) {
			t.Errorf("%q\n got %+v, %v\nwant %+v", query, again, err, l)
		}
	})
}
