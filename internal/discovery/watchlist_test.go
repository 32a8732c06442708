package discovery

import (
	"slices"
	"testing"

	"countersign/internal/arn"
)

// TestWatchlist: whose a watch is, and when it goes.
func TestWatchlist(t *testing.T) {
	t.Parallel()
	watch := func(function, queue string) Watch {
		return Watch{Function: function, Region: "eu-west-1", Queue: queue}
	}
	every := watch(EveryFunction, "default")
	named := func(w Watch) WatchedFunction { return WatchedFunction{w, OriginConfig} }
	listed := func(w Watch) WatchedFunction { return WatchedFunction{w, OriginRegion} }
	lane, elsewhere := every.Lane(), Watch{Function: "a", Region: "us-east-1"}
	for name, tt := range map[string]struct{ got, want Watchlist }{
		"Named":        {Watchlist{}.Named([]Watch{every}), Watchlist{named(every)}},
		"NotNamed":     {Watchlist{named(every)}.Named(nil), nil},
		"NamedAnew":    {Watchlist{named(watch("a", "x"))}.Named([]Watch{watch("a", "y")}), Watchlist{named(watch("a", "y"))}},
		"ListedStays":  {Watchlist{listed(watch("a", "x"))}.Named([]Watch{every}), Watchlist{named(every), listed(watch("a", "x"))}},
		"ListedGoes":   {Watchlist{listed(watch("a", "x"))}.Named([]Watch{watch("b", "y")}), Watchlist{named(watch("b", "y"))}},
		"TakenOver":    {Watchlist{listed(watch("a", "x"))}.Named([]Watch{every, watch("a", "y")}), Watchlist{named(every), named(watch("a", "y"))}},
		"Listed":       {Watchlist{named(every)}.Listed(lane, []Watch{watch("a", "x")}), Watchlist{named(every), listed(watch("a", "x"))}},
		"NotListed":    {Watchlist{named(every), listed(watch("a", "x"))}.Listed(lane, nil), Watchlist{named(every)}},
		"Theirs":       {Watchlist{named(watch("a", "x"))}.Listed(lane, []Watch{watch("a", "y")}), Watchlist{named(watch("a", "x"))}},
		"AnotherLane":  {Watchlist{listed(elsewhere)}.Listed(lane, nil), Watchlist{listed(elsewhere)}},
		"ListedAnew":   {Watchlist{listed(watch("a", "x"))}.Listed(lane, []Watch{watch("a", "y")}), Watchlist{listed(watch("a", "y"))}},
		"OneLaneNamed": {Watchlist{listed(elsewhere)}.Named([]Watch{every}), Watchlist{named(every)}},
	} {
		if !slices.Equal(tt.got, tt.want) {
			t.Errorf("%s: %+v, want %+v", name, tt.got, tt.want)
		}
	}
	if (arn.Lane{Region: "eu-west-1"}) != lane {
		t.Error("the tests watch another lane")
	}
}
