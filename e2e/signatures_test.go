package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// largeExpenses asks for two finance-approvers and a controller, and not for the requester.
const largeExpenses = `
roles: {reviewers: [approvers], admins: [platform-team], auditors: [audit]}
queues:
  finance:
    groups: [finance-approvers, controllers]
    rules:
      - name: large expenses
        signatures:
          - {from: [finance-approvers], for: 2}
          - {from: [controllers], for: 1}
        exclude: [requester]
sources:
  ` + source + `: {secrets: [{file: webhook-secret}]}
`

// threeSigners is a world whose requests need three signatures.
func threeSigners(settings map[string]string) { settings[deskText] = largeExpenses }

// deposit is a question that needs three signatures.
func deposit(changes ...func(*demo.Question)) demo.Question {
	return expense(append([]func(*demo.Question){func(q *demo.Question) {
		q.Title = "Expense report EXP-2296: $18,420.00, Lisbon partner summit, venue deposit"
		q.Payload = map[string]any{"report": "EXP-2296", "currency": "USD", "total": "18420.00"}
	}}, changes...)...)
}

// signs signs for the open callback, which waits for others.
func (p *person) signs(outcome string) {
	p.t.Helper()
	p.arm(outcome)
	p.reads(armedBar, "Nothing is sent yet.")
	p.confirm()
	p.comes("[data-signed]", "You signed at")
}

// TestSignatures is the story of a request that needs three people: two sign, one of them withdraws
// and signs again, everybody's page follows, and the last one sends.
func TestSignatures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit())
	mara, dana, tomasz := w.signIn(t, "mara"), w.signIn(t, "dana"), w.signIn(t, "tomasz")
	for _, p := range []*person{dana, tomasz} {
		p.open(a.page())
		p.comes("#freshness", "Live")
	}
	mara.open(a.page())
	mara.reads("decision-bar", "First of three signatures", "Sign approval, 1 of 3", "Reject, ends it")
	mara.inspect("signatures-open")
	samePage := dana.keepsPage()
	told := dana.listen()
	mara.signs("approve")
	told.await(t, a.id) // by a signal, and not because the page looks by itself
	mara.hasFocus("[data-signed]")
	dana.comes("#signatures", "Mara Okafor")
	dana.comes("decision-bar", "Mara Okafor signed. Second of three signatures")
	dana.reads("decision-bar", "Sign approval, 2 of 3")
	mara.inspect("signatures-waiting")

	mara.click(".withdraw summary")
	mara.picture("signatures-withdraw")
	mara.write("#withdraw-why", "Wrong cost centre, asking Ines.")
	mara.submit(".withdraw button")
	mara.reads("#signatures", "0 of 3", "Withdrawn: “Wrong cost centre, asking Ines.”")
	dana.comes("#signatures", "Wrong cost centre, asking Ines.")
	dana.comes("decision-bar", "Mara Okafor withdrew a signature. First of three signatures")
	samePage()
	mara.signs("approve")

	tomasz.comes("decision-bar", "Second of three signatures")
	tomasz.arm("approve")
	tomasz.reads(armedBar, "Confirm signature, 2 of 3")
	dana.signs("approve")
	tomasz.comes("decision-bar", "Dana Fischer signed. Yours was not sent: read what a press does now. Last signature: sends it")
	if tomasz.shows(armedBar) {
		t.Error("what was armed to wait is still armed, and would send")
	}
	tomasz.hasFocus(`[data-bar="rest"] button[value="approve"]`)
	tomasz.inspect("signatures-last")
	dana.open("/?scope=available")
	dana.reads(a.row(), "You signed, 2 of 3")
	dana.inspect("signatures-list")

	tomasz.press("a")
	shown := tomasz.armed("approve")
	tomasz.reads(armedBar, "Confirm, last signature", "This cannot be undone.")
	tomasz.confirm()
	tomasz.reaches("completed")
	tomasz.reads("#signatures", "3 of 3", "Mara Okafor", "Dana Fischer", "You")
	tomasz.comes("#verdict", "Lambda’s own history agrees.")
	tomasz.inspect("signatures-decided")
	mara.reaches("completed")
	mara.reads("#verdict", "Tomasz approved this")
	if got := w.result(t, a); got.Result != shown {
		t.Errorf("the function got %s\nthe page showed %s", got.Result, shown)
	}
}

// TestSignaturesWithoutScripts: signing, withdrawing and reading why are plain forms and elements. A
// press that was to wait comes back when it has become the one that sends.
func TestSignaturesWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit())
	scriptless := func(name string) *person {
		p := w.visitor(t, name)
		p.runScripts(false)
		p.open(a.page())
		p.enter()
		return p
	}
	mara, dana, tomasz := scriptless("mara"), scriptless("dana"), scriptless("tomasz")
	mara.click("#why-signature summary")
	mara.reads("#why-signature", "You can sign", "You are in a group that the rule asks for")
	mara.submit(`button[value="approve"]`)
	mara.reads("#main", "Nothing is sent yet.", "Confirm signature, 1 of 3")
	mara.inspect("signatures-noscript-confirm")
	mara.submit("#confirm button")
	mara.reads("decision-bar", "You signed at")
	mara.click(".withdraw summary")
	mara.write("#withdraw-why", "Wrong cost centre.")
	mara.submit(".withdraw button")
	mara.reads("#signatures", "Withdrawn: “Wrong cost centre.”")
	for range 2 { // the second press is that of the second step
		mara.submit(`button[value="approve"], #confirm button`)
	}

	tomasz.open(a.page())
	tomasz.write("#comment", "Compared with last year.")
	tomasz.submit(`button[value="approve"]`)
	tomasz.reads("#main", "Confirm signature, 2 of 3")
	dana.open(a.page())
	for range 2 {
		dana.submit(`button[value="approve"], #confirm button`)
	}
	if status := tomasz.submit("#confirm button"); status != http.StatusOK {
		t.Errorf("the press that would have sent answers %d, want 200", status)
	}
	tomasz.reads("#main", "Nothing was sent.", "yours is now the last signature, and sends this.", "This cannot be undone.", "Compared with last year.")
	tomasz.inspect("signatures-noscript-last")
	if closed := w.closings(t, a); len(closed) > 0 {
		t.Fatalf("a press that was to wait closed the callback: %v", closed)
	}
	shown := tomasz.source("#bytes-approve")
	tomasz.submit("#confirm button")
	if got := w.result(t, a); got.Result != shown || !strings.Contains(shown, "Compared with last year.") {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
}

// TestWhyNot: somebody who cannot sign reads every test, by keyboard, in the bar and beside the
// places.
func TestWhyNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit(func(q *demo.Question) { q.Requester = "Tomasz Wierzbicki <tomasz.wierzbicki@harborline.example>" }))
	tomasz := w.signIn(t, "tomasz")
	tomasz.open(a.page())
	tomasz.reads("#barred", "You cannot sign: you asked for this")
	eval[bool](tomasz, `(document.querySelector("#why-barred summary").focus(), true)`)
	tomasz.press("\r")
	tomasz.reads("#why-barred", "You neither are nor act for the requester", "requester")
	tomasz.inspect("why-not-bar")
	tomasz.press("\x1b")
	tomasz.gone("#why-barred .pop")
	tomasz.hasFocus("#why-barred summary")
	tomasz.click("#why-signature summary")
	tomasz.see("#why-signature .pop")
	tomasz.inspect("why-not")
	tomasz.click("h1")
	tomasz.gone("#why-signature .pop")
}
