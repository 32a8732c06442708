package e2e_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// Values that nothing may show: one that people type, and one that the form proposes and masks.
const (
	typed  = "9-canary-typed-9"
	hidden = "DE02canaryhidden"
)

// asksSecret is a request whose form asks for a secret and masks an account.
func asksSecret(q *demo.Question) {
	q.Outcomes = []demo.Outcome{
		{
			Name: "approve", Label: "Approve", Kind: "success",
			Form: json.RawMessage(`{"type":"object","required":["pin"],"properties":{
				"pin":{"title":"PIN","type":"string","writeOnly":true,"minLength":8},
				"iban":{"title":"IBAN","type":"string","x-masked":true},
				"note":{"title":"Note","type":"string"}}}`),
			Value: json.RawMessage(`{"iban":"` + hidden + `","note":"n"}`),
		},
		{Name: "reject", Label: "Reject", Kind: "failure", ErrorType: "Rejected", Comment: "required"},
	}
}

// secretWorld is a world with a key for secrets and a SQLite file.
func secretWorld(t *testing.T) (w *world, database string) {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	database = filepath.Join(t.TempDir(), "desk.db")
	return newWorld(t, func(settings map[string]string) {
		settings["SECRETS_KEY"] = base64.StdEncoding.EncodeToString(key)
		settings["DATABASE_URL"] = "sqlite:" + database
		settings[deskText] = strings.Replace(settings[deskText], "queues:\n",
			"queues:\n  pairs: {groups: [finance-approvers], rules: [{name: two people, signatures: [{for: 2}]}]}\n  open: {groups: [finance-approvers], free: always}\n", 1)
	}), database
}

// hides fails if a text has one of the canaries.
func hides(t *testing.T, what, text string, canaries ...string) {
	t.Helper()
	for _, canary := range canaries {
		if at := strings.Index(text, canary); at >= 0 {
			t.Errorf("%s tells %s: %s", what, canary, text[max(0, at-80):min(len(text), at+80)])
		}
	}
}

// stored fails if the files of the database or the log have what was typed.
func (w *world) stored(t *testing.T, database string) {
	t.Helper()
	files, err := filepath.Glob(database + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		hides(t, file, string(data), typed)
	}
	lines, _ := w.desk.log.all()
	hides(t, "the log", strings.Join(lines, "\n"), typed, hidden)
}

const (
	pinInput   = `[name="answer:approve/pin#secret"]`
	ibanInput  = `[name="answer:approve/iban"]`
	revealIBAN = `[data-entry="answer:approve/iban"] [data-reveal]`
)

// TestSecret: what is typed as a secret reaches the function, and is in no page, answer, draft, log
// or file; a masked value is on the page once it is revealed.
func TestSecret(t *testing.T) {
	t.Parallel()
	w, database := secretWorld(t)
	a := w.ask(t, expense(asksSecret))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.see("answer-form:defined")
	eval[bool](mara, `(window.told = "", (ask => window.fetch = async (...of) => {
		const answer = await ask(...of);
		window.told += await answer.clone().text();
		return answer;
	})(window.fetch), true)`)
	mara.reads(`[data-entry="answer:approve/pin"]`, "secret: never shown back, in no log")
	mara.inspect("secret-form")

	mara.fill(pinInput, quote("9-can"))
	mara.click(`[data-bar="rest"] button[value="approve"]`)
	mara.comes(".errsum", "PIN: at least 8 characters")
	mara.fill(pinInput, quote(typed))
	mara.comes("#wire", "••••••")
	mara.comes(".your-changes", "value not shown")
	mara.fill(`[name="answer:approve/note"]`, quote("m"))
	mara.comes(".your-changes", "Note")
	mara.click(formButton("reset:answer:approve/note")) // draws the form anew
	mara.until(`document.querySelector('[name="answer:approve/pin#sealed"]') !== null`)
	hides(t, "what the server answered", eval[string](mara, `window.told`), typed, hidden)

	mara.click(revealIBAN)
	mara.see(`.masked-value[data-revealed]`)
	mara.fieldHas(ibanInput, hidden)
	mara.inspect("secret-revealed")
	hides(t, "the browser's draft", mara.drafts(), typed, hidden)
	mara.fill(`[name="answer:approve/note"]`, quote("k"))
	mara.comes(".your-changes", "Note")
	hides(t, "the browser's draft", mara.drafts(), typed, hidden)
	mara.arm("approve")
	hides(t, "the page", mara.source("html"), typed)
	mara.confirm()
	mara.reaches("completed")
	if got := w.result(t, a); got.Result != `{"iban":"`+hidden+`","note":"k","pin":"`+typed+`"}` {
		t.Errorf("the function got %s", got.Result)
	}
	mara.reads("#timeline", "You revealed a masked value")
	mara.open(a.page())
	hides(t, "the page after the decision", mara.source("html"), typed, hidden)
	mara.inspect("secret-decided")
	w.stored(t, database)
}

// TestSecret_BesideBoxes: where a queue also offers the boxes of a free answer, typing in those
// keeps no secret and no revealed value in the browser either.
func TestSecret_BesideBoxes(t *testing.T) {
	t.Parallel()
	w, _ := secretWorld(t)
	a := w.ask(t, expense(asksSecret, func(q *demo.Question) { q.Queue = "open" }))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("answer-form:defined")
	mara.see("answer-boxes:defined")
	mara.fill(pinInput, quote(typed))
	mara.click(revealIBAN)
	mara.see(`.masked-value[data-revealed]`)
	mara.write("#result", "[1]")
	mara.until(`localStorage.getItem("drafts").includes("[1]")`)
	hides(t, "the browser's draft", mara.drafts(), typed, hidden, "#sealed", "#revealed")
}

// TestSecret_WithoutScripts: pages carry the secret sealed, so that it is typed once.
func TestSecret_WithoutScripts(t *testing.T) {
	t.Parallel()
	w, database := secretWorld(t)
	a := w.ask(t, expense(asksSecret))
	mara := w.signIn(t, "mara")
	mara.runScripts(false)
	mara.open(a.page())
	if status := mara.submit(revealIBAN); status != http.StatusOK {
		t.Fatalf("revealing answers %d", status)
	}
	if got := eval[string](mara, `document.querySelector(`+quote(ibanInput)+`).value`); got != hidden {
		t.Errorf("the field has %q", got)
	}
	mara.inspect("noscript-secret-revealed")
	mara.fill(pinInput, quote(typed))
	mara.fill(`[name="answer:approve/note"]`, quote(""))
	if status := mara.submit(`button[value="approve"]`); status != http.StatusOK {
		t.Fatalf("the first step answers %d", status)
	}
	mara.reads("#main", "value not shown", "••••••")
	hides(t, "the page before the decision", mara.source("html"), typed, hidden)
	mara.submit(`button[name="back"]`)
	hides(t, "the page again", mara.source("html"), typed, hidden)
	mara.submit(`button[value="approve"]`)
	mara.submit("#confirm button")
	if got := w.result(t, a); !strings.Contains(got.Result, typed) || !strings.Contains(got.Result, hidden) {
		t.Errorf("the function got %s", got.Result)
	}
	w.stored(t, database)
}

// TestSecret_OfSeveral: a second person signs the secret of the first without seeing it, also after
// the desk was killed in between.
func TestSecret_OfSeveral(t *testing.T) {
	t.Parallel()
	w, database := secretWorld(t)
	a := w.ask(t, expense(asksSecret, func(q *demo.Question) { q.Queue = "pairs" }))
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.open(a.page())
	mara.see("answer-form:defined")
	mara.see("decision-bar:defined")
	mara.fill(pinInput, quote(typed))
	mara.comes("#wire", "••••••")
	mara.arm("approve")
	mara.confirm()
	mara.reads("#signatures", "1 of 2")
	w.stored(t, database)
	w.desk.kill(t)
	w.start(t)

	dana.open(a.page())
	dana.reads("[data-others-answer]", "Mara Okafor’s answer has 1 of 2", "It has a secret", "value not shown")
	hides(t, "the page of the second", dana.source("html"), typed, hidden)
	dana.inspect("secret-others")
	dana.submit("[data-others-answer] button")
	dana.reads("#main", "••••••", "value not shown")
	hides(t, "the page before the decision", dana.source("html"), typed, hidden)
	dana.submit("#confirm button")
	dana.reaches("completed")
	if got := w.result(t, a); !strings.Contains(got.Result, typed) {
		t.Errorf("the function got %s", got.Result)
	}
	w.stored(t, database)
}
