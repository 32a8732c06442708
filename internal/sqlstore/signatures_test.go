package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/sqlstore"
)

// someSignature has a value in every field.
func someSignature(at time.Time) callbacks.Signature {
	return callbacks.Signature{
		By: callbackstest.Person("ada"), Subject: "u-1", Email: "Ada@example.com", Address: "ada@example.com", Via: callbacks.ViaWeb,
		Proposal: callbacks.Proposal{Hash: "a1", Outcome: "approve", Kind: callbacks.Success, Stance: callbacks.For},
		Answer:   callbacks.Answer{Format: answers.Text, Result: "a\x00\u2028<b>", Sealed: "Ym94"},
		Comment:  "fine\x00 \xff", At: at, Shown: "found-9f31", ConfigVersion: "6a1f",
		Groups: []string{"finance-approvers"}, GroupsReadAt: at.Add(-time.Hour), InQueue: true, Escalated: true,
		NotRequester: true, Rule: "large expenses",
		ActingFor: &callbacks.Delegator{
			Delegation: "d-1", ID: "p-dana", Address: "dana@example.com", Name: "Dana", Groups: []string{"leads"}, ReadAt: at.Add(-24 * time.Hour),
		},
	}
}

// TestSignature: it is written with the change that it belongs to, or not at all.
func TestSignature(t *testing.T) {
	onBoth(t, func(t *testing.T, store *sqlstore.Store, _ *sqlstore.Sessions, clock *callbackstest.Clock) {
		c := put(t, store)
		signed := someSignature(clock.Now())
		sign := func(parts callbacks.Parts, failing error) error {
			_, err := store.Change(t.Context(), c.ID, parts, func(c *callbacks.Case) error {
				c.Signatures = append(c.Signatures, signed)
				return failing
			})
			return err
		}
		refusal := errors.New("no")
		if err := sign(callbacks.Parts{Signatures: true}, refusal); !errors.Is(err, refusal) {
			t.Errorf("got %v", err)
		}
		if all, err := store.Signatures(t.Context(), c.ID); err != nil || len(all) != 0 {
			t.Errorf("a change that was refused left %+v, %v", all, err)
		}
		if err := sign(callbacks.Parts{Signatures: true}, nil); err != nil {
			t.Fatal(err)
		}
		if err := sign(callbacks.Parts{}, nil); err == nil {
			t.Error("a change that did not read the signatures added one")
		}
		signed.Comment = "fine\uFFFD \uFFFD"
		all, err := store.Signatures(t.Context(), c.ID)
		if diff := cmp.Diff([]callbacks.Signature{signed}, all); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}

// TestSignatures: a callback keeps all its signatures in their order, each with its end.
func TestSignatures(t *testing.T) {
	onBoth(t, func(t *testing.T, store *sqlstore.Store, _ *sqlstore.Sessions, clock *callbackstest.Clock) {
		c := put(t, store)
		now := clock.Now()
		first, second := someSignature(now), someSignature(now.Add(time.Minute))
		first.Comment, second.Comment, second.ActingFor = "First.", "Second.", nil
		change := func(change func(*callbacks.Case)) {
			t.Helper()
			_, err := store.Change(t.Context(), c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
				change(c)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		change(func(c *callbacks.Case) { c.Signatures = append(c.Signatures, first) })
		first.End = &callbacks.SignatureEnd{Lapse: callbacks.Replaced, At: now.Add(time.Minute), Why: "Signed again."}
		change(func(c *callbacks.Case) {
			if len(c.Signatures) != 1 || c.Signatures[0].Comment != "First." {
				t.Errorf("the case has %+v", c.Signatures)
			}
			c.WaitingSince = now
			c.Signatures[0].End = first.End
			c.Signatures = append(c.Signatures, second)
		})
		first.Answer.Sealed = "" // dropped with its end
		all, err := store.Signatures(t.Context(), c.ID)
		if diff := cmp.Diff([]callbacks.Signature{first, second}, all); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if got, err := store.Get(t.Context(), c.ID); err != nil || got.SignatureCount != 2 || !got.WaitingSince.Equal(now) {
			t.Errorf("%d on record, waiting since %v, %v", got.SignatureCount, got.WaitingSince, err)
		}
		page, err := store.List(t.Context(), desk.Query{
			Filter: desk.Filter{Scope: desk.ScopeAvailable}, AllQueues: true, Now: now,
		})
		if err != nil || len(page.Rows) != 1 || len(page.Rows[0].Signatures) != 1 || page.Rows[0].Signatures[0].By != second.By {
			t.Fatalf("the list has %+v, %v", page.Rows, err)
		}
		if listed := page.Rows[0].Signatures[0]; listed.Comment != "" || listed.Answer != (callbacks.Answer{}) {
			t.Errorf("the list reads what no row shows: %+v", listed)
		}
		change(func(c *callbacks.Case) {
			if c.Signatures[0].Answer != (callbacks.Answer{}) || c.Signatures[1].Answer != second.Answer {
				t.Errorf("a change reads the answers %+v, %+v", c.Signatures[0].Answer, c.Signatures[1].Answer)
			}
		})
	})
}

// TestSignatures_Forget: what people typed as secrets is dropped once the callback does not wait any
// more, whatever ended it, and nothing else is.
func TestSignatures_Forget(t *testing.T) {
	onBoth(t, func(t *testing.T, store *sqlstore.Store, _ *sqlstore.Sessions, clock *callbackstest.Clock) {
		asking := callbackstest.NewCallback()
		asking.Outcomes[0].Form, asking.Outcomes[0].Secret = true, true
		c := storetest.Put(t, store, asking)
		change := func(parts callbacks.Parts, change func(*callbacks.Case) error) {
			t.Helper()
			if _, err := store.Change(t.Context(), c.ID, parts, change); err != nil {
				t.Fatal(err)
			}
		}
		signed := someSignature(clock.Now())
		change(callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
			c.Signatures = append(c.Signatures, signed)
			return nil
		})
		sealed := func() string {
			t.Helper()
			all, err := store.Signatures(t.Context(), c.ID)
			if err != nil || len(all) != 1 || all[0].Answer.Result != signed.Answer.Result {
				t.Fatalf("%+v, %v", all, err)
			}
			return all[0].Answer.Sealed
		}
		if got := sealed(); got != "Ym94" {
			t.Errorf("while it waits, the signature has %q", got)
		}
		change(callbacks.Parts{}, func(c *callbacks.Case) error {
			return c.Record(c.Close(callbacks.Ending{By: callbacks.EndedByOther, At: clock.Now()}, clock.Now(), callbacks.System("expiry")))
		})
		if got := sealed(); got != "" {
			t.Errorf("after the end, the signature has %q", got)
		}
	})
}
