package discovery

import (
	"slices"

	"countersign/internal/arn"
)

// Watchlist is what is watched, each function once.
type Watchlist []WatchedFunction

// WatchedFunction is a watch and where it comes from.
type WatchedFunction struct {
	Watch
	Origin Origin
}

// Origin says where a watch comes from.
type Origin string

// The origins.
const (
	OriginConfig Origin = "config" // the operator named it
	OriginRegion Origin = "region" // [EveryFunction] stands for it
)

// Named returns the list once the operator has named watches, in place of those named before. What
// [EveryFunction] of a lane stands for stays as long as the operator names that.
func (l Watchlist) Named(watches []Watch) Watchlist {
	var list Watchlist
	every := map[arn.Lane]bool{}
	for _, w := range watches {
		list = append(list, WatchedFunction{w, OriginConfig})
		every[w.Lane()] = every[w.Lane()] || w.Function == EveryFunction
	}
	for _, w := range l {
		if w.Origin == OriginRegion && every[w.Lane()] && !list.watches(w.Watch) {
			list = append(list, w)
		}
	}
	return list
}

// Listed returns the list once the functions of a lane were listed, which [EveryFunction] stands
// for there. A watch that the operator named stays theirs.
func (l Watchlist) Listed(lane arn.Lane, watches []Watch) Watchlist {
	var list Watchlist
	for _, w := range l {
		if w.Origin == OriginConfig || w.Lane() != lane {
			list = append(list, w)
		}
	}
	for _, w := range watches {
		if !list.watches(w) {
			list = append(list, WatchedFunction{w, OriginRegion})
		}
	}
	return list
}

// watches reports whether the function of a watch is on the list.
func (l Watchlist) watches(w Watch) bool {
	return slices.ContainsFunc(l, func(other WatchedFunction) bool {
		return other.Function == w.Function && other.Lane() == w.Lane()
	})
}
