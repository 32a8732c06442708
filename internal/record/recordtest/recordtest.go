// Package recordtest is the contract of record.Store, which runs for both databases.
package recordtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/record"
)

// Stores are the parts of a database that the contract needs.
type Stores struct {
	Desk   storetest.Store
	Record record.Store
}

// Run runs the contract. open returns an empty database for one test.
func Run(t *testing.T, open func(*testing.T) Stores) {
	for name, test := range map[string]func(*testing.T, Stores){
		"Lines": lines, "Order": order, "Filters": filters, "People": signers, "Queues": queues, "Pages": pages,
		"Looked": looked, "Moved": moved,
	} {
		t.Run("Record/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var t0 = callbackstest.T0

// Decide puts a callback on record that a person decided at a time, in a queue.
func Decide(t testing.TB, s storetest.Store, person string, at time.Time, options ...callbackstest.Option) callbacks.Callback {
	t.Helper()
	c := storetest.Put(t, s, callbackstest.NewCallback(options...))
	return storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
		callbackstest.DecidedBy(person, at)(&c.Callback)
		return nil
	})
}

func find(t testing.TB, s Stores, q record.Query) record.Page {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = desk.PageSize
	}
	page, err := s.Record.Decisions(t.Context(), q)
	callbackstest.Must(t, err)
	return page
}

// ids are the callbacks that every page of a query lists.
func ids(t testing.TB, s Stores, q record.Query) []callbacks.ID {
	t.Helper()
	var all []callbacks.ID
	for {
		page := find(t, s, q)
		for i := range page.Decisions {
			all = append(all, page.Decisions[i].Callback)
		}
		if page.Next == nil {
			return all
		}
		q.After = page.Next
	}
}

// lines: a line says who decided what and when, whose signatures it rests on, and what followed.
func lines(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback(callbackstest.Title("Refund"), callbackstest.Queue("finance"), callbackstest.Function("refunds")))
	vote := func(who string, at time.Time) callbacks.Signature {
		return callbacks.Signature{
			By: callbackstest.Person(who), At: at, Via: callbacks.ViaWeb, Shown: "x",
			Proposal: callbacks.Proposal{Hash: "h", Outcome: "approve", Kind: callbacks.Success, Stance: callbacks.For},
		}
	}
	gone := vote("eve", t0)
	gone.End = &callbacks.SignatureEnd{Lapse: callbacks.Withdrawn, At: t0.Add(time.Second)}
	bob := vote("bob", t0.Add(time.Minute))
	bob.ActingFor = &callbacks.Delegator{ID: "boss", Name: "The boss"}
	at := t0.Add(2 * time.Minute)
	_, err := s.Desk.Change(t.Context(), c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		c.Signatures = []callbacks.Signature{gone, bob, vote("ada", at)}
		c.Requirement.Rule = "large"
		callbackstest.DecidedBy("ada", at)(&c.Callback)
		return nil
	})
	callbackstest.Must(t, err)
	got := find(t, s, record.Query{AllQueues: true}).Decisions
	ada := callbackstest.Person("ada")
	decided := storetest.Get(t, s.Desk, c.ID)
	want := record.Decision{
		Entry: record.Entry{
			At: at, Queue: "finance", Function: "refunds", By: ada, Outcome: decided.Decision.Outcome, Label: decided.Decision.Label,
			Stance: callbacks.For, Rule: "large", Via: callbacks.ViaWeb,
		},
		Callback: c.ID, Title: "Refund", Name: c.Name, State: callbacks.Decided,
		Signatures: []record.Signature{
			{By: callbackstest.Person("bob"), ActingFor: "The boss", Stance: callbacks.For, At: t0.Add(time.Minute)},
			{By: ada, Stance: callbacks.For, At: at},
		},
	}
	callbackstest.Same(t, "the line", got, []record.Decision{want})
	storetest.Change(t, s.Desk, c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Completed, at.Add(time.Minute))(&c.Callback)
		c.ExecutionFailed = true
		return nil
	})
	want.State, want.EndedAt, want.ExecutionFailed = callbacks.Completed, at.Add(time.Minute), true
	got = find(t, s, record.Query{AllQueues: true}).Decisions
	want.Entry = got[0].Entry
	callbackstest.Same(t, "what followed", got, []record.Decision{want})
}

// order: newest first; of the same time, the callback that arrived last.
func order(t *testing.T, s Stores) {
	var want []callbacks.ID
	for _, after := range []time.Duration{time.Hour, 0, time.Hour} {
		want = append(want, Decide(t, s.Desk, "ada", t0.Add(after), callbackstest.Queue("finance")).ID)
	}
	storetest.Put(t, s.Desk, callbackstest.NewCallback()) // pending
	callbackstest.Same(t, "order", ids(t, s, record.Query{AllQueues: true}), []callbacks.ID{want[2], want[0], want[1]})
	for _, q := range []record.Query{{AllQueues: true}, {Queues: []string{"finance", "elsewhere"}}, {AllQueues: true, People: []string{callbackstest.Person("ada").ID, "nobody"}}} {
		q.Oldest, q.Limit = true, 1
		callbackstest.Same(t, "oldest first", ids(t, s, q), []callbacks.ID{want[1], want[0], want[2]})
	}
}

// filters: each narrows the record, alone and with others.
func filters(t *testing.T, s Stores) {
	finance, refunds := callbackstest.Queue("finance"), callbackstest.Function("refunds")
	a := Decide(t, s.Desk, "ada", t0, finance, refunds).ID
	b := Decide(t, s.Desk, "bob", t0.Add(time.Hour), finance).ID
	c := Decide(t, s.Desk, "ada", t0.Add(2*time.Hour), refunds).ID
	for name, test := range map[string]struct {
		filter record.Filter
		people []string
		want   []callbacks.ID
	}{
		"all":            {want: []callbacks.ID{c, b, a}},
		"queue":          {filter: record.Filter{Queue: "finance"}, want: []callbacks.ID{b, a}},
		"function":       {filter: record.Filter{Function: "refunds"}, want: []callbacks.ID{c, a}},
		"both":           {filter: record.Filter{Function: "refunds", Queue: "finance"}, want: []callbacks.ID{a}},
		"person":         {people: []string{callbackstest.Person("ada").ID}, want: []callbacks.ID{c, a}},
		"people":         {people: []string{callbackstest.Person("ada").ID, callbackstest.Person("bob").ID}, want: []callbacks.ID{c, b, a}},
		"person, queue":  {filter: record.Filter{Queue: "finance"}, people: []string{callbackstest.Person("ada").ID}, want: []callbacks.ID{a}},
		"from":           {filter: record.Filter{From: t0.Add(time.Hour)}, want: []callbacks.ID{c, b}},
		"before":         {filter: record.Filter{Before: t0.Add(time.Hour)}, want: []callbacks.ID{a}},
		"for":            {filter: record.Filter{Stance: callbacks.For}, want: []callbacks.ID{c, b, a}},
		"against":        {filter: record.Filter{Stance: callbacks.Against}},
		"outcome's name": {filter: record.Filter{Outcome: "approve"}, want: []callbacks.ID{c, b, a}},
		"no such rule":   {filter: record.Filter{Rule: "x"}},
		"other way":      {filter: record.Filter{Via: "api"}},
		"injection":      {filter: record.Filter{Function: `'; drop table decisions; -- ? \x00`}},
	} {
		q := record.Query{Filter: test.filter, People: test.people, AllQueues: test.filter.Queue == ""}
		if !q.AllQueues {
			q.Queues = []string{test.filter.Queue}
		}
		callbackstest.Same(t, name, ids(t, s, q), test.want)
	}
}

// signers: a decision is found by everybody who signed for it, once, and not by who withdrew.
func signers(t *testing.T, s Stores) {
	c := storetest.Put(t, s.Desk, callbackstest.NewCallback())
	_, err := s.Desk.Change(t.Context(), c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		for _, who := range []string{"eve", "bob", "ada"} {
			given := callbacks.Signature{By: callbackstest.Person(who), At: t0}
			if who == "eve" {
				given.End = &callbacks.SignatureEnd{Lapse: callbacks.Withdrawn, At: t0}
			}
			c.Signatures = append(c.Signatures, given)
		}
		callbackstest.DecidedBy("ada", t0)(&c.Callback)
		return nil
	})
	callbackstest.Must(t, err)
	key := func(who string) string { return callbackstest.Person(who).ID }
	for _, people := range [][]string{{key("ada")}, {key("bob")}, {key("ada"), key("bob"), key("eve")}} {
		callbackstest.Same(t, fmt.Sprint("by ", people), ids(t, s, record.Query{AllQueues: true, People: people}), []callbacks.ID{c.ID})
	}
	callbackstest.Same(t, "by who withdrew", ids(t, s, record.Query{AllQueues: true, People: []string{key("eve")}}), nil)
}

// queues: a reader of some queues finds no decision of another, by whatever filter.
func queues(t *testing.T, s Stores) {
	mine := Decide(t, s.Desk, "ada", t0, callbackstest.Queue("finance"), callbackstest.Function("f")).ID
	also := Decide(t, s.Desk, "ada", t0.Add(time.Minute), callbackstest.Queue("ops"), callbackstest.Function("f")).ID
	Decide(t, s.Desk, "ada", t0, callbackstest.Queue("security"), callbackstest.Function("f"))
	own := []string{"finance", "ops"}
	for i := range 500 { // more than a statement may have arms
		own = append(own, fmt.Sprint("q", i))
		if i > 1 && i < 499 {
			continue
		}
		for name, q := range map[string]record.Query{
			"plain": {}, "function": {Filter: record.Filter{Function: "f"}}, "person": {People: []string{callbackstest.Person("ada").ID}},
		} {
			q.Queues = own
			callbackstest.Same(t, name, ids(t, s, q), []callbacks.ID{also, mine})
		}
	}
}

// pages: pages follow each other without a gap, whatever is decided meanwhile.
func pages(t *testing.T, s Stores) {
	for name, q := range map[string]record.Query{
		"all": {AllQueues: true}, "queues": {Queues: []string{"all0", "all1", "queues0", "queues1"}},
		"person": {AllQueues: true, People: []string{callbackstest.Person("person").ID}},
	} {
		from := t0.Add(time.Duration(len(name)) * time.Hour) // after what the others decided
		q.From = from
		var want []callbacks.ID
		for i := range 7 {
			at := from.Add(time.Duration(i/2) * time.Minute)
			want = append(want, Decide(t, s.Desk, name, at, callbackstest.Queue(fmt.Sprint(name, i%2))).ID)
		}
		slices.Reverse(want)
		q.Before = from.Add(time.Hour)
		q.Limit = 2
		first := find(t, s, q)
		q.After = first.Next
		Decide(t, s.Desk, name, from.Add(30*time.Minute), callbackstest.Queue(name+"0"))
		callbackstest.Same(t, name+": the pages after the first", ids(t, s, q), want[2:])
	}
}

// looked: a page of a filter that fits little stops once it has looked through enough, says how far it
// came, and the next one goes on there.
func looked(t *testing.T, s Stores) {
	wanted := Decide(t, s.Desk, "ada", t0, callbackstest.Function("rare")).ID
	for i := range 40 {
		Decide(t, s.Desk, "ada", t0.Add(time.Duration(i+1)*time.Second), callbackstest.Function("other"))
	}
	q := record.Query{AllQueues: true, People: []string{callbackstest.Person("ada").ID}, Filter: record.Filter{Function: "rare"}, Limit: 2, Looked: 25}
	first := find(t, s, q)
	if len(first.Decisions) != 0 || first.Next == nil || !first.Through.Equal(t0.Add(16*time.Second)) {
		t.Errorf("first page: %+v", first)
	}
	callbackstest.Same(t, "all pages", ids(t, s, q), []callbacks.ID{wanted})
	q.After = first.Next
	if last := find(t, s, q); last.Next != nil || !last.Through.IsZero() {
		t.Errorf("last page: %+v", last)
	}
}

// moved: a decision on a callback that was found follows it into the queue of its announcement.
func moved(t *testing.T, s Stores) {
	c := Decide(t, s.Desk, "ada", t0, callbackstest.Queue("found"))
	storetest.Change(t, s.Desk, c.ID, func(c *callbacks.Case) error {
		c.Queue, c.Function = "finance", "refunds"
		return nil
	})
	callbackstest.Same(t, "where it was", ids(t, s, record.Query{Queues: []string{"found"}}), nil)
	callbackstest.Same(t, "where it is", ids(t, s, record.Query{Queues: []string{"finance"}, Filter: record.Filter{Function: "refunds"}}), []callbacks.ID{c.ID})
}
