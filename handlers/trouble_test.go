package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"countersign/handlers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/static"
	"countersign/views"
)

// TestNoDatabase: every page says so, and what needs no database goes on.
func TestNoDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := string(s.receive(expense()).ID)
	b := s.as(rita)
	_ = s.store.Close()
	for _, path := range []string{"/", "/callbacks/" + id, "/admin/callbacks", "/audit"} {
		a := b.get(path)
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.text(t), "cannot reach its database") {
			t.Errorf("%s: %d %s", path, a.status, a.text(t))
		}
		if strings.Contains(strings.ToLower(a.body), "sql") {
			t.Errorf("%s shows the cause: %s", path, a.body)
		}
		if !strings.Contains(s.log.String(), a.header.Get("X-Request-Id")) {
			t.Errorf("%s: the log does not know the request", path)
		}
	}
	if a := b.post("/callbacks/"+id+"/reviews", url.Values{"action": {"open"}}); a.status != http.StatusServiceUnavailable || strings.Contains(a.body, "<") {
		t.Errorf("script: %d %s", a.status, a.body)
	}
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable, static.URL("favicon.svg"): http.StatusOK} {
		if a := b.get(path); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
}

// fullStore is a store whose disk is full: what is there can be read, and nothing is written.
type fullStore struct {
	desk.Store
	full atomic.Bool
}

func (s *fullStore) Change(ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error) (callbacks.Callback, error) {
	if s.full.Load() {
		return callbacks.Callback{}, callbacks.ErrNoRoom // as the store's own test finds it
	}
	return s.Store.Change(ctx, id, parts, change)
}

// TestNoRoom: a decision that cannot be written is not recorded and says why, its comment goes with
// the next try, and pages are still read. Readiness stays: another process would have no more room.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	store := &fullStore{}
	s := newSite(t, func(c *config) {
		c.Service = desk.NewService(desk.ServiceConfig{Store: store, Queues: queues, Invalidator: c.Hub, ReviewLimits: callbacks.DefaultReviewLimits, Now: c.Now})
	})
	store.Store = s.store
	id, b := s.receive(expense()).ID, s.as(rita)
	form := b.choose(id, "approve", "Hotel over cap was agreed.")
	store.full.Store(true)
	a := b.decide(id, form)
	if text := a.text(t); a.status != http.StatusServiceUnavailable || !strings.Contains(text, "has no room") || !strings.Contains(text, "Nothing was decided") || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, text)
	}
	again := a.document(t).Find("form.again")
	if kept := again.Find("textarea").Text(); kept != "Hotel over cap was agreed." {
		t.Errorf("the comment that goes with the next try is %q", kept)
	}
	for _, path := range []string{"/callbacks/" + string(id), "/", "/readyz"} {
		if a := b.get(path); a.status != http.StatusOK {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	store.full.Store(false)
	if a := b.decide(id, form); a.status != http.StatusSeeOther || !slices.Contains(s.audit(id), callbacks.ActionDecided) {
		t.Errorf("after there is room again: %d %s", a.status, a.text(t))
	}
}

// TestFault: what nobody foresaw is a page without internals, and a line in the log with all of
// them.
func TestFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]handlers.Demo{"Panic": brokenDemo{panics: true}, "Error": brokenDemo{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, func(c *config) { c.Demo = fault })
			a := s.as(rita).post("/demo/samples", url.Values{"sample": {"expense"}})
			id := a.header.Get("X-Request-Id")
			if a.status != http.StatusInternalServerError || !strings.Contains(a.text(t), id) || strings.Contains(a.body, "wires") {
				t.Errorf("%d %s", a.status, a.text(t))
			}
			line := lineWith(s.log.String(), id)
			if !strings.Contains(line, "crossed wires") || !strings.Contains(line, `"level":"ERROR"`) || !strings.Contains(line, `"person":"`+s.id(rita)+`"`) {
				t.Errorf("log %s", line)
			}
		})
	}
}

type brokenDemo struct{ panics bool }

func (brokenDemo) Samples() []views.Sample { return nil }

func (b brokenDemo) Start(context.Context, string) error {
	if b.panics {
		panic("crossed wires")
	}
	return errors.New("crossed wires")
}

// TestSessionError_Alone: outside the site's own middleware there is no page, but an answer.
func TestSessionError_Alone(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	handlers.SessionError(w, httptest.NewRequest(http.MethodGet, "/", nil), errors.New("secret cause"))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
