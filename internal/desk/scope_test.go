package desk

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func TestWanted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	weekAgo := now.Add(-7 * 24 * time.Hour)
	for name, tt := range map[string]struct {
		query Query
		want  []Wanted
	}{
		"Available": {Query{Filter: Filter{Scope: ScopeAvailable}}, []Wanted{{State: callbacks.Pending}}},
		"Mine":      {Query{Filter: Filter{Scope: ScopeMine}}, []Wanted{{State: callbacks.Pending}, {State: callbacks.Decided}}},
		"Attention": {Query{Filter: Filter{Scope: ScopeAttention}, Person: "ada"}, []Wanted{
			{State: callbacks.Decided, Trouble: true}, {State: callbacks.Completed, Failed: true, DecidedBy: "ada", EndedFrom: weekAgo},
			{State: callbacks.Lost, EndedFrom: weekAgo}, {State: callbacks.Undeliverable}, {State: callbacks.Unconfirmed},
		}},
		"AttentionOfOperator": {Query{Filter: Filter{Scope: ScopeAttention}, Person: "ada", Operator: true}, []Wanted{
			{State: callbacks.Pending, Trouble: true}, {State: callbacks.Decided, Trouble: true}, {State: callbacks.Completed, Failed: true, EndedFrom: weekAgo},
			{State: callbacks.Lost, EndedFrom: weekAgo}, {State: callbacks.Undeliverable}, {State: callbacks.Unconfirmed},
		}},
		"Gone":       {Query{Filter: Filter{Scope: ScopeHistory, Gone: true}}, []Wanted{{State: callbacks.TimedOut}, {State: callbacks.Closed}}},
		"Unattended": {Query{Filter: Filter{Scope: ScopeAll, Ends: Ends{Unattended: true}}}, []Wanted{{State: callbacks.Pending}}},
		"States":     {Query{Filter: Filter{Scope: ScopeHistory, States: []callbacks.State{callbacks.Pending, callbacks.Lost}}}, []Wanted{{State: callbacks.Lost}}},
		"Nothing":    {Query{Filter: Filter{Scope: ScopeAvailable, States: []callbacks.State{callbacks.Lost}}}, nil},
	} {
		tt.query.Now = now
		if got := tt.query.Wanted(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s wants %+v, not %+v", name, got, tt.want)
		}
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		query  Query
		queues []string
		all    bool
	}{
		"All":        {Query{AllQueues: true}, nil, true},
		"Own":        {Query{Queues: []string{"b", "a", "b"}}, []string{"a", "b"}, false},
		"OneOfAll":   {Query{AllQueues: true, Filter: Filter{Queue: "a"}}, []string{"a"}, false},
		"OneOfOwn":   {Query{Queues: []string{"a", "b"}, Filter: Filter{Queue: "b"}}, []string{"b"}, false},
		"NotOfOwn":   {Query{Queues: []string{"a"}, Filter: Filter{Queue: "b"}}, nil, false},
		"WithoutAny": {Query{}, nil, false},
	} {
		if queues, all := tt.query.Visible(); !slices.Equal(queues, tt.queues) || all != tt.all {
			t.Errorf("%s sees %v and all: %t, want %v and %t", name, queues, all, tt.queues, tt.all)
		}
	}
}

// TestListCountsNobodyExcluded: lists do not count a signature of somebody who may be the requester
// for a rule that excludes them.
func TestListCountsNobodyExcluded(t *testing.T) {
	t.Parallel()
	given := callbacks.Signature{
		By: callbacks.Actor{ID: "p-ines"}, InQueue: true, At: time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC),
		Proposal: callbacks.Proposal{Hash: "a", Outcome: "approve", Stance: callbacks.For},
	}
	for fourEyes, want := range map[bool]int{false: 1, true: 0} {
		c := callbacks.Callback{State: callbacks.Pending}
		c.Requirement = callbacks.Queue{FourEyes: fourEyes}.Bind(&c, &callbacks.Content{})
		gate := callbacks.Gate{Callback: &c, Signatures: []callbacks.Signature{given}}
		if got := signing(gate, callbacks.Signer{}).Has; got != want {
			t.Errorf("four eyes %t: %d count, want %d", fourEyes, got, want)
		}
	}
}
