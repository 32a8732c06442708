package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/live"
	"countersign/internal/policy"
	"countersign/internal/standin"
	"countersign/internal/standin/demo"
)

// story is what a sample of the demo asks of those who sign.
type story struct {
	Queue, Rule string
	Basis       callbacks.Basis
	Places      int
	Requesters  string // the person of the demo who cannot sign because they ask
}

// stories are those of all samples, by name.
var stories = map[string]story{
	"expense":  {"finance", "expenses over $5,000", callbacks.BasisCondition, 2, ""},
	"deposit":  {"finance", "large expenses", callbacks.BasisCondition, 3, ""},
	"vendor":   {"finance", "bank changes", callbacks.BasisCondition, 2, "Tomasz Wierzbicki"},
	"order":    {"procurement", "", "", 1, ""},
	"rotation": {"security", "", "", 1, ""},
	"deploy":   {"releases", "go or no go", callbacks.BasisCondition, 1, ""},
	"refund":   {"support", "", "", 1, ""},
	"outreach": {"agents", "", "", 1, ""},
	"erasure":  {"privacy", "", "", 1, ""},
	"access":   {"security", "", "", 1, ""},
	"capacity": {"default", "", "", 1, ""},
	"contract": {"default", "", "", 1, ""},
	"review":   {"security", "", "", 1, ""},
}

// TestSamples: what each sample of the demo sends gets the rule that its story means, and people of
// the demo can satisfy it. Who acts for the requester reads why they cannot sign.
func TestSamples(t *testing.T) {
	t.Parallel()
	w := openDemo(t, 18580)
	changes := w.desk.hub.Subscribe(time.Now(), func(callbacks.Invalidation) bool { return true })
	defer changes.Close()
	inForce := w.desk.edition.Load()
	everybody := &policy.Evidence{Now: time.Now()}
	for _, u := range standin.People {
		profile := demoProfile(w.surroundings.Settings()["OIDC_ISSUER"], u, time.Now())
		everybody.People = append(everybody.People, policy.Known{Person: w.desk.auth.Known(profile), LastSeenAt: time.Now()})
	}
	seen := map[callbacks.ID]bool{}
	for _, sample := range demo.Samples {
		var asked policy.Request
		if sample.Function == "contract-renewal" {
			asked = w.unannounced(t, sample)
		} else {
			asked = w.announced(t, sample, changes, seen)
		}
		bound := asked.Callback.Requirement
		got := story{Queue: asked.Callback.Queue, Rule: bound.Rule, Basis: bound.Basis, Places: bound.Places()}
		trial, _ := rulesOf(inForce.desk).Try(asked, everybody)
		for _, v := range trial.People {
			if failed, _ := v.Failed(); failed.Code == callbacks.CodeRequester {
				got.Requesters += v.Person.Name
			}
		}
		if diff := cmp.Diff(stories[sample.Name], got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", sample.Label, diff)
		}
		if trial.Can == 0 || trial.Missing != "" {
			t.Errorf("%s: %d people of the demo can sign, and missing is %q", sample.Label, trial.Can, trial.Missing)
		}
		if got.Requesters != "" {
			w.readsWhyNot(t, asked.Callback.ID)
		}
	}
}

// announced starts a sample and waits until its function has told the desk.
func (w *world) announced(
	t *testing.T, sample demo.Sample, changes *live.Subscription, seen map[callbacks.ID]bool,
) policy.Request {
	t.Helper()
	if err := w.surroundings.Starter.Start(t.Context(), sample.Name); err != nil {
		t.Fatal(err)
	}
	all := desk.Query{
		Filter: desk.Filter{Scope: desk.ScopeAll, Order: desk.OrderNewest, Limit: len(demo.Samples)}, AllQueues: true,
	}
	for {
		all.Now = time.Now()
		page, err := w.desk.store.List(t.Context(), all)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			if !seen[row.ID] {
				seen[row.ID] = true
				content, err := w.desk.store.Content(t.Context(), row.ID)
				if err != nil {
					t.Fatal(err)
				}
				return policy.Request{Callback: row.Callback, Content: content}
			}
		}
		await(t, changes.Ready(), "the request of sample "+sample.Name)
		changes.Take()
	}
}

// unannounced is what the demo's template makes of a sample whose function tells the desk nothing.
func (w *world) unannounced(t *testing.T, sample demo.Sample) (asked policy.Request) {
	t.Helper()
	inForce := w.desk.edition.Load()
	search := w.desk.fixed.discovery
	inForce.searches("", &search)
	for _, named := range search.Templates {
		if named.Watch.Function != sample.Function {
			continue
		}
		found := announcement.Announcement{CallbackID: "c2lnbi1vZmY=", Function: sample.Function, Queue: named.Watch.Queue}
		var err error
		asked.Callback, asked.Content, err = named.List[0].Make(t.Context(), found, sample.Input(0), inForce.queues, search.Forms, time.Now())
		if err != nil || len(asked.Content.Template.LeftOut) > 0 {
			t.Fatalf("the template leaves out %v, %v", asked.Content.Template, err)
		}
		if got := asked.Content.Forms["approve"].Value; got != `{"from":"2027-01-01","years":1}` {
			t.Errorf("the form starts from %s", got)
		}
	}
	return asked
}

// readsWhyNot signs the delegate of the demo in, who reads why they cannot sign a request.
func (w *world) readsWhyNot(t *testing.T, id callbacks.ID) {
	t.Helper()
	delegate := (&rig{url: w.url}).signIn(t, standin.Delegated.To)
	response := delegate.open(t.Context(), http.MethodGet, w.url+id.Path(), nil)
	defer response.Body.Close()
	page, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := "You act for " + standin.Delegated.From.Name + ", who made this request."
	if response.StatusCode != http.StatusOK || !strings.Contains(page.Find("main").Text(), want) {
		t.Errorf("%s reads %s without %q: %s", standin.Delegated.To.Name, response.Status, want, page.Find("main").Text())
	}
}
