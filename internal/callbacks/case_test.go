package callbacks

import (
	"errors"
	"testing"
	"time"
)

// TestApply: a change makes pages stale, unless it is bookkeeping or fails.
func TestApply(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Case) error
		raised int
		err    error
	}{
		"Change":      {func(*Case) error { return nil }, 1, nil},
		"Bookkeeping": {func(c *Case) error { c.Bookkeeping = true; return nil }, 0, nil},
		"Failure":     {func(*Case) error { return ErrConflict }, 0, ErrConflict},
	} {
		c := Case{Callback: in(Pending)}
		before := c.Revision
		if err := c.Apply(tt.change); !errors.Is(err, tt.err) || c.Revision != before+tt.raised {
			t.Errorf("%s: revision %d after %d, %v", name, c.Revision, before, err)
		}
	}
}

// TestRecord: an entry is written unless the transition failed or nobody has to account for it.
func TestRecord(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		action Action
		err    error
		want   int
	}{
		"Entry":   {ActionDecided, nil, 1},
		"Nothing": {"", nil, 0},
		"Failure": {ActionDecided, ErrConflict, 0},
	} {
		var c Case
		err := c.Record(AuditEntry{Action: tt.action}, tt.err)
		if !errors.Is(err, tt.err) || len(c.Audit) != tt.want {
			t.Errorf("%s: %+v, %v", name, c.Audit, err)
		}
	}
}

// TestRelease: only the claim that a result belongs to is ended by it.
func TestRelease(t *testing.T) {
	t.Parallel()
	held := Delivery{Tries: 2, Lease: Lease{Owner: "w", Until: t0}}
	for name, tt := range map[string]struct {
		delivery *Delivery
		owner    string
		try      int
		want     error
	}{
		"Held":       {&held, "w", 2, nil},
		"Another":    {&held, "x", 2, ErrLeaseLost},
		"Earlier":    {&held, "w", 1, ErrLeaseLost},
		"Free":       {&Delivery{Tries: 2}, "", 2, ErrLeaseLost},
		"NoDelivery": {nil, "w", 2, ErrNotFound},
	} {
		d := tt.delivery
		if d != nil {
			copied := *d
			d = &copied
		}
		err := d.Release(tt.owner, tt.try)
		if !errors.Is(err, tt.want) || err == nil && d.Lease != (Lease{}) {
			t.Errorf("%s: %v and %+v, want %v", name, err, d, tt.want)
		}
	}
}

// TestBegin: nothing is sent once a decision was accepted, so there is no attempt to record.
func TestBegin(t *testing.T) {
	t.Parallel()
	for _, state := range States {
		c, d := in(state), Delivery{Tries: 3}
		d.Begin(&c, t0)
		begun := len(d.Attempts) == 1 && d.Attempts[0] == Attempt{Number: 3, StartedAt: t0}
		if begun != (state == Decided) {
			t.Errorf("%s: %+v", state, d.Attempts)
		}
	}
}

// TestBegin_Doubtful: an attempt whose end nobody recorded makes the delivery doubtful, in every
// state.
func TestBegin_Doubtful(t *testing.T) {
	t.Parallel()
	open, ended := Attempt{Number: 1, StartedAt: t0}, Attempt{Number: 1, StartedAt: t0, EndedAt: t0}
	for _, state := range States {
		for _, before := range []Attempt{open, ended} {
			c, d := in(state), Delivery{Tries: 2, Attempts: []Attempt{before}}
			if d.Begin(&c, t0); d.Doubtful != (before == open) {
				t.Errorf("%s after %+v: doubtful %t", state, before, d.Doubtful)
			}
		}
	}
}

// TestEnded_Attempts: an end takes the place of what was recorded at the beginning, and the latest
// attempts are kept.
func TestEnded_Attempts(t *testing.T) {
	t.Parallel()
	c, d := in(Decided), Delivery{}
	const tries = MaxAttempts + 3
	for d.Tries = 1; d.Tries <= tries; d.Tries++ {
		d.Begin(&c, t0)
		d.Ended(Attempt{Number: d.Tries, StartedAt: t0, EndedAt: at(time.Second)})
	}
	if n := len(d.Attempts); n != MaxAttempts || d.Attempts[0].Number != 4 || d.Attempts[n-1].Number != tries {
		t.Errorf("%d attempts are kept: %+v", n, d.Attempts)
	}
	if d.Doubtful || d.Attempts[0].EndedAt.IsZero() {
		t.Errorf("an attempt that ended is open: %+v", d.Attempts[0])
	}
}

// TestRetry_Delivery: what was learnt of earlier attempts is forgotten, but not their doubt or
// their number, and an attempt under way keeps its lease.
func TestRetry_Delivery(t *testing.T) {
	t.Parallel()
	c, lease := in(Unconfirmed), Lease{Owner: "w", Until: at(time.Minute)}
	d := Delivery{Tries: 4, Readings: 20, Doubtful: true, Closed: true, Lease: lease}
	if _, err := c.Retry(&d, t0, ops); err != nil {
		t.Fatal(err)
	}
	if d.Tries != 4 || d.Readings != 0 || !d.Doubtful || d.Closed || !d.DueAt.Equal(t0) || d.Lease != lease {
		t.Errorf("got %+v", d)
	}
	c = in(Unconfirmed)
	if _, err := c.Retry(nil, t0, ops); !errors.Is(err, ErrNotFound) {
		t.Errorf("without a delivery: %v, want ErrNotFound", err)
	}
}

// TestExecutionEnded_DueAt: the history is read once more, and a reading under way plans the next.
func TestExecutionEnded_DueAt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		delivery Delivery
		event    int
		want     time.Time
	}{
		"Free":      {Delivery{}, 7, t0},
		"Leased":    {Delivery{Lease: Lease{Owner: "w", Until: t0}}, 7, time.Time{}},
		"NoReceipt": {Delivery{}, 0, time.Time{}},
	} {
		c, d := in(Completed), tt.delivery
		c.Ending.Event = tt.event
		_, err := c.ExecutionEnded(&d, StatusFailed, t0, t0, shop)
		if err != nil || !d.DueAt.Equal(tt.want) || !d.FollowUp.Ended() {
			t.Errorf("%s: %+v, %v; want due at %v", name, d, err, tt.want)
		}
	}
}
