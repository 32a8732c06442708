package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
)

// TestSignature: it is written with the change that it belongs to, or not at all.
func TestSignature(t *testing.T) {
	onBoth(t, func(t *testing.T, store *sqlstore.Store, _ *sqlstore.Sessions, clock *callbackstest.Clock) {
		c := put(t, store)
		signed := callbacks.Signature{
			By: callbackstest.Person("ada"), Via: callbacks.ViaWeb,
			Proposal: callbacks.Proposal{Hash: "a1", Outcome: "approve", Kind: callbacks.Success, Stance: callbacks.For},
			Comment:  "fine\x00 \xff", At: clock.Now(), Shown: "found-9f31", ConfigVersion: "6a1f",
			Groups: []string{"finance-approvers"}, GroupsReadAt: clock.Now().Add(-time.Hour), InQueue: true, Escalated: true,
			NotRequester: true, Rule: "large expenses",
			ActingFor: &callbacks.Delegator{
				Delegation: "d-1", ID: "p-dana", Name: "Dana", Groups: []string{"leads"}, ReadAt: clock.Now().Add(-24 * time.Hour),
			},
		}
		sign := func(failing error) error {
			_, err := store.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
				c.Signature = &signed
				return failing
			})
			return err
		}
		refusal := errors.New("no")
		if err := sign(refusal); !errors.Is(err, refusal) {
			t.Errorf("got %v", err)
		}
		if all, err := store.Signatures(t.Context(), c.ID); err != nil || len(all) != 0 {
			t.Errorf("a change that was refused left %+v, %v", all, err)
		}
		if err := sign(nil); err != nil {
			t.Fatal(err)
		}
		if err := sign(nil); !errors.Is(err, callbacks.ErrConflict) {
			t.Errorf("a second signature gives %v, want ErrConflict", err)
		}
		signed.Comment = "fine\uFFFD \uFFFD"
		all, err := store.Signatures(t.Context(), c.ID)
		if diff := cmp.Diff([]callbacks.Signature{signed}, all); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}
