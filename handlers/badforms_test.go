package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// withForm is a message whose request is approved by a form.
func withForm(schema, value string) map[string]any {
	m := message("Order forty scanners")
	outcome := map[string]any{"name": "approve", "label": "Approve", "kind": "success", "form": json.RawMessage(schema)}
	if value != "" {
		outcome["value"] = json.RawMessage(value)
	}
	m["outcomes"] = []any{outcome}
	return m
}

// takes posts a message that has to be taken, and returns the callback.
func (b *browser) takes(m map[string]any) callbacks.ID {
	b.t.Helper()
	made := b.announce("msg_"+string(callbacks.NewID()), m)
	if made.status != http.StatusCreated {
		b.t.Fatalf("%d %.500s", made.status, made.body)
	}
	var receipt struct{ ID callbacks.ID }
	decodeJSON(b.t, made.body, &receipt)
	return receipt.ID
}

// TestWebhook_BadForms: a form that cannot be used is refused at its place, and nothing is fetched
// for it.
func TestWebhook_BadForms(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer elsewhere.Close()
	s := newSite(t)
	sender := s.visitor()
	const text = `{"type":"object","properties":{"note":{"type":"string"}}}`
	for name, tt := range map[string]struct{ schema, value, pointer, says string }{
		"RemoteRef":      {`{"$ref":"` + elsewhere.URL + `/order.json"}`, "", "/outcomes/0/form/$ref", "nothing is loaded"},
		"RemoteDraft":    {`{"$schema":"` + elsewhere.URL + `/draft"}`, "", "/outcomes/0/form/$schema", "another draft"},
		"RemoteID":       {`{"$id":"` + elsewhere.URL + `/order.json","items":{"$ref":"line.json"}}`, "", "/outcomes/0/form/items/$ref", "nothing is loaded"},
		"FileRef":        {`{"items":{"$ref":"file:///etc/passwd"}}`, "", "/outcomes/0/form/items/$ref", "nothing is loaded"},
		"Endless":        {`{"$ref":"#"}`, "", "/outcomes/0/form", "without end"},
		"Lookahead":      {`{"pattern":"^(?=a)"}`, "", "/outcomes/0/form/pattern", "RE2"},
		"PatternBomb":    {`{"pattern":"((a{30}){30}){30}"}`, "", "/outcomes/0/form/pattern", "pattern"},
		"SchemaTooLong":  {`{"description":"` + strings.Repeat("a", 65<<10) + `"}`, "", "/outcomes/0/form", "65536 bytes"},
		"NameTwice":      {`{"title":"a","title":"b"}`, "", "/outcomes/0/form/title", "duplicate name"},
		"NameOfValue":    {text, `{"note":"a","note":"b"}`, "/outcomes/0/value/note", "duplicate name"},
		"ValueTooLong":   {text, `{"note":"` + strings.Repeat("a", 900<<10) + `"}`, "/outcomes/0/value", "bytes"},
		"ValueTooDeep":   {text, `{"note":` + strings.Repeat("[", 101) + strings.Repeat("]", 101) + `}`, "/outcomes/0/value/note" + strings.Repeat("/0", 60), "nested deeper"},
		"NobodyCorrects": {`{"type":"object","additionalProperties":false,"properties":{"n":{"type":"integer"}}}`, `{"note":"a"}`, "/outcomes/0/value/note", ""},
	} {
		a := sender.announce("msg_"+name, withForm(tt.schema, tt.value))
		var told struct {
			Errors []struct{ Pointer, Detail string }
		}
		decodeJSON(t, a.body, &told)
		if a.status != http.StatusUnprocessableEntity || len(told.Errors) != 1 || told.Errors[0].Pointer != tt.pointer || !strings.Contains(told.Errors[0].Detail, tt.says) {
			t.Errorf("%s: %d %.500s", name, a.status, a.body)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests left the desk", n)
	}
}

// TestForm_ManyChoices: five thousand choices are one field, and each can be sent.
func TestForm_ManyChoices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var choices []string
	for i := range 5_000 {
		choices = append(choices, fmt.Sprintf("s%04d", i))
	}
	enum, err := json.Marshal(choices)
	if err != nil {
		t.Fatal(err)
	}
	id, b := s.visitor().takes(withForm(`{"type":"object","properties":{"to":{"enum":`+string(enum)+`}}}`, `{"to":"s0001"}`)), s.as(rita)
	if n := b.get(id.Path()).document(t).Find("answer-form select option").Length(); n < len(choices) {
		t.Errorf("the page has %d choices", n)
	}
	b.fills(id, url.Values{"outcome": {"approve"}, "comment": {"Fine."}, "answer:approve/to": {`"s4999"`}})
	s.sent(id, `{"to":"s4999"}`)
}

// sent checks what is on its way to Lambda.
func (s *site) sent(id callbacks.ID, want string) {
	s.t.Helper()
	sent, err := s.store.Delivery(s.t.Context(), id)
	if err != nil || string(sent.Completion.Result) != want {
		s.t.Errorf("sent %.200s, %v, want %.200s", sent.Completion.Result, err, want)
	}
}

// TestForm_Recursive: a schema that leads to itself is answered as JSON, checked as deep as the
// answer is.
func TestForm_Recursive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const part = `{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"parts":{"type":"array","items":{"$ref":"#"}}}}`
	id, b := s.visitor().takes(withForm(part, `{"name":"cart","parts":[{"name":"wheel"}]}`)), s.as(rita)
	if page := b.get(id.Path()).document(t).Find("answer-form"); page.Find("textarea").Length() != 1 || !strings.Contains(page.Text(), "This form cannot be drawn") {
		t.Errorf("the form is %s", page.Text())
	}
	wrong := url.Values{"outcome": {"approve"}, "comment": {"Fine."}, "answer:approve#json": {"{\"name\":\"cart\",\n\"parts\":[{\"parts\":[{}]}]}"}}
	a := b.decide(id, wrong)
	if said := a.document(t).Find("answer-form").Text(); a.status != http.StatusUnprocessableEntity || !strings.Contains(said, "Line 2") || !strings.Contains(said, "parts") {
		t.Errorf("%d: %s", a.status, said)
	}
	right := `{"name":"cart", "parts":[{"name":"wheel","parts":[{"name":"hub"}]}]}`
	b.fills(id, merged(wrong, "answer:approve#json", right))
	s.sent(id, right)
}

// TestForm_BadAnswers: what a reviewer may send is bounded and is JSON with each name once. What
// they wrote is on the page that says what is wrong, and rejecting works.
func TestForm_BadAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	m := withForm(`{"type":"object","properties":{"note":{"type":"string","pattern":"^(a+)+$"}}}`, "")
	m["outcomes"] = append(m["outcomes"].([]any), map[string]any{"name": "reject", "label": "Reject", "kind": "failure", "errorType": "Rejected"})
	id, b := s.visitor().takes(m), s.as(rita)
	fields := url.Values{"outcome": {"approve"}, "comment": {"Kept."}}
	for name, tt := range map[string]struct {
		field, typed string
		says         string
	}{
		"NameTwice":   {"#json", `{"note":"a","note":"aa"}`, "twice"},
		"TooLong":     {"#json", `{"note":"` + strings.Repeat("a", 900<<10) + `"}`, "65536 bytes"},
		"FieldTooBig": {"/note", strings.Repeat("a", 900<<10), ""},
		"Pattern":     {"/note", strings.Repeat("a", 60_000) + "b", ""},
	} {
		a := b.decide(id, merged(fields, "answer:approve"+tt.field, tt.typed))
		said := a.document(t)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(said.Find("answer-form .errsum").Text(), tt.says) || said.Find("#comment").Text() != "Kept." {
			t.Errorf("%s: %d %.300s", name, a.status, said.Find("answer-form .errsum").Text())
		}
		if kept := said.Find(`answer-form [name="answer:approve` + tt.field + `"]`); kept.AttrOr("value", strings.TrimPrefix(kept.Text(), "\n")) != tt.typed {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	if a := b.decide(id, url.Values{"outcome": {"reject"}, "comment": {"No."}, "answer:approve/note": {"b"}}); a.status != http.StatusOK {
		t.Errorf("rejecting: %d", a.status)
	}
}

// TestForm_RightToLeft: text in another direction stays in its field, and reaches the function as
// it was typed.
func TestForm_RightToLeft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const hebrew, turned = "שלום", "pay \u202e002\u202c EUR"
	id, b := s.visitor().takes(withForm(`{"type":"object","properties":{"to":{"title":"`+hebrew+`\u202e","type":"string"},"note":{"type":"string"}}}`, `{"to":"`+hebrew+`"}`)), s.as(rita)
	page := b.get(id.Path())
	input := page.document(t).Find(`[name="answer:approve/to"]`)
	if input.AttrOr("value", "") != hebrew || input.AttrOr("dir", "") != "auto" {
		t.Errorf("the field holds %q, in the direction %q", input.AttrOr("value", ""), input.AttrOr("dir", ""))
	}
	if label := page.document(t).Find("answer-form label").First(); strings.Contains(label.Text(), "\u202e") || !strings.Contains(label.Text(), hebrew) {
		t.Errorf("the title turns what follows: %q", label.Text())
	}
	b.fills(id, url.Values{"outcome": {"approve"}, "comment": {"Fine."}, "answer:approve/note": {turned}})
	s.sent(id, `{"to":"`+hebrew+`","note":"`+turned+`"}`)
	if said := b.get(id.Path()).document(t).Find("#decided-changes").Text(); strings.Contains(said, "\u202e") {
		t.Errorf("the change turns what follows: %q", said)
	}
}

// TestForm_Announced: the form of a callback that was found changes once its function announces it.
// An answer to the earlier form is not sent: the page comes back with the form that counts now, and
// keeps the comment.
func TestForm_Announced(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	a.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}}
	a.Forms = map[string]announcement.Form{"approve": {
		Schema: json.RawMessage(`{"type":"object","properties":{"pieces":{"type":"integer"}}}`), Value: json.RawMessage(`{"pieces":40}`),
	}}
	a.CallbackID = string(callbackstest.NewCallbackID())
	c, content, err := a.Callback(callbacks.SourceDiscovery, nil, queues, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.Receive(t.Context(), callbacks.Message{}, c, content, callbacks.Unannounced, queues.Bind, c.Discovered(callbacks.System("discovery"))); err != nil {
		t.Fatal(err)
	}
	id, b := c.ID, s.as(rita)
	shown := hidden(b.decide(id, url.Values{"outcome": {"approve"}, "comment": {"Kept."}, "answer:approve/pieces": {"36"}}).document(t), "#confirm")
	if shown.Get("seen") == "" {
		t.Fatal("the earlier form has no second step")
	}
	m := withForm(`{"type":"object","required":["boxes"],"properties":{"boxes":{"type":"integer"}}}`, `{"boxes":4}`)
	m["callbackId"] = a.CallbackID
	if made := s.visitor().announce("msg_announced", m); made.status != http.StatusOK && made.status != http.StatusCreated {
		t.Fatalf("%d %s", made.status, made.body)
	}
	again := b.decide(id, shown)
	if fresh := hidden(again.document(t), "#confirm"); again.status != http.StatusOK || fresh.Get("seen") == shown.Get("seen") || !strings.Contains(again.text(t), "out of date") || !strings.Contains(again.body, "Kept.") {
		t.Errorf("%d %s", again.status, again.document(t).Find("main").Text())
	}
	if page := b.get(id.Path()).document(t).Find("answer-form"); page.Find(`[name="answer:approve/boxes"]`).AttrOr("value", "") != "4" || page.Find(`[name="answer:approve/pieces"]`).Length() > 0 {
		t.Errorf("the form is %s", page.Text())
	}
	if got, err := s.store.Get(t.Context(), id); err != nil || got.State != callbacks.Pending || got.SignatureCount > 0 {
		t.Errorf("it was signed: %+v, %v", got, err)
	}
}
