package callbacks

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestWanted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	weekAgo := now.Add(-7 * 24 * time.Hour)
	for name, tt := range map[string]struct {
		query Query
		want  []Wanted
	}{
		"Available": {Query{Filter: Filter{Scope: ScopeAvailable}}, []Wanted{{State: Pending}}},
		"Mine":      {Query{Filter: Filter{Scope: ScopeMine}}, []Wanted{{State: Pending}, {State: Decided}}},
		"Attention": {Query{Filter: Filter{Scope: ScopeAttention}, Person: "ada"}, []Wanted{
			{State: Decided, Trouble: true}, {State: Completed, Failed: true, DecidedBy: "ada", EndedFrom: weekAgo},
			{State: Lost, EndedFrom: weekAgo}, {State: Undeliverable}, {State: Unconfirmed},
		}},
		"AttentionOfOperator": {Query{Filter: Filter{Scope: ScopeAttention}, Person: "ada", Operator: true}, []Wanted{
			{State: Pending, Trouble: true}, {State: Decided, Trouble: true}, {State: Completed, Failed: true, EndedFrom: weekAgo},
			{State: Lost, EndedFrom: weekAgo}, {State: Undeliverable}, {State: Unconfirmed},
		}},
		"Gone":       {Query{Filter: Filter{Scope: ScopeHistory, Gone: true}}, []Wanted{{State: TimedOut}, {State: Closed}}},
		"Unattended": {Query{Filter: Filter{Scope: ScopeAll, Ends: Ends{Unattended: true}}}, []Wanted{{State: Pending}}},
		"States":     {Query{Filter: Filter{Scope: ScopeHistory, States: []State{Pending, Lost}}}, []Wanted{{State: Lost}}},
		"Nothing":    {Query{Filter: Filter{Scope: ScopeAvailable, States: []State{Lost}}}, nil},
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
