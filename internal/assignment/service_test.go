package assignment_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

// rig is a desk whose people have signed in, with a request in queue finance that ends in two
// hours.
type rig struct {
	*desktest.Desk
	c callbacks.Callback
}

func open(t *testing.T) *rig {
	t.Helper()
	d := desktest.New(t)
	for _, p := range []callbacks.Person{desktest.Mara, desktest.Dana, desktest.Teo, desktest.Ops} {
		d.SignIn(p)
	}
	return &rig{d, d.Announce(func(a *announcement.Announcement) { a.Timeout, a.HeartbeatTimeout = 2*time.Hour, 0 })}
}

// now is a person whose groups were read just now.
func (r *rig) now(p callbacks.Person) callbacks.Person {
	p.GroupsReadAt = r.Clock.Now()
	return p
}

// at reports whether a field has a fault.
func at(faults fault.List, field string) bool {
	return slices.ContainsFunc(faults, func(f fault.Fault) bool { return f.Pointer == field })
}

func (r *rig) holder() string {
	r.T.Helper()
	standing, err := r.Assignments.Of(r.Ctx, desktest.Ops, &r.c)
	callbackstest.Must(r.T, err)
	return standing.To.ID
}

func (r *rig) assign(by, to callbacks.Person, reason string) error {
	return r.Assignments.Assign(r.Ctx, r.now(by), r.c.ID, to.ID, reason)
}

// TestAssign has a row for each rule of who gives what to whom.
func TestAssign(t *testing.T) {
	t.Parallel()
	stranger := desktest.Reviewer("stranger", "finance-approvers")
	for name, tt := range map[string]struct {
		before callbacks.Person // who has it
		by, to callbacks.Person
		reason string
		want   error
		field  string // of a fault.List
	}{
		"Take":                       {by: desktest.Mara, to: desktest.Mara},
		"TakeAgain":                  {before: desktest.Mara, by: desktest.Mara, to: desktest.Mara},
		"TakeFromSomebody":           {before: desktest.Dana, by: desktest.Mara, to: desktest.Mara, reason: "I know the vendor"},
		"TakeWithoutAReason":         {before: desktest.Dana, by: desktest.Mara, to: desktest.Mara, field: "reason"},
		"TakeWithoutAVisibleReason":  {before: desktest.Dana, by: desktest.Mara, to: desktest.Mara, reason: " \u200b", field: "reason"},
		"ALongReason":                {by: desktest.Mara, to: desktest.Mara, reason: strings.Repeat("a", callbacks.MaxReasonRunes+1), field: "reason"},
		"Give":                       {by: desktest.Mara, to: desktest.Dana},
		"GiveOnesOwn":                {before: desktest.Mara, by: desktest.Mara, to: desktest.Dana},
		"GiveToWhoeverMayNotSign":    {by: desktest.Mara, to: desktest.Teo, field: "to"},
		"GiveToAStranger":            {by: desktest.Mara, to: stranger, field: "to"},
		"ByWhoeverDoesNotSeeIt":      {by: desktest.Teo, to: desktest.Mara, want: callbacks.ErrNotFound},
		"ByAnAdmin":                  {by: desktest.Ops, to: desktest.Dana},
		"AnAdminMayNotTakeIt":        {by: desktest.Ops, to: desktest.Ops, want: callbacks.ErrForbidden},
		"ByAnAdminFromSomebody":      {before: desktest.Dana, by: desktest.Ops, to: desktest.Mara, field: "reason"},
		"FromSomebodyToSomebodyElse": {before: desktest.Dana, by: desktest.Ops, to: desktest.Mara, reason: "Dana left"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			if tt.before.ID != "" {
				callbackstest.Must(t, r.assign(tt.before, tt.before, ""))
			}
			err := r.assign(tt.by, tt.to, tt.reason)
			want, ok := tt.to.ID, err == nil
			if tt.want != nil || tt.field != "" {
				want = tt.before.ID
				faults, _ := errors.AsType[fault.List](err)
				ok = tt.want != nil && errors.Is(err, tt.want) || tt.field != "" && at(faults, tt.field)
			}
			if !ok {
				t.Errorf("got %v", err)
			}
			if got := r.holder(); got != want {
				t.Errorf("%q has it, want %q", got, want)
			}
		})
	}
}

// TestAssign_GivesNoRight: whoever has a callback may do no more than before, and others no less.
func TestAssign_GivesNoRight(t *testing.T) {
	t.Parallel()
	r := open(t)
	callbackstest.Must(t, r.assign(desktest.Dana, desktest.Dana, ""))
	if c := storetest.Get(t, r.Store, r.c.ID); c.State != callbacks.Pending || c.SignatureCount != 0 {
		t.Errorf("it is %s with %d signatures", c.State, c.SignatureCount)
	}
	r.MustDecide(desktest.Mara, r.c.ID, callbacks.OutcomeApprove, "")
	if err := r.assign(desktest.Dana, desktest.Mara, "Late"); !errors.Is(err, callbacks.ErrConflict) {
		t.Errorf("once it is decided: %v", err)
	}
}

// TestAssign_OnRecord: each change has an entry that says who has the callback, who had it, and
// why; and open pages are told.
func TestAssign_OnRecord(t *testing.T) {
	t.Parallel()
	r := open(t)
	told := r.Invalidations.Count()
	callbackstest.Must(t, r.assign(desktest.Dana, desktest.Dana, ""))
	callbackstest.Must(t, r.assign(desktest.Mara, desktest.Mara, "I know the  vendor"))
	callbackstest.Must(t, r.assign(desktest.Mara, desktest.Dana, ""))
	callbackstest.Must(t, r.Assignments.Release(r.Ctx, desktest.Dana, r.c.ID, ""))
	callbackstest.Must(t, r.Assignments.Release(r.Ctx, desktest.Dana, r.c.ID, "")) // nothing changes
	if n := r.Invalidations.Count() - told; n != 4 {
		t.Errorf("pages were told %d times, want 4", n)
	}
	var got []string
	for _, e := range storetest.Audit(t, r.Store, desk.AuditQuery{Callback: r.c.ID}) {
		if e.Action == assignment.ActionTaken || e.Action == assignment.ActionAssigned || e.Action == assignment.ActionReleased {
			got = append(got, string(e.Action)+" "+e.Actor.Name+": "+e.Detail)
		}
	}
	callbackstest.Same(t, "audit", got, []string{
		"assignment.released dana: Nobody has it now.",
		"assignment.made mara: It is dana’s now.",
		"assignment.taken mara: It is mara’s now. It was dana’s before. Reason: “I know the vendor”.",
		"assignment.taken dana: It is dana’s now.",
	})
}

// TestAssign_OldGroups: to change whose a callback is, groups have to be fresh.
func TestAssign_OldGroups(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.Clock.Advance(9 * time.Hour)
	c := r.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Timeout = "bGF0ZXI=", time.Hour })
	old := desktest.Ops
	old.GroupsReadAt = r.Clock.Now().Add(-8*time.Hour - time.Second)
	if err := r.Assignments.Assign(r.Ctx, old, c.ID, desktest.Mara.ID, ""); !errors.Is(err, callbacks.ErrOldGroups) {
		t.Errorf("got %v", err)
	}
}

// TestSnooze has a row for each rule of how long a callback is hidden. It ends two hours after t0.
func TestSnooze(t *testing.T) {
	t.Parallel()
	const latest = 2*time.Hour - desk.FewDecisions
	for name, tt := range map[string]struct {
		wait, until time.Duration // from the arrival
		others      bool          // it is somebody else's
		ok          bool
		slow        bool // decisions take 90 minutes there
	}{
		"UntilAtRisk":   {until: 30 * time.Minute, slow: true, ok: true},
		"PastAtRisk":    {until: 30*time.Minute + time.Second, slow: true},
		"ForAnHour":     {until: time.Hour, ok: true},
		"ToTheMargin":   {until: latest, ok: true},
		"PastTheMargin": {until: latest + time.Second},
		"Past":          {wait: time.Hour, until: time.Hour},
		"TooLate":       {wait: latest, until: latest + time.Minute},
		"NotInMine":     {until: time.Hour, others: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			arrived := r.Clock.Now()
			for i := 0; tt.slow && i < 20; i++ {
				before, then := arrived.Add(-24*time.Hour), arrived.Add(90*time.Minute-24*time.Hour)
				storetest.Put(t, r.Store, callbackstest.NewCallback(callbackstest.Queue(r.c.Queue), callbackstest.ReceivedAt(before),
					callbackstest.DecidedBy("ada", then), callbackstest.Ended(callbacks.Completed, then)))
			}
			holder := desktest.Mara
			if tt.others {
				holder = desktest.Dana
			}
			callbackstest.Must(t, r.assign(holder, holder, ""))
			r.Clock.Advance(tt.wait)
			err := r.Assignments.Snooze(r.Ctx, r.now(desktest.Mara), r.c.ID, arrived.Add(tt.until))
			if faults, _ := errors.AsType[fault.List](err); (err == nil) != tt.ok || !tt.ok && !at(faults, "until") {
				t.Errorf("got %v", err)
			}
			standing, err := r.Assignments.Of(r.Ctx, desktest.Mara, &r.c)
			callbackstest.Must(t, err)
			if snoozed := !standing.SnoozedUntil.IsZero(); snoozed != tt.ok {
				t.Errorf("snoozed: %t", snoozed)
			}
			callbackstest.Must(t, r.Assignments.Wake(r.Ctx, desktest.Mara, r.c.ID))
			if standing, err = r.Assignments.Of(r.Ctx, desktest.Mara, &r.c); err != nil || !standing.SnoozedUntil.IsZero() {
				t.Errorf("once it was woken: until %v, %v", standing.SnoozedUntil, err)
			}
		})
	}
}

// TestMove: an admin moves what a leaver has, by queue, to somebody who may sign it, or to nobody.
// What they may not sign stays, and is counted.
func TestMove(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by    callbacks.Person
		move  assignment.Move
		want  assignment.Moved
		err   error
		field string
	}{
		"ToNobody":      {desktest.Ops, assignment.Move{Reason: "Dana left"}, assignment.Moved{Done: 2}, nil, ""},
		"ToMara":        {desktest.Ops, assignment.Move{To: desktest.Mara.ID, Reason: "Dana left"}, assignment.Moved{Done: 2}, nil, ""},
		"OfAQueue":      {desktest.Ops, assignment.Move{To: desktest.Mara.ID, Queue: "legal", Reason: "Dana left"}, assignment.Moved{Done: 1}, nil, ""},
		"ToTeo":         {desktest.Ops, assignment.Move{To: desktest.Teo.ID, Reason: "Dana left"}, assignment.Moved{Left: 2}, nil, ""},
		"NoReason":      {desktest.Ops, assignment.Move{}, assignment.Moved{}, nil, "reason"},
		"ByNobodyElses": {desktest.Mara, assignment.Move{Reason: "Dana left"}, assignment.Moved{}, callbacks.ErrForbidden, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			other := r.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Queue = "b3RoZXI=", "legal" })
			for _, id := range []callbacks.ID{r.c.ID, other.ID} {
				callbackstest.Must(t, r.Assignments.Assign(r.Ctx, r.now(desktest.Dana), id, desktest.Dana.ID, ""))
			}
			tt.move.From = desktest.Dana.ID
			got, err := r.Assignments.Move(r.Ctx, r.now(tt.by), tt.move)
			faults, _ := errors.AsType[fault.List](err)
			if !errors.Is(err, tt.err) && tt.field == "" || tt.field != "" && !at(faults, tt.field) {
				t.Errorf("got %v", err)
			}
			callbackstest.Same(t, "moved", got, tt.want)
			action := assignment.ActionAssigned
			if tt.move.To == "" {
				action = assignment.ActionReleased
			}
			if n := len(storetest.Audit(t, r.Store, desk.AuditQuery{Actors: []string{tt.by.ID}, Action: action})); n != got.Done {
				t.Errorf("%d entries for %d that moved", n, got.Done)
			}
		})
	}
}
