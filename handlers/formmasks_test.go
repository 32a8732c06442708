package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
)

// TestMasks_Form: a form that repeats a masked value of the payload masks it too: before the
// decision, after it and on record. Revealing it is logged, and the function gets it.
func TestMasks_Form(t *testing.T) {
	t.Parallel()
	for name, schema := range map[string]string{
		"Drawn":   `{"type":"object","properties":{"iban":{"type":"string"},"note":{"type":"string"}}}`,
		"List":    `{"type":"object","properties":{"iban":{"type":"array","items":{"type":"string"}}}}`,
		"Undrawn": `{"type":"object","if":{}}`,
		"Unnamed": `{"type":"object","properties":{"note":{"type":"string"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			value := `{"iban":"DE02canary"}`
			if name == "List" {
				value = `{"iban":["DE02canary"]}`
			}
			a := expense()
			a.Payload, a.Masked = json.RawMessage(`{"vendor":{"iban":"DE02canary"}}`), []string{"/vendor/iban"}
			a.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}}
			a.Forms = map[string]announcement.Form{"approve": {Schema: json.RawMessage(schema), Value: json.RawMessage(value)}}
			id, b := s.receive(a).ID, s.as(rita)
			path := "/callbacks/" + string(id)
			page := b.get(path)
			button := page.document(t).Find(`answer-form button[name="reveal"]`)
			if tells(page.body) || button.Length() != 1 || page.document(t).Find(`button[value^="json:"]`).Length() > 0 {
				t.Errorf("the page tells the value: %t, with %d buttons to reveal it", tells(page.body), button.Length())
			}
			if a := b.post(path+"/preview", url.Values{"answer:approve#json": {`{"iban":"x"}`}}); tells(a.body) {
				t.Error("a preview tells the value")
			}
			if a := b.post(path+"/reveal/value", url.Values{"at": {button.AttrOr("value", "")}}); !tells(a.body) {
				t.Errorf("revealing shows %d %s", a.status, a.body)
			}
			b.decide(id, b.choose(id, "approve", "Fine."))
			if page = b.get(path); tells(page.body) {
				t.Error("after the decision the page tells the value")
			}
			if log := s.as(audrey).get("/audit?callback=" + string(id)); tells(log.body) || !strings.Contains(log.text(t), "answer") {
				t.Error("the audit tells the value, or nothing of the revealing")
			}
			if sent, err := s.store.Delivery(t.Context(), id); err != nil || string(sent.Completion.Result) != value {
				t.Errorf("sent %s, %v", sent.Completion.Result, err)
			}
		})
	}
}

// TestMasks_NoPayload: a form of a request without a payload masks nothing of its own accord,
// whatever the queue masks in others.
func TestMasks_NoPayload(t *testing.T) {
	t.Parallel()
	for _, payload := range []json.RawMessage{nil, json.RawMessage(`"As agreed by phone"`)} {
		s := newSite(t)
		a := expense()
		a.Payload, a.Masked = payload, []string{"/vendor/iban"}
		a.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}}
		a.Forms = map[string]announcement.Form{"approve": {
			Schema: json.RawMessage(`{"type":"object","properties":{"to":{"type":"string"},"days":{"type":"array","items":{"type":"string"}}}}`),
			Value:  json.RawMessage(`{"to":"Ines Calloway","days":["Monday"]}`),
		}}
		page := s.as(rita).get("/callbacks/" + string(s.receive(a).ID)).document(t)
		fields := page.Find("answer-form")
		if fields.Find(`input[value="Ines Calloway"], input[value="Monday"]`).Length() != 2 || fields.Find(`button[name="reveal"]`).Length() > 0 {
			t.Errorf("with the payload %q, the form is %s", payload, fields.Text())
		}
	}
}

// TestMasks_EveryRoute: no route tells anybody what the payload masks and the form repeats, whether
// the request waits, is signed, has to be signed again, or is decided.
func TestMasks_EveryRoute(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	var ids []callbacks.ID
	for _, state := range []string{"waits", "signed", "void", "decided"} {
		a := expense()
		a.Payload, a.Masked = json.RawMessage(`{"vendor":{"iban":"DE02canary"}}`), []string{"/vendor/iban"}
		a.Outcomes = []callbacks.Outcome{{
			Name: "approve", Label: "Approve", Kind: callbacks.Success, Payload: json.RawMessage(`{"pay":"DE02canary","a":"{{answer}}","c":"{{changes}}"}`),
		}}
		a.Forms = map[string]announcement.Form{"approve": {
			Schema: json.RawMessage(`{"type":"object","properties":{"iban":{"type":"string"},"note":{"type":"string"},"more":{"type":"array","items":{"type":"string"}},
				"by":{"type":"object","properties":{"n":{"type":"integer"}}}}}`),
			Value: json.RawMessage(`{"iban":"to DE02canary","note":"n","more":["DE02canary"],"by":{"DE02canary":1},"aside":"DE02canary"}`),
		}}
		id := s.receive(a).ID
		ids = append(ids, id)
		if state == "signed" || state == "void" {
			s.require(id, 2)
		}
		if state != "waits" {
			b.fills(id, url.Values{"outcome": {"approve"}, "comment": {"Fine."}, "answer:approve/note": {"typed"}})
		}
		if state == "void" {
			s.voids(id, false)
		}
	}
	s.clock.Advance(time.Second) // exports end before the moment at which they begin
	exported := 0
	for _, person := range []string{rita, rosa, ines, audrey, adam} {
		for i, a := range everyAnswer(t, s.as(person), ids...) {
			if a.header.Get("Content-Disposition") != "" && strings.Contains(a.body, string(ids[0])) {
				exported++
			}
			if tells(a.body) || tells(fmt.Sprint(a.header)) {
				t.Errorf("%s is told a masked value by answer %d, %d: %.300s", person, i, a.status, a.text(t))
			}
		}
	}
	if exported < 4 { // of the audit, in both formats, for both who read it
		t.Errorf("%d files name a request", exported)
	}
}

// TestMasks_AuditLater: what a queue masks only after a signature is in no line of the audit and in no export
// of it, although the changes of the answer have it on record.
func TestMasks_AuditLater(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range [][3]string{
		{`{"type":"object","properties":{"to":{"type":"string"},"more":{"type":"array","items":{"type":"string"}}}}`, `{"to":"DE02canary","more":["zqx3"]}`, `{"to":"x","more":[]}`},
		{`{"type":"object","if":{}}`, `{"a-zqx3":1,"more":["canary",0,1]}`, `{"more":[0,1,"canary"]}`}, // a name, and a value that only moved
	} {
		a := expense()
		a.Payload = json.RawMessage(`{"vendor":{"iban":"DE02canary"}}`)
		a.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}}
		a.Forms = map[string]announcement.Form{"approve": {Schema: json.RawMessage(tt[0]), Value: json.RawMessage(tt[1])}}
		id := s.receive(a).ID
		s.require(id, 2)
		s.as(rita).fills(id, url.Values{"outcome": {"approve"}, "comment": {"Fine."}, "answer:approve#json": {tt[2]}})
	}
	s.clock.Advance(time.Second) // exports end before the moment at which they begin
	auditor := s.as(audrey)
	read := func() map[string]reply {
		return map[string]reply{
			"Page": auditor.get("/audit"),
			"CSV":  auditor.post("/audit/export", url.Values{"format": {"csv"}}),
			"JSON": auditor.post("/audit/export", url.Values{"format": {"jsonl"}}),
		}
	}
	for name, a := range read() {
		if strings.Count(a.body, "canary") < 2 || strings.Count(a.body, "zqx3") < 2 {
			t.Errorf("%s: before the queue masks it, %d %s", name, a.status, a.body)
		}
	}
	masking := s.queues["finance"]
	masking.Masked = []string{"/vendor/iban"}
	s.queues["finance"] = masking
	for name, a := range read() {
		if tells(a.body) || strings.Count(a.body, "value not shown") < 2 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}
