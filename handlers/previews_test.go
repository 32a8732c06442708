package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

func TestPreview(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	a := b.post("/callbacks/"+string(id)+"/preview", url.Values{"comment": {`"quoted"`}})
	for _, outcome := range []string{"approve", "reject"} {
		if text := a.document(t).Find(`[data-outcome="` + outcome + `"] [data-seen]`).Text(); !strings.Contains(text, `\"quoted\"`) {
			t.Errorf("%s: %q", outcome, text)
		}
	}
	if a.status != http.StatusOK || strings.Contains(a.body, "<html") {
		t.Errorf("%d %s", a.status, a.body)
	}
	b.decide(id, b.choose(id, "approve", ""))
	if a := b.post("/callbacks/"+string(id)+"/preview", nil); a.status != http.StatusConflict {
		t.Errorf("of what is decided: %d, want 409", a.status)
	}
}

// TestPreview_Long: of outcomes that send much, the one that is wanted is shown to its end, and the
// others when they are.
func TestPreview_Long(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long := expense()
	text := `"` + strings.Repeat("long ", 12_000) + `{{comment}} end"`
	for _, name := range []string{"one", "two", "three"} {
		long.Outcomes = append(long.Outcomes, callbacks.Outcome{Name: name, Label: "Way " + name, Kind: callbacks.Success, Payload: json.RawMessage(text)})
	}
	id, b := s.receive(long).ID, s.as(rita)
	for name, a := range map[string]reply{
		"one": b.get("/callbacks/" + string(id)),
		"two": b.post("/callbacks/"+string(id)+"/preview", url.Values{"outcome": {"two"}, "comment": {"Fine"}}),
	} {
		doc := a.document(t)
		bytes := doc.Find("#bytes-" + name).Text()
		if doc.Find("[data-seen]").Length() != 1 || doc.Find("[data-later]").Length() != 2 || !strings.HasSuffix(bytes, ` end"`) {
			t.Errorf("%s: %d whole, %d later, %d bytes of it", name, doc.Find("[data-seen]").Length(), doc.Find("[data-later]").Length(), len(bytes))
		}
		if later := doc.Find("[data-later]").First().Text(); !strings.Contains(later, "shown once you choose this outcome") {
			t.Errorf("%s: of another it says %q", name, later)
		}
	}
	if a := b.decide(id, b.choose(id, "three", "Fine")); a.status != http.StatusSeeOther {
		t.Errorf("what was shown on demand is answered by %d", a.status)
	}
}

// TestFormatResult: the button spreads a free result over lines without changing a value, or says
// where it is no JSON. It records nothing, and keeps everything that was typed.
func TestFormatResult(t *testing.T) {
	t.Parallel()
	s, _ := newAnswering(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	path := "/callbacks/" + string(id)
	button := b.get(path).document(t).Find(`button[value="format:result"]`)
	if button.Length() != 1 {
		t.Fatal("there is no button")
	}
	for result, want := range map[string]struct {
		status int
		result string
		fault  string
	}{
		`{"n":1e2,"a":[0.10]}`: {http.StatusOK, "{\n  \"n\": 1e2,\n  \"a\": [\n    0.10\n  ]\n}", ""},
		"{\n\"n\": }":          {http.StatusUnprocessableEntity, "{\n\"n\": }", "Line 2, column 6"},
	} {
		a := b.post(path+"/decision", url.Values{"form": {"format:result"}, "format": {"json"}, "result": {result}, "comment": {"So far."}})
		doc := a.document(t)
		if got := doc.Find("#result").Text(); a.status != want.status || got != want.result || doc.Find("#comment").Text() != "So far." {
			t.Errorf("%s: %d, %q", result, a.status, got)
		}
		if fault := doc.Find("#result-fault").Text(); !strings.Contains(fault, want.fault) || want.fault == "" && strings.TrimSpace(fault) != "" {
			t.Errorf("%s: the field says %q", result, fault)
		}
	}
	if c, err := s.store.Get(t.Context(), id); err != nil || c.State != callbacks.Pending {
		t.Errorf("formatting decided: %s, %v", c.State, err)
	}
}
