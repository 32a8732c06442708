package sqlstore

import (
	"context"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// TestUntakenBesideAnOlderReplica: a replica of the version before counts a beat that Lambda takes, and leaves the column as it is.
// It ends what stands there all the same.
func TestUntakenBesideAnOlderReplica(t *testing.T) {
	t.Parallel()
	s, _ := openRecorded(t)
	failing := callbackstest.BeatsFail(callbackstest.T0, callbacks.AnswerDenied, 3)
	c := callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, callbackstest.T0), failing)
	c.Heartbeats = 7
	entry := callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt)
	if _, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", entry); err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), c.ID)
	if err != nil || got.Untaken != c.Untaken || !got.BeatsFail() {
		t.Fatalf("got %+v, %v; want %+v", got.Untaken, err, c.Untaken)
	}
	err = s.transact(t.Context(), func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `update callbacks set heartbeats = heartbeats + 1, last_heartbeat_at = 1`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err = s.Get(t.Context(), c.ID); err != nil || got.BeatsFail() || !got.KeptAlive() {
		t.Errorf("after a beat that was taken it has %+v, %v", got.Untaken, err)
	}
}
