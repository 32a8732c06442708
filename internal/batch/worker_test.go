package batch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

func TestStops(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(3)
	b := r.begins(r.selects(ids...), ids...)
	w := r.newWorker(signing(func(ctx context.Context, sign signature) error {
		err := sign(ctx)
		callbackstest.Must(t, r.service.Stop(ctx, desktest.Mara, b.ID))
		return err
	}, r.Service))
	r.runs(w)
	r.want(b.ID, batch.Signed, batch.Stopped, batch.Stopped)
	if r.Get(ids[1]).Decision != nil {
		t.Error("a stopped item was decided")
	}
}

// TestDiesMidway: another worker goes on with what the first left, and signs nothing twice.
func TestDiesMidway(t *testing.T) {
	t.Parallel()
	for name, signed := range map[string]bool{"BeforeTheSignature": false, "AfterIt": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			ids := r.several(5)
			b := r.begins(r.selects(ids...), ids...)
			died, count := errors.New("killed"), 0
			w := r.newWorker(signing(func(ctx context.Context, sign signature) error {
				if count++; count < 3 {
					return sign(ctx)
				}
				if signed {
					callbackstest.Must(t, sign(ctx))
				}
				return fmt.Errorf("%w: %w", died, callbacks.ErrUnavailable)
			}, r.Service))
			r.runs(w)
			r.want(b.ID, batch.Signed, batch.Signed, batch.Waiting, batch.Waiting, batch.Waiting)
			other := r.newWorker(r.Service)
			r.runs(other) // the lease holds
			r.want(b.ID, batch.Signed, batch.Signed, batch.Waiting, batch.Waiting, batch.Waiting)
			r.Clock.Advance(time.Minute)
			r.runs(other)
			r.want(b.ID, batch.Signed, batch.Signed, batch.Signed, batch.Signed, batch.Signed)
			for _, id := range ids {
				if given, err := r.Store.Signatures(r.Ctx, id); err != nil || len(given) != 1 {
					t.Errorf("%d signatures, %v", len(given), err)
				}
			}
		})
	}
}

// TestSignedAndNotWrittenDown: what was signed by a worker that died before it could write that down is
// never called stopped or late.
func TestSignedAndNotWrittenDown(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(*rig, callbacks.ID){
		"Stopped": func(r *rig, id callbacks.ID) { callbackstest.Must(r.T, r.service.Stop(r.Ctx, desktest.Mara, id)) },
		"Late":    func(r *rig, _ callbacks.ID) { r.Clock.Advance(batch.MaxRun) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			ids := r.several(2)
			b := r.begins(r.selects(ids...), ids...)
			r.runs(r.newWorker(signing(func(ctx context.Context, sign signature) error {
				callbackstest.Must(t, sign(ctx))
				return callbacks.ErrUnavailable
			}, r.Service)))
			then(r, b.ID)
			r.Clock.Advance(time.Minute)
			r.runs(r.worker)
			if _, got := r.became(b.ID); got[0] != batch.Signed || got[1] == batch.Signed {
				t.Errorf("results %q", got)
			}
		})
	}
}

func TestDownForTooLong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(2)
	b := r.begins(r.selects(ids...), ids...)
	r.Clock.Advance(batch.MaxRun + time.Second)
	r.runs(r.worker)
	r.want(b.ID, batch.Late, batch.Late)
	if r.Get(ids[0]).Decision != nil {
		t.Error("it was decided long after the press")
	}
}

// signature signs one item.
type signature func(context.Context) error

type signer struct {
	around func(context.Context, signature) error
	desk   *desk.Service
}

// signing is a signer with something around each signature.
func signing(around func(context.Context, signature) error, d *desk.Service) batch.Signer {
	return signer{around, d}
}

func (s signer) Sign(
	ctx context.Context, p callbacks.Person, id callbacks.ID, choice callbacks.Choice, seen string,
) (c callbacks.Callback, err error) {
	err = s.around(ctx, func(ctx context.Context) error {
		c, err = s.desk.Sign(ctx, p, id, choice, seen)
		return err
	})
	return c, err
}
