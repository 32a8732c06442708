package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/readquota"
	"countersign/internal/sqlstore"
	"countersign/internal/upkeep"
)

func TestBacklog(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *sqlstore.Store{"SQLite": openSQLite, "PostgreSQL": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "PostgreSQL" && testing.Short() {
				return
			}
			testBacklog(t, open(t))
		})
	}
}

func testBacklog(t *testing.T, s *sqlstore.Store) {
	now := callbackstest.T0.Add(time.Minute)
	want := func(want upkeep.Backlog) {
		t.Helper()
		got, err := s.Backlog(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("backlog (-want +got):\n%s", diff)
		}
	}
	none := map[callbacks.State]int{callbacks.Decided: 0, callbacks.Undeliverable: 0, callbacks.Unconfirmed: 0}
	want(upkeep.Backlog{Undelivered: none, Reads: []readquota.Quota{}})

	add := func(change func(*callbacks.Callback)) {
		t.Helper()
		c := callbackstest.NewCallback()
		c.Clocks, c.NextHeartbeatAt, c.State = callbacks.Clocks{StartedAt: callbackstest.T0, Timeout: time.Hour}, time.Time{}, callbacks.Pending
		change(&c)
		entry := callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt)
		if _, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, entry); err != nil {
			t.Fatal(err)
		}
	}
	oldest := callbackstest.T0.Add(-time.Hour)
	add(func(c *callbacks.Callback) { c.Queue = "finance" })
	add(func(c *callbacks.Callback) { c.Queue, c.ReceivedAt = "finance", oldest })
	add(func(c *callbacks.Callback) { c.Queue, c.Clocks.Timeout = "finance", 0 })
	for _, due := range []time.Duration{-time.Second, -upkeep.HeartbeatSlack, -time.Minute, time.Second} {
		add(func(c *callbacks.Callback) {
			c.Queue, c.Clocks.HeartbeatTimeout, c.NextHeartbeatAt = "legal", 10*time.Minute, now.Add(due)
		})
	}
	for i, version := range []callbacks.ConfigVersion{"v1", "v2", "v2"} {
		add(func(c *callbacks.Callback) {
			c.Queue, c.WaitingSince = "legal", now
			c.Requirement = callbacks.Requirement{Rule: "large", Version: version, Terms: callbacks.OneSignature.Terms}
			if i == 2 {
				c.State = callbacks.TimedOut
			}
		})
	}
	add(func(c *callbacks.Callback) { c.Queue, c.WaitingSince = "finance", now })
	for _, state := range []callbacks.State{callbacks.Decided, callbacks.Decided, callbacks.Unconfirmed, callbacks.Completed, callbacks.TimedOut} {
		add(func(c *callbacks.Callback) { c.Queue, c.State, c.ReceivedAt = "finance", state, oldest.Add(-time.Hour) })
	}
	spent := readquota.Quota{Lane: arn.Lane{Region: "eu-central-1"}, Rate: 5, Minute: callbackstest.T0, Used: 41}
	if err := s.ChangeQuota(t.Context(), spent.Lane, now, func(b *readquota.Quota, _ time.Time) { *b = spent }); err != nil {
		t.Fatal(err)
	}
	want(upkeep.Backlog{
		Pending: []upkeep.PendingCount{
			{Queue: "finance", Cause: callbacks.NoDeadline, Count: 1},
			{Queue: "finance", Cause: callbacks.CauseTimeout, Count: 3},
			{Queue: "legal", Cause: callbacks.CauseTimeout, Count: 6},
		},
		OldestPending:  oldest,
		Undelivered:    map[callbacks.State]int{callbacks.Decided: 2, callbacks.Undeliverable: 0, callbacks.Unconfirmed: 1},
		LateHeartbeats: 2,
		Waiting:        []upkeep.WaitingCount{{Queue: "finance", Count: 1}, {Queue: "legal", Rule: "large", Count: 2}},
		Reads:          []readquota.Quota{spent},
	})

	if err := s.Record(t.Context(), callbackstest.Entry(callbackstest.NewCallback(), callbacks.ActionReceiptDiffers, now)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Backlog(t.Context(), now); err != nil || got.Differing != 1 {
		t.Errorf("%d receipts differ (%v), want 1", got.Differing, err)
	}

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Backlog(t.Context(), now); !errors.Is(err, callbacks.ErrUnavailable) {
		t.Errorf("a closed database gives %v", err)
	}
}
