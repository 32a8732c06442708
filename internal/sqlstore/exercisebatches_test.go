package sqlstore

import (
	"testing"
	"time"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

func exerciseBatches(t *testing.T, s *Store) {
	t.Helper()
	ctx, now, check := t.Context(), callbackstest.T0, passing(t)
	b := batch.Batch{ID: "b", By: callbacks.Person{ID: "mara"}, MadeAt: now, Items: []batch.Item{{Callback: "c"}}}
	check(s.AddBatch(ctx, b))
	b.BegunAt = now
	check(s.ArmBatch(ctx, b))
	check(s.BeginBatch(ctx, b, callbacks.AuditEntry{}))
	lease := callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}
	_, err := s.ClaimBatches(ctx, now, lease, 10)
	check(err)
	_, err = s.Batch(ctx, b.ID)
	check(err)
	check(s.StopBatch(ctx, b.ID, now, callbacks.AuditEntry{}))
	_, err = s.FinishItem(ctx, b.ID, 0, batch.Item{Result: batch.Signed}, lease)
	check(err)
	check(s.EndBatch(ctx, b.ID, batch.Stopped, now, lease))
	_, err = s.NextBatch(ctx)
	check(err)
	check(s.ForgetBatches(ctx, now, 10))
}
