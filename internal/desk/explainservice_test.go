package desk_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

var someone = []callbacks.Person{
	desktest.Reviewer("a", "finance-approvers"), desktest.Reviewer("b", "finance-approvers", "controllers"),
	desktest.Reviewer("c", "controllers"), desktest.Reviewer("d", "finance-approvers", "leads"), desktest.Reviewer("e", "leads"),
}

// drawTerms draws what a rule asks for.
func drawTerms(t *rapid.T) callbacks.Requirement {
	groups := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"finance-approvers", "controllers", "leads"}), 0, 2, rapid.ID[string])
	var r callbacks.Requirement
	for range rapid.IntRange(1, 2).Draw(t, "thresholds") {
		r.Signatures = append(r.Signatures, callbacks.Threshold{From: groups.Draw(t, "from"), For: rapid.IntRange(1, 2).Draw(t, "for")})
	}
	r.Against = rapid.IntRange(1, 2).Draw(t, "against")
	if rapid.Bool().Draw(t, "excludes") {
		r.Exclude = []callbacks.Exclusion{callbacks.ExcludeRequester}
	}
	return r
}

// TestExplainAgreesWithTheService: people sign and withdraw, in random order and against random
// requirements, through the service and its database. What the page said of a press is what the
// press does: it is taken exactly when the explanation says "can", and it decides exactly when the
// page said that it sends. Nothing is sent that has fewer signatures than are required.
func TestExplainAgreesWithTheService(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		Queues: callbacks.Queues{"finance": {Name: "finance", Groups: []string{"finance-approvers", "controllers"}}},
	})
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		c := d.Announce(named(fmt.Sprintf("%08d", n)))
		r, requester := drawTerms(t), rapid.SampledFrom([]string{"ines@harborline.example", "b@harborline.example"}).Draw(t, "requester")
		if _, err := d.Store.Change(d.Ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
			c.Requirement, c.Requester = r, callbacks.Requester{Email: requester}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for range 6 {
			d.Clock.Advance(time.Second)
			p := rapid.SampledFrom(someone).Draw(t, "who")
			outcome := rapid.SampledFrom([]string{"approve", "reject", "withdraw"}).Draw(t, "outcome")
			if outcome == "withdraw" {
				_, err := d.Service.Withdraw(d.Ctx, p, c.ID, "No.")
				if err != nil && !errors.Is(err, callbacks.ErrConflict) && !errors.Is(err, callbacks.ErrNotFound) {
					t.Fatal(err)
				}
				continue
			}
			if pressed(t, d, p, c.ID, outcome) == callbacks.Decided {
				checkEnough(t, d, c.ID)
				return
			}
		}
	})
}

// pressed signs as the page of a person does, checks that the press does what the page said, and
// returns the state after it.
func pressed(t *rapid.T, d *testDesk, p callbacks.Person, id callbacks.ID, outcome string) callbacks.State {
	choice := callbacks.Choice{Outcome: outcome, Comment: "No.", PreparedAt: d.Clock.Now()}
	can, seen := false, "nothing"
	sheet, err := d.Service.Sheet(d.Ctx, p, id)
	if err == nil && sheet.Refused == nil {
		previews, err := d.Service.Previews(d.Ctx, p, &sheet, choice)
		if err != nil {
			t.Fatal(err)
		}
		for _, shown := range previews {
			if shown.Outcome.Name == outcome {
				can, seen = shown.Why.Can(), shown.Seen
				choice.Sends, choice.PreparedAt = shown.Sends, shown.PreparedAt
			}
		}
	}
	current, err := d.Service.Sign(d.Ctx, p, id, choice, seen)
	refused := errors.Is(err, callbacks.ErrForbidden) || errors.Is(err, callbacks.ErrNotFound)
	if can != (err == nil) || err != nil && !refused {
		t.Fatalf("%s reads %t, and the press gives %v: %+v", p.Name, can, err, sheet.Why)
	}
	if err == nil && (current.State == callbacks.Decided) != choice.Sends {
		t.Fatalf("the page said that it sends: %t, and the callback is %s", choice.Sends, current.State)
	}
	return current.State
}

// checkEnough checks that what was decided has the signatures that it needs.
func checkEnough(t *rapid.T, d *testDesk, id callbacks.ID) {
	c := d.Get(id)
	signatures, err := d.Store.Signatures(d.Ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	standing := callbacks.Weigh(c.Requirement, signatures)
	if standing.Decided == nil || standing.Decided.Outcome != c.Decision.Outcome || standing.Decided.Has < standing.Decided.Needs {
		t.Fatalf("%s was decided by %+v", c.Decision.Outcome, standing)
	}
}
