package handlers_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// newAnswering is a site whose reviewers may write what is sent, on a store whose disk may be full.
func newAnswering(t *testing.T) (s *site, store *fullStore) {
	t.Helper()
	free := maps.Clone(queues)
	for name, queue := range free {
		queue.Free = callbacks.FreeAlways
		free[name] = queue
	}
	store = &fullStore{}
	s = newSite(t, func(c *config) {
		c.Service = desk.NewService(desk.ServiceConfig{
			Store: store, Queues: free, Invalidator: c.Hub, ReviewLimits: callbacks.DefaultReviewLimits, Now: c.Now, GroupsMaxAge: groupsMaxAge,
		})
	})
	store.Store = s.store
	return s, store
}

const typed = "{\"limit\": 0.10,\r\n\"name\": \"<b>\"}"

// TestAnswerKept: an answer that could not be recorded is on the page that says so, and goes with the
// next try.
func TestAnswerKept(t *testing.T) {
	t.Parallel()
	s, store := newAnswering(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	form := b.choose(id, "approve", "For the record.")
	form.Set("outcome", callbacks.OutcomeResult)
	form.Set(answers.FieldFormat, string(answers.JSON))
	form.Set(answers.FieldResult, typed)
	kept := func(step string, a reply, status int, selector string) {
		t.Helper()
		found := a.document(t).Find(selector)
		text := found.AttrOr("value", found.Text())
		if a.status != status || !strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), strings.ReplaceAll(typed, "\r\n", "\n")) {
			t.Errorf("%s: %d %q", step, a.status, text)
		}
	}
	again := b.decide(id, form)
	kept("the preview of another outcome", again, http.StatusOK, `#confirm input[name="result"]`)
	fresh := again.document(t)
	form.Set("seen", fresh.Find(`#confirm input[name="seen"]`).AttrOr("value", ""))
	form.Set("at", fresh.Find(`#confirm input[name="at"]`).AttrOr("value", ""))
	store.full.Store(true)
	kept("no room", b.decide(id, form), http.StatusServiceUnavailable, `form.again input[name="result"]`)
	store.full.Store(false)

	b.outstay(s)
	refused := b.decide(id, form)
	kept("old groups", refused, http.StatusForbidden, "dl.pairs")
	_, there := b.signInAgain(refused, rita)
	kept("after the sign-in", there, http.StatusOK, "#result")

	form.Set(answers.FieldResult, typed+"}")
	kept("a mistake", b.decide(id, form), http.StatusUnprocessableEntity, "#result")
	form.Set(answers.FieldResult, typed)

	shown := b.choose(id, "approve", "")
	if a := b.decide(id, shown); a.status != http.StatusSeeOther {
		t.Fatalf("the decision in another tab: %d %s", a.status, a.text(t))
	}
	kept("decided meanwhile", b.decide(id, form), http.StatusConflict, "dl.pairs")
}
