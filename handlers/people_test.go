package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

// TestDecidedUnderTheOldKey: what a version before recorded under the subject alone keeps its name
// and is nobody's own.
func TestDecidedUnderTheOldKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	before := callbacks.Actor{Kind: callbacks.ActorPerson, ID: rita, Name: "Rita of before"}
	_, err := s.store.Change(t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.State = callbacks.Decided
		c.Decision = &callbacks.Decision{Outcome: "approve", Label: "Approve", Kind: callbacks.Success, By: before, At: s.clock.Now(), SHA256: "x"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b := s.as(rita)
	if a := b.get("/callbacks/" + string(id)); a.status != http.StatusOK || !strings.Contains(a.text(t), before.Name) {
		t.Errorf("%d, the name is not there: %s", a.status, a.text(t))
	}
	if a := b.get("/?scope=mine"); a.status != http.StatusOK || a.document(t).Find("[data-row]").Length() != 0 {
		t.Errorf("%d, it is among rita's own", a.status)
	}
}
