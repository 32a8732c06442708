package handlers_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func TestReview_Pending(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	page := s.as(rita).get("/callbacks/" + string(id) + "?scope=mine&q=EXP&utm_source=mail")
	d := page.document(t)
	if page.status != http.StatusOK || !strings.Contains(d.Find("h1").Text(), "EXP-2291") {
		t.Fatalf("%d %s", page.status, d.Find("h1").Text())
	}
	if n := d.Find("[data-seen]").Length(); n != 2 {
		t.Errorf("%d previews, want one for each outcome", n)
	}
	if strong := d.Find(".prose strong").Text(); strong != "Kansai Precision" {
		t.Errorf("the description is not rendered: %q", strong)
	}
	if action := d.Find("form#decide").AttrOr("action", ""); !strings.Contains(action, "scope=mine") || strings.Contains(action, "utm") {
		t.Errorf("the form does not keep the list: %s", action)
	}
	want := "https://eu-central-1.console.aws.amazon.com/lambda/home?region=eu-central-1#/functions/expense-approval"
	if d.Find(`a[href="`+want+`"]`).Length() != 1 {
		t.Error("no link to the console")
	}
}

// TestReview_PreviewFault: an outcome that cannot be sent with the comment says so in its panel,
// beside the others.
func TestReview_PreviewFault(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	many := json.RawMessage(`"` + strings.Repeat("{{comment}}", 100) + `"`)
	a.Outcomes = append(callbacks.DefaultOutcomes(callbacks.Failure), callbacks.Outcome{Name: "long", Label: "Long", Kind: callbacks.Success, Payload: many})
	id, b := s.receive(a).ID, s.as(rita)
	page := b.decide(id, url.Values{"outcome": {"long"}, "comment": {strings.Repeat("🎉", callbacks.MaxCommentRunes)}})
	d := page.document(t)
	if said := d.Find("#comment-fault").Text(); page.status != http.StatusUnprocessableEntity || !strings.Contains(said, "1048576 bytes") {
		t.Errorf("%d %q", page.status, said)
	}
	if said := d.Find(`[data-outcome="long"] .fault`).Text(); !strings.Contains(said, "1048576 bytes") {
		t.Errorf("the panel says %q", said)
	}
	if said := d.Find(`[data-outcome="approve"] [data-seen]`).Text(); !strings.Contains(said, "🎉") {
		t.Error("the other outcomes have no preview with the comment")
	}
}

// countedStore counts how often a callback is read.
type countedStore struct {
	desk.Store
	gets atomic.Int64
}

func (s *countedStore) Get(ctx context.Context, id callbacks.ID) (callbacks.Callback, error) {
	s.gets.Add(1)
	return s.Store.Get(ctx, id)
}

// TestReview_ReadsOnce: the previews of a page are made from what the page has read.
func TestReview_ReadsOnce(t *testing.T) {
	t.Parallel()
	store := &countedStore{}
	s := newSite(t, func(c *config) {
		c.Service = desk.NewService(desk.ServiceConfig{Store: store, Queues: queues, Invalidator: c.Hub, ReviewLimits: callbacks.DefaultReviewLimits, Now: c.Now})
	})
	store.Store = s.store
	id, b := s.receive(expense()).ID, s.as(rita)
	store.gets.Store(0)
	if page := b.get("/callbacks/" + string(id)); page.status != http.StatusOK || store.gets.Load() != 1 {
		t.Errorf("%d after %d readings of the callback, want 1", page.status, store.gets.Load())
	}
}

// TestReview_BadList: a broken list in a link must not keep the callback from opening.
func TestReview_BadList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := string(s.receive(expense()).ID), s.as(rita)
	for _, query := range []string{"?scope=nonsense", "?ends=soon", "?scope=all", "?after=x&item=Y"} {
		a := b.get("/callbacks/" + id + query)
		if a.status != http.StatusOK || strings.Contains(a.body, `href="/admin`) || strings.Contains(a.body, "nonsense") {
			t.Errorf("%s: %d, or it leads back to what the reader may not open", query, a.status)
		}
	}
}

// TestReview_Next leads from what is decided to what waits in the same list, passing over what
// others hold.
func TestReview_Next(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	titled := func(title string) callbacks.Callback {
		a := expense()
		a.Title = title
		return s.receive(a)
	}
	first, held, next := titled("first"), titled("held"), titled("next")
	b := s.as(rita)
	if a := s.as(rosa).post("/callbacks/"+string(held.ID)+"/reviews", url.Values{"action": {"open"}}); a.status != http.StatusOK {
		t.Fatalf("review: %d", a.status)
	}
	b.decide(first.ID, b.choose(first.ID, "approve", ""))
	page := b.get("/callbacks/" + string(first.ID)).document(t)
	if n := page.Find(`#next a[href^="/callbacks/` + string(next.ID) + `"]`).Length(); n == 0 {
		t.Error("no way to the next callback")
	}
	if n := page.Find(`#next a[href^="/callbacks/` + string(held.ID) + `"]`).Length(); n != 0 {
		t.Error("the next callback is one that somebody else holds")
	}
}

// TestReview_EveryState: a callback has a page in every state it can be in.
func TestReview_EveryState(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	for _, state := range callbacks.States {
		a := expense()
		a.Title = "in state " + string(state)
		id := s.receive(a).ID
		if state != callbacks.Pending && state != callbacks.TimedOut && state != callbacks.Closed {
			b.decide(id, b.choose(id, "approve", "fine"))
		}
		_, err := s.store.Change(t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
			c.State = state
			if !state.Open() {
				c.Ending = &callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: callbackstest.T0}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/callbacks/" + string(id), "/?item=" + string(id), "/?scope=history&item=" + string(id)} {
			if page := b.get(path); page.status != http.StatusOK || !strings.Contains(page.body, a.Title) {
				t.Errorf("%s at %s: %d", state, path, page.status)
			}
		}
	}
}

// lease posts to a callback's reviews and returns the status and the answer.
func (b *browser) lease(id callbacks.ID, form url.Values) (int, lease) {
	b.t.Helper()
	a := b.post("/callbacks/"+string(id)+"/reviews", form)
	var l lease
	if a.status == http.StatusOK {
		decodeJSON(b.t, a.body, &l)
	}
	return a.status, l
}

type lease struct {
	Review                                  string
	RenewAfter, AsksAt, StopsAt, ServerTime int64
	Beats                                   struct {
		On         bool
		Last, Next *int64
	}
}

func TestLease(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	start := s.clock.Now()
	status, opened := b.lease(id, url.Values{"action": {"open"}})
	if status != http.StatusOK || opened.Review == "" || opened.RenewAfter != 10_000 || opened.ServerTime != start.UnixMilli() {
		t.Fatalf("open: %d %+v", status, opened)
	}
	if !opened.Beats.On || opened.Beats.Last != nil || opened.Beats.Next == nil {
		t.Errorf("beats: %+v", opened.Beats)
	}
	if want := start.Add(callbacks.DefaultReviewLimits.Idle); opened.AsksAt != want.UnixMilli() || opened.StopsAt != want.Add(callbacks.ReviewGrace).UnixMilli() {
		t.Errorf("asks at %d, stops at %d", opened.AsksAt, opened.StopsAt)
	}

	now := s.clock.Advance(callbacks.ReviewRenewal)
	status, renewed := b.lease(id, url.Values{"action": {"renew"}, "review": {opened.Review}})
	if status != http.StatusOK || renewed.AsksAt != opened.AsksAt || renewed.ServerTime != now.UnixMilli() {
		t.Errorf("renewed without input: %d %+v", status, renewed)
	}
	status, renewed = b.lease(id, url.Values{"action": {"renew"}, "review": {opened.Review}, "input": {"1"}})
	if status != http.StatusOK || renewed.AsksAt != now.Add(callbacks.DefaultReviewLimits.Idle).UnixMilli() {
		t.Errorf("renewed with input: %d %+v", status, renewed)
	}
	if status, _ = s.as(rosa).lease(id, url.Values{"action": {"renew"}, "review": {opened.Review}}); status != http.StatusNotFound {
		t.Errorf("somebody else's review: %d, want 404", status)
	}
	for _, want := range []int{http.StatusNoContent, http.StatusNotFound} {
		if status, _ = b.lease(id, url.Values{"action": {"release"}, "review": {opened.Review}}); status != want {
			t.Errorf("release: %d, want %d", status, want)
		}
	}
	if status, _ = b.lease(id, url.Values{"action": {"steal"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("unknown action: %d, want 422", status)
	}
	want := []callbacks.Action{callbacks.ActionReviewReleased, callbacks.ActionReviewOpened, callbacks.ActionReceived}
	if got := s.audit(id); !slices.Equal(got, want) {
		t.Errorf("audit %v, want %v", got, want)
	}
}

func TestLease_OfWhatIsDecided(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	b.decide(id, b.choose(id, "approve", ""))
	if status, _ := b.lease(id, url.Values{"action": {"open"}}); status != http.StatusConflict {
		t.Errorf("%d, want 409", status)
	}
	s.clock.Advance(time.Minute)
}
