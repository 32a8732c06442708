package policy

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// Requests is what [Desk.Stranded] asks of [desk.Service].
type Requests interface {
	List(ctx context.Context, p callbacks.Person, f desk.Filter) (desk.Page, error)
	Callback(ctx context.Context, p callbacks.Person, id callbacks.ID) (callbacks.Callback, error)
	CouldCome(ctx context.Context, reader callbacks.Person, c *callbacks.Callback, limit int) (you bool, others []callbacks.Person, err error)
}

// Stranded is a pending request that will end undecided as things stand.
type Stranded struct {
	Callback   callbacks.Callback
	Unattended bool     // a missing heartbeat ends it
	Missing    []string // the groups of which too few people were seen; empty if there are enough
	// Unconfigured says that nobody can sign, because its queue is not configured any more.
	Unconfigured bool
	// You says whether the reader could give a signature that it lacks, and Could are others of the people
	// seen who could, at most MaxCould.
	You   bool
	Could []callbacks.Person
}

const (
	// MaxStranded bounds the requests that are listed, those first that end first.
	MaxStranded = 10
	// MaxCould bounds the people who are named for each.
	MaxCould = 4
)

// Stranded returns what will end undecided as things stand, for people who see every queue: what a
// missing heartbeat ends, and what too few people seen could decide. more reports that there is more of
// it. Those of the last round that have ended since are left out.
func (d *Desk) Stranded(ctx context.Context, p callbacks.Person) (all []Stranded, more bool, err error) {
	unattended, err := d.Requests.List(ctx, p, desk.Filter{
		Scope: desk.ScopeAll, Ends: desk.Ends{Unattended: true}, Order: desk.OrderDeadline, Limit: MaxStranded,
	})
	if err != nil {
		return nil, false, err
	}
	for i := range unattended.Rows {
		all = append(all, Stranded{Callback: unattended.Rows[i].Callback, Unattended: true})
	}
	alarms := d.Alarms()
	slices.SortStableFunc(alarms, func(a, b Alarm) int { return endsFirst(&a.Callback, &b.Callback) })
	more = unattended.Next != nil || len(alarms) > MaxStranded
	for _, alarm := range alarms[:min(len(alarms), MaxStranded)] {
		if i := slices.IndexFunc(all, func(s Stranded) bool { return s.Callback.ID == alarm.Callback.ID }); i >= 0 {
			all[i].Missing, all[i].Unconfigured = alarm.Missing, alarm.Unconfigured
			continue
		}
		current, err := d.Requests.Callback(ctx, p, alarm.Callback.ID)
		switch {
		case errors.Is(err, callbacks.ErrNotFound):
		case err != nil:
			return nil, false, err
		case current.State == callbacks.Pending:
			all = append(all, Stranded{Callback: current, Missing: alarm.Missing, Unconfigured: alarm.Unconfigured})
		}
	}
	slices.SortStableFunc(all, func(a, b Stranded) int { return endsFirst(&a.Callback, &b.Callback) })
	if len(all) > MaxStranded {
		all, more = all[:MaxStranded], true
	}
	for i := range all {
		if all[i].You, all[i].Could, err = d.Requests.CouldCome(ctx, p, &all[i].Callback, MaxCould); err != nil {
			return nil, false, err
		}
	}
	return all, more, nil
}

// endsFirst compares callbacks by their ends; what never ends by itself comes last.
func endsFirst(a, b *callbacks.Callback) int {
	first, cause := a.Ends()
	second, otherCause := b.Ends()
	never := func(c callbacks.DeadlineCause) int {
		if c == callbacks.NoDeadline {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(never(cause), never(otherCause)), first.Compare(second))
}
