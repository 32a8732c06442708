package handlers_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// canary is a masked value: no other text of a page has it. Its signs are written in other ways in
// HTML, JSON and addresses.
const canary = `canary<&"é>zqx3`

// planted is a random payload with the canary at a few places, and pointers that mask those.
type planted struct {
	random   *rand.Rand
	pointers []string
}

// value is a random value at a place of the payload.
func (p *planted) value(at string, depth int) any {
	switch kind := p.random.IntN(8); {
	case depth > 0 && (kind == 0 || depth == 4):
		return p.plant(at)
	case depth < 4 && kind < 4:
		object := map[string]any{}
		for range 1 + p.random.IntN(4) {
			name := []string{"iban", "a/b", "m~n", "ключ", "", "total", "\u202ex"}[p.random.IntN(7)]
			object[name] = p.value(at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), depth+1)
		}
		return object
	case depth < 4 && kind < 6:
		list := make([]any, 1+p.random.IntN(3))
		for i := range list {
			list[i] = p.value(at+"/"+strconv.Itoa(i), depth+1)
		}
		return list
	}
	return p.random.IntN(1000)
}

// plant hides the canary in a value of some type, behind a pointer that may have a * in it.
func (p *planted) plant(at string) any {
	steps := strings.Split(at, "/")
	if p.random.IntN(3) == 0 {
		steps[len(steps)-1] = "*"
	}
	p.pointers = append(p.pointers, strings.Join(steps, "/"))
	return []any{
		canary, strings.Repeat("x", 2000) + canary, []any{1, canary}, map[string]any{canary: 1}, map[string]any{"n": canary},
	}[p.random.IntN(5)]
}

// tells reports whether an answer has the canary in any spelling, also cut up by elements.
func tells(text string) bool {
	for range 2 {
		for _, t := range []string{text, withoutTags(text)} {
			if strings.Contains(t, "canary") || strings.Contains(t, "zqx3") {
				return true
			}
		}
		text = html.UnescapeString(text)
	}
	return false
}

// withoutTags is no regular expression, which would take most of the time of these tests.
func withoutTags(text string) string {
	var b strings.Builder
	for rest, tag := text, ""; rest != ""; _, rest, _ = strings.Cut(tag, ">") {
		var words string
		words, tag, _ = strings.Cut(rest, "<")
		b.WriteString(words)
	}
	return b.String()
}

// masked announces a request whose payload has the canary at masked places, named by its sender or,
// with found, in the input of an execution that nobody announced.
func (s *site) masked(random *rand.Rand) callbacks.Callback {
	s.t.Helper()
	p := planted{random: random}
	payload := map[string]any{"secret": p.plant("/secret"), "more": p.value("/more", 0), "total": 7846.2}
	a := expense()
	var err error
	if a.Payload, err = json.Marshal(payload); err != nil {
		s.t.Fatal(err)
	}
	a.Masked = p.pointers[:min(len(p.pointers), 50)]
	if len(p.pointers) > 50 {
		a.Masked = []string{"/*"}
	}
	return s.receive(a)
}

// TestMasks_NoPageTells: every page and every answer about a callback, for everybody who may read it,
// is without its masked values; so are the log and the audit.
func TestMasks_NoPageTells(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	readers := []*browser{s.as(rita), s.as(ines), s.as(audrey), s.as(adam)}
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 4711)) //nolint:gosec // a failure has to come again
		id := string(s.masked(random).ID)
		places := []string{"", "0", "1", "2", "0.0", "1.0", "1.1", "1.0.0"}
		paths := []string{"/callbacks/" + id, "/?item=" + id, "/", "/callbacks/" + id + "/payload/tree?q=cana", "/?q=cana"}
		for _, at := range places {
			paths = append(paths, "/callbacks/"+id+"/payload?at="+at, "/callbacks/"+id+"/payload/tree?at="+at)
		}
		for i, b := range readers {
			for _, path := range append(paths, "/audit?callback="+id, "/admin/callbacks", "/admin/policies?callback="+id) {
				if a := b.get(path); tells(a.body) || tells(fmt.Sprint(a.header)) {
					t.Errorf("seed %d: GET %s tells reader %d a masked value", seed, path, i)
				}
			}
			choice := url.Values{"outcome": {"approve"}, "comment": {"Fine."}}
			for path, form := range map[string]url.Values{
				"/callbacks/" + id + "/preview": choice, "/callbacks/" + id + "/decision": choice,
				"/callbacks/" + id + "/reveal": {"at": {"99"}}, "/callbacks/" + id + "/reveal/value": {"at": {"x"}},
				"/callbacks/" + id + "/policy": {"reason": {"x"}}, "/callbacks/" + id + "/requester": {"reason": {"x"}},
			} {
				if a := b.post(path, form); tells(a.body) || tells(fmt.Sprint(a.header)) {
					t.Errorf("seed %d: POST %s tells reader %d a masked value", seed, path, i)
				}
			}
		}
		if found := readers[0].get("/?q=cana").document(t).Find("a.row").Length(); found > 0 {
			t.Errorf("seed %d: a masked value finds %d rows", seed, found)
		}
	}
	entries, err := s.store.Audit(t.Context(), desk.AuditQuery{Limit: desk.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	if tells(fmt.Sprintf("%+v", entries)) || tells(s.log.String()) || tells(s.metrics()) {
		t.Error("the audit, the log or a metric holds a masked value")
	}
}

// maskedExpense announces a request with one masked account number.
func (s *site) maskedExpense() callbacks.Callback {
	s.t.Helper()
	a := expense()
	a.Payload = json.RawMessage(`{"total":7846.2,"vendor":{"iban":"DE02canary","name":"Kranich"}}`)
	a.Masked = []string{"/vendor/iban"}
	return s.receive(a)
}

// TestReveal: whoever may sign sees the value in the answer to their post, and nowhere else.
func TestReveal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := string(s.maskedExpense().ID)
	b := s.as(rita)
	page := b.get("/callbacks/" + id).document(t)
	button := page.Find(`.tree button[name="at"]`)
	address := page.Find("#"+button.AttrOr("form", "")).AttrOr("action", "")
	for name, path := range map[string]string{"WithoutScript": address, "WithScript": button.AttrOr("data-reveal", "")} {
		a := b.post(path, url.Values{"at": {button.AttrOr("value", "")}})
		if got := a.document(t).Find(`.tr[data-revealed] .v`).Text(); a.status != http.StatusOK || got != `"DE02canary"` {
			t.Errorf("%s: %d, the value is %q", name, a.status, got)
		}
		if strings.Count(a.body, "canary") != 1 || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: the answer has the value %d times, for caches: %q", name, strings.Count(a.body, "canary"), a.header.Get("Cache-Control"))
		}
	}
	again := b.get("/callbacks/" + id)
	if tells(again.body) {
		t.Error("the page still has the value when it is read again")
	}
	if text := again.text(t); !strings.Contains(text, "revealed a masked value") || !strings.Contains(text, "“iban” at /vendor/iban of the payload") {
		t.Error("the timeline does not say what was revealed")
	}
	if tells(s.log.String()) {
		t.Error("the log has the value")
	}
}

// TestReveal_Limited: somebody who reveals value after value has to wait.
func TestReveal_Limited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := "/callbacks/" + string(s.maskedExpense().ID) + "/reveal/value"
	b, statuses := s.as(rita), map[int]int{}
	for range 35 {
		statuses[b.post(path, url.Values{"at": {"1.0"}}).status]++
	}
	if statuses[http.StatusOK] != 30 || statuses[http.StatusTooManyRequests] != 5 {
		t.Errorf("the answers are %v", statuses)
	}
	if a := s.as(rosa).post(path, url.Values{"at": {"1.0"}}); a.status != http.StatusOK {
		t.Errorf("somebody else: %d", a.status)
	}
}

// TestMasks_WhatIsSent: an outcome may send a masked value. No page shows it, neither before nor after
// the decision, and none tells its size or a hash against which it could be tried out; the function gets
// it, and the record has the hash.
func TestMasks_WhatIsSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	a.Payload, a.Masked = json.RawMessage(`{"total":7846.2,"vendor":{"iban":"DE02canary"}}`), []string{"/vendor/iban"}
	a.Outcomes = []callbacks.Outcome{{
		Name: "approve", Label: "Approve", Kind: callbacks.Success, Payload: json.RawMessage(`{"pay":"DE02canary","total":7846.2}`),
	}}
	id := s.receive(a).ID
	path, b := "/callbacks/"+string(id), s.as(rita)
	confirm := b.post(path+"/decision", url.Values{"outcome": {"approve"}})
	for name, page := range map[string]reply{
		"Review": b.get(path), "Preview": b.post(path+"/preview", url.Values{"comment": {"Fine."}}), "Confirm": confirm,
	} {
		if tells(page.body) || !strings.Contains(page.text(t), "Masked values are sent. Here they stand as ••••••.") {
			t.Errorf("%s tells a masked value, or does not say that one is sent", name)
		}
		if tried := triesOut(page.body, `{"pay":"DE02canary","total":7846.2}`); tried != "" {
			t.Errorf("%s tells %s of what is sent", name, tried)
		}
	}
	form := url.Values{}
	for _, field := range confirm.document(t).Find("#confirm input").EachIter() {
		form.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	if a := b.post(path+"/decision", form); a.status != http.StatusSeeOther {
		t.Fatalf("decided: %d %s", a.status, a.body)
	}
	sent, err := s.store.Delivery(t.Context(), id)
	if err != nil || string(sent.Completion.Result) != `{"pay":"DE02canary","total":7846.2}` {
		t.Errorf("sent is %s, %v", sent.Completion.Result, err)
	}
	for _, reader := range []*browser{b, s.as(audrey)} {
		for _, address := range []string{path, "/audit?callback=" + string(id)} {
			page := reader.get(address)
			if tried := triesOut(page.body, string(sent.Completion.Result)); tells(page.body) || tried != "" {
				t.Errorf("%s tells a masked value, or %s", address, tried)
			}
		}
	}
	if page := s.as(audrey).get("/audit?callback=" + string(id)).text(t); !strings.Contains(page, "Approve, success with values that are masked") {
		t.Error("the audit does not say why it has no hash")
	}
	c, err := s.store.Get(t.Context(), id)
	if err != nil || c.Decision.SHA256 != sent.Completion.SHA256() || c.Decision.Size != len(sent.Completion.Result) {
		t.Errorf("on record is %+v (%v), want hash and size of what is sent", c.Decision, err)
	}
	given, err := s.store.Signatures(t.Context(), id)
	if err != nil || len(given) != 1 || given[0].Shown != sent.Completion.SHA256() {
		t.Errorf("the signature is for %+v (%v), want the hash of what is sent", given, err)
	}
}

// triesOut returns what a page tells of bytes against which somebody could try out what is in them.
func triesOut(page, sent string) string {
	sum := sha256.Sum256([]byte(sent))
	hash := hex.EncodeToString(sum[:])
	for _, told := range []string{hash, hash[:8], hash[len(hash)-6:], strconv.Itoa(len(sent)) + " bytes"} {
		if strings.Contains(page, told) {
			return told
		}
	}
	return ""
}

// TestMasks_OthersAnswer: whoever may sign an answer of somebody else that hides something gets no hash
// of it against which they could try out what it hides.
func TestMasks_OthersAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	a.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}}
	a.Forms = map[string]announcement.Form{"approve": {
		Schema: json.RawMessage(`{"type":"object","properties":{"iban":{"type":"string","x-masked":true},"note":{"type":"string"}}}`),
		Value:  json.RawMessage(`{"iban":"DE02canary"}`),
	}}
	id := s.receive(a).ID
	s.require(id, 2)
	path := "/callbacks/" + string(id)
	b := s.as(rita)
	confirm := b.post(path+"/decision", url.Values{"outcome": {"approve"}, "comment": {"Fine."}, "answer:approve/note": {"n"}})
	form := url.Values{}
	for _, field := range confirm.document(t).Find("#confirm input").EachIter() {
		form.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	if a := b.post(path+"/decision", form); a.status != http.StatusSeeOther {
		t.Fatalf("signed: %d %s", a.status, a.body)
	}
	given, err := s.store.Signatures(t.Context(), id)
	if err != nil || len(given) != 1 {
		t.Fatal(given, err)
	}
	page := s.as(rosa).get(path)
	named := page.document(t).Find(`input[name="answer:approve#signed"]`).AttrOr("value", "")
	if named == "" || strings.Contains(page.body, given[0].Hash) || tells(page.body) {
		t.Errorf("the page of a second signer names the answer %q, and tells a hash or the value", named)
	}
}

// maskedForm is a request whose form masks an account, and has a note.
func (s *site) maskedForm() callbacks.ID {
	a := expense()
	a.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}, {Name: "reject", Label: "Reject", Kind: callbacks.Failure, ErrorType: "Rejected"}}
	a.Forms = map[string]announcement.Form{"approve": {
		Schema: json.RawMessage(`{"type":"object","properties":{"iban":{"type":"string","x-masked":true},"note":{"type":"string"}}}`),
		Value:  json.RawMessage(`{"iban":"DE02canary"}`),
	}}
	return s.receive(a).ID
}

// TestReveal_KeepsTyped: without scripts, the page comes again with the value in its field and with
// everything that was typed, and what follows compares the value. The page after it has no value.
func TestReveal_KeepsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path, b := "/callbacks/"+string(s.maskedForm()), s.as(rita)
	button := b.get(path).document(t).Find(`button[name="reveal"]`)
	address, _, _ := strings.Cut(button.AttrOr("formaction", ""), "#")
	if address == "" || button.AttrOr("form", "") != "decide" {
		t.Fatalf("the button posts to %q", address)
	}
	typed := url.Values{
		"reveal": {button.AttrOr("value", "")}, "outcome": {"approve"}, "comment": {"So far."}, "answer:approve/note": {"half a note"}, "answer:approve/iban": {""},
	}
	doc := b.post(address, typed).document(t)
	field := func(name string) string { return doc.Find(`[name="answer:approve`+name+`"]`).AttrOr("value", "") }
	if field("/iban") != "DE02canary" || field("/note") != "half a note" || doc.Find("#comment").Text() != "So far." {
		t.Errorf("the page has %q, %q, %q", field("/iban"), field("/note"), doc.Find("#comment").Text())
	}
	same := url.Values{"answer:approve/iban": {"DE02canary"}, "answer:approve/iban#revealed": {field("/iban#revealed")}}
	if changes := b.post(path+"/preview", same).document(t).Find(".changes li").Length(); changes != 0 {
		t.Errorf("a revealed value that was left alone is %d changes", changes)
	}
	same.Set("answer:approve/iban#revealed", "1")
	if changes := b.post(path+"/preview", same).document(t).Find(".changes li").Length(); changes != 1 {
		t.Errorf("a guess is %d changes, want 1", changes)
	}
	if page := b.get(path); tells(page.body) {
		t.Error("the next page has the value")
	}
	if log := s.as(audrey).get("/audit?callback=" + strings.TrimPrefix(path, "/callbacks/")).text(t); !strings.Contains(log, "answer:approve/iban") {
		t.Error("the revealing is not on record")
	}
}

// TestPreview_Limited: whoever asks for preview after preview of one request has to wait, keeps what they
// typed, and is free to work on another one; so is everybody else.
func TestPreview_Limited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, other, b := s.maskedForm(), s.maskedForm(), s.as(rita)
	path, typed := "/callbacks/"+string(id), url.Values{"outcome": {"approve"}, "comment": {"So far."}, "answer:approve/note": {"half a note"}}
	statuses := map[int]int{}
	for range 95 {
		statuses[b.post(path+"/preview", typed).status]++
	}
	if statuses[http.StatusOK] != 90 || statuses[http.StatusTooManyRequests] != 5 {
		t.Errorf("the answers are %v", statuses)
	}
	a := b.post(path+"/decision", typed)
	if text := a.text(t); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "1" || !strings.Contains(text, "half a note") || !strings.Contains(a.body, "So far.") {
		t.Errorf("a press is answered by %d, again after %q: %s", a.status, a.header.Get("Retry-After"), text)
	}
	if a := b.post("/callbacks/"+string(other)+"/preview", typed); a.status != http.StatusOK {
		t.Errorf("of another request: %d", a.status)
	}
	if a := s.as(rosa).post(path+"/preview", typed); a.status != http.StatusOK {
		t.Errorf("somebody else: %d", a.status)
	}
}

// TestPreview_Typing: while somebody types in one form, only that form is read and shown.
func TestPreview_Typing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path, b := "/callbacks/"+string(s.maskedForm()), s.as(rita)
	for typing, want := range map[string]int{"": 2, "approve": 1, "reject": 1} {
		doc := b.post(path+"/preview", url.Values{"typing": {typing}}).document(t)
		if got := doc.Find("[data-seen]").Length(); got != want {
			t.Errorf("typing in %q shows %d previews, want %d", typing, got, want)
		}
	}
}
