package handlers_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/announcement"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// deploys announces requests that differ in one field.
func (s *site) deploys(count int) (ids []string) {
	s.t.Helper()
	for n := range count {
		a := expense()
		a.Title, a.Timeout = fmt.Sprintf("Deploy to environment %d", n), time.Hour+time.Duration(n)*time.Minute
		a.StartedAt, a.HeartbeatTimeout = s.clock.Now(), 0
		a.Payload = fmt.Appendf(nil, `{"environment":"env-%d","commit":"b81fe20"}`, n)
		a.ExecutionARN = strings.Replace(a.ExecutionARN, "4f1c", fmt.Sprintf("%04d", n), 1)
		ids = append(ids, string(s.receive(a).ID))
	}
	return ids
}

// picks selects callbacks and returns the address of the selection.
func (b *browser) picks(stance string, ids ...string) string {
	b.t.Helper()
	a := b.post("/batches?scope=available&queue=finance", url.Values{"stance": {stance}, "callback": ids})
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/batches/") {
		b.t.Fatalf("%d to %q", a.status, a.header.Get("Location"))
	}
	return a.header.Get("Location")
}

// runBatches has a worker do what is due.
func (s *site) runBatches() {
	s.t.Helper()
	w := batch.NewWorker(batch.WorkerConfig{
		Store: s.store, Get: s.store.Get, Signer: func() batch.Signer { return s.service }, Decided: func(callbacks.Callback) {}, Invalidator: s.hub,
		Roles: func(p callbacks.Person) callbacks.Roles { return p.Roles }, Log: slog.New(slog.DiscardHandler), Now: s.clock.Now,
	})
	callbackstest.Must(s.t, w.RunOnce(s.t.Context()))
}

// TestBatch_AsManyAsALongPage: a long page of a list has as many rows as one selection takes.
func TestBatch_AsManyAsALongPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	s.deploys(batch.MaxItems + 1)
	more := b.get("/?scope=available&grouped=no").document(t).Find(".pager a:contains('Show 200 at once')").AttrOr("href", "")
	long := b.get(more).document(t)
	var ids []string
	long.Find("[data-pick]").Each(func(_ int, box *goquery.Selection) { ids = append(ids, box.AttrOr("value", "")) })
	if len(ids) != batch.MaxItems || long.Find(".pager a:contains('Next page'), .pager a:contains('Show 50 at once')").Length() != 2 {
		t.Fatalf("%s has %d rows", more, len(ids))
	}
	if got := b.get(b.picks("for", ids...)).document(t).Find("h1").Text(); got != "Approve 200 of 200 selected?" {
		t.Errorf("it asks %q", got)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	ids := s.deploys(3)
	form := s.receive(func() announcement.Announcement {
		a := expense()
		a.Outcomes = []callbacks.Outcome{{Name: "one", Label: "One", Kind: callbacks.Success, Payload: []byte(`1`)}, {Name: "two", Label: "Two", Kind: callbacks.Success, Payload: []byte(`2`)}}
		return a
	}())
	at := b.picks("for", append(ids, string(form.ID))...)
	page := b.get(at)
	doc := page.document(t)
	if got := doc.Find("h1").Text(); got != "Approve 3 of 4 selected?" {
		t.Errorf("it asks %q", got)
	}
	if heads := doc.Find("th").Text(); !strings.Contains(heads, "environment") || strings.Contains(heads, "commit") {
		t.Errorf("columns: %q", heads)
	}
	if out := doc.Find(".outs").Text(); !strings.Contains(out, "EXP-2291") || !strings.Contains(out, "Several ways") {
		t.Errorf("left out: %q", out)
	}
	first := b.post(at, url.Values{"callback": ids[:2], "comment": {"As <b>agreed</b>"}, "sure": {"no"}}).document(t)
	if button := first.Find(".decide button").Text(); !strings.Contains(button, "Confirm 2 approvals") || first.Find(".said").Text() != "As <b>agreed</b>" {
		t.Errorf("the first press arms: %q", button)
	}
	if first.Find("main textarea, main input[type=checkbox]").Length() != 0 || !strings.Contains(first.Find(".c-body").Text(), "As <b>agreed</b>") {
		t.Errorf("what is confirmed is not what is shown: %q", first.Find(".c-body").Text())
	}
	shown, _ := first.Find("input[name=shown]").Attr("value")
	s.runBatches()
	if d := s.decision(ids[0]); d != nil {
		t.Fatal("the first press decided")
	}
	if a := b.post(at, url.Values{"shown": {"other"}, "sure": {"yes"}}); a.status != http.StatusConflict || a.document(t).Find("main input[checked]").Length() != 2 {
		t.Errorf("something else than was shown: %d", a.status)
	}
	if a := b.post(at, url.Values{"shown": {shown}, "sure": {"yes"}}); a.status != http.StatusSeeOther || a.header.Get("Location") != at {
		t.Fatalf("%d to %s", a.status, a.header.Get("Location"))
	}
	if got := b.get(at).document(t).Find("h1").Text(); got != "Approving 0 of 2…" {
		t.Errorf("under way: %q", got)
	}
	s.runBatches()
	if got := b.get(at).document(t).Find("h1").Text(); got != "2 of 2 approved." {
		t.Errorf("the end: %q", got)
	}
	if d := s.decision(ids[0]); d == nil || d.Comment != "As <b>agreed</b>" || at != "/batches/"+string(d.Batch) {
		t.Errorf("decided: %+v", d)
	}
	if s.decision(ids[2]) != nil {
		t.Error("one was decided that was taken out")
	}
	if a := b.post(at, url.Values{"shown": {shown}, "sure": {"yes"}}); a.status != http.StatusSeeOther {
		t.Errorf("a second press: %d", a.status)
	}
}

func (s *site) decision(id string) *callbacks.Decision {
	s.t.Helper()
	c, err := s.store.Get(s.t.Context(), callbacks.ID(id))
	callbackstest.Must(s.t, err)
	return c.Decision
}

func TestBatch_Refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, other := s.as(rita), s.as(otto)
	ids := s.deploys(2)
	at := b.picks("against", ids...)
	for name, who := range map[string]*browser{"of somebody else": other, "of nobody": s.visitor()} {
		if a := who.get(at); a.status == http.StatusOK {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := b.post(at, url.Values{"callback": ids, "comment": {" "}, "sure": {"no"}}); a.status != http.StatusUnprocessableEntity ||
		a.document(t).Find("#comment-fault").Text() == "" {
		t.Errorf("a rejection without a comment: %d", a.status)
	}
	none := b.post(at, url.Values{"comment": {"Too late for today"}, "sure": {"no"}})
	if none.status != http.StatusConflict || none.document(t).Find("textarea").Text() != "Too late for today" {
		t.Errorf("nothing is included: %d %s", none.status, none.document(t).Find("textarea").Text())
	}
	s.clock.Advance(batch.SelectionAge + time.Second)
	if a := b.post(at, url.Values{"callback": ids, "comment": {"No."}, "sure": {"no"}}); a.status != http.StatusConflict {
		t.Errorf("an old selection: %d", a.status)
	}
	many := make([]string, batch.MaxItems+1)
	for i := range many {
		many[i] = string(callbacks.NewID())
	}
	if a := b.post("/batches", url.Values{"callback": many}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("too many: %d", a.status)
	}
	if a := b.post("/batches?scope=mine", url.Values{"callback": {"../x", string(callbacks.NewID())}}); a.status != http.StatusSeeOther || a.header.Get("Location") != "/?scope=mine" {
		t.Errorf("nothing to see: %d to %s", a.status, a.header.Get("Location"))
	}
	if s.decision(ids[0]) != nil {
		t.Error("something was decided")
	}
}

// TestBatch_OldGroups: the comment is there after the sign-in.
func TestBatch_OldGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	for range 2 {
		s.clock.Advance(groupsMaxAge/2 - time.Minute)
		b.get("/")
	}
	ids := s.deploys(2)
	at := b.picks("for", ids...)
	s.clock.Advance(5 * time.Minute)
	a := b.post(at, url.Values{"callback": ids, "comment": {"Kept"}, "sure": {"no"}})
	if a.status != http.StatusForbidden {
		t.Fatalf("%d, want 403", a.status)
	}
	address, there := b.signInAgain(a, rita)
	if !strings.HasPrefix(address, at) || there.document(t).Find("textarea").Text() != "Kept" {
		t.Errorf("back at %s: %q", address, there.document(t).Find("textarea").Text())
	}
	if a := b.post(at, url.Values{"callback": ids, "comment": {"Kept"}, "sure": {"no"}}); a.status != http.StatusOK {
		t.Errorf("after the sign-in: %d", a.status)
	}
}
