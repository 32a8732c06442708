package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// order is the answer that the sender of a purchase order proposes, as its bytes are.
const order = `{"order":"PO-5817","quantity":40,"max_price":815.00,"deliver_by":"2026-12-04","speed":"standard","cost_centre":"CC-4410",` +
	`"handover":"2026-12-11T09:30:00+02:00","instructions":"Ramp 3.\nNot higher than 1.60 m.","tell":["rasa@harborline.example"],` +
	`"lines":[{"item":"ZB-DS3678","what":"Scanner","pieces":30,"each":812.00},{"item":"ZB-CR8178","what":"Cradle","pieces":6,"each":3.120e2}],` +
	`"ship_to":{"street":"Islandijos pl. 217","city":"Kaunas","country":"Lithuania"}}`

// purchase is a question whose approval takes an answer by form.
func purchase(t *testing.T, changes ...func(*demo.Question)) demo.Question {
	t.Helper()
	schema, err := os.ReadFile("../internal/form/testdata/schemas/purchase-order.json")
	if err != nil {
		t.Fatal(err)
	}
	return expense(append([]func(*demo.Question){func(q *demo.Question) {
		q.Title, q.Requester = "Purchase order PO-5817: 40 scanners for the Kaunas warehouse, $31,200.00", "Teo Vance <teo.vance@harborline.example>"
		q.Outcomes = []demo.Outcome{
			{Name: "approve", Label: "Approve", Kind: "success", Form: schema, Value: json.RawMessage(order)},
			{Name: "reject", Label: "Reject", Kind: "failure", ErrorType: "Rejected", Comment: "required"},
		}
	}}, changes...)...)
}

// inputOf is the selector of a form's input.
func inputOf(name string) string {
	return fmt.Sprintf(`[name=%q]:not([type=hidden])`, "answer:approve"+name)
}

// formButton is the selector of a button of a form.
func formButton(value string) string { return fmt.Sprintf(`button[name="form"][value=%q]`, value) }

// edited is the proposed answer with replacements, as the function must receive it.
func edited(pairs ...string) string {
	stamped := strings.TrimSuffix(order, "}") + `,"answered_by":"mara.okafor@harborline.example"}`
	return strings.NewReplacer(pairs...).Replace(stamped)
}

// TestForm: a person fills in every kind of field, breaks one, mends it, and approves with changes. The
// function receives what was typed, and the sender's own bytes for all the rest.
func TestForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, purchase(t))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.see("answer-form:defined")
	mara.see(".combo input")
	mara.inspect("form")

	mara.fill(inputOf("/quantity"), quote("64"))
	mara.comes(".your-changes", "40 → 64 pieces, 24 more")
	if mara.shows(`[data-entry="answer:approve/quantity"] .err`) {
		t.Error("a field that is being written has an error")
	}
	mara.click(`[data-bar="rest"] button[value="approve"]`)
	mara.comes(".errsum", "1 answer needs a correction")
	mara.hasFocus(".errsum")
	mara.reads(`[data-entry="answer:approve/quantity"] .err`, "At most 60")
	mara.reads(`[data-bar="rest"]`, "Rejecting is possible: it does not send the form.")
	mara.see(`[data-bar="rest"] button[value="approve"]:disabled`)
	mara.see(`[data-bar="rest"] button[value="reject"]:enabled`)
	mara.inspect("form-errors")

	mara.fill(inputOf("/quantity"), quote("36"))
	mara.comes(`[data-bar="rest"]`, "Approve with 1 change")
	mara.until(`!document.querySelector("[data-bar=rest]").innerText.includes("correction")`) // the bar no longer says so
	mara.see(`[data-bar="rest"] button[value="approve"]:enabled`)
	mara.fill(inputOf("/deliver_by"), quote("2026-12-11"))
	mara.click(`[name="answer:approve/speed"][value='"express"']`)
	mara.click(`[name="answer:approve/partial"][value="false"]`)
	mara.write(".combo input", "service")
	mara.comes(".combo .pop", "Field Service")
	mara.press("\r")
	mara.fill(inputOf("/instructions"), quote("Ramp 4, ring twice."))
	mara.write("[data-add]", "teo@harborline.example\r")
	mara.see(inputOf("/tell/n1"))
	mara.click(formButton("add:answer:approve/lines"))
	mara.see(inputOf("/lines/n1/item"))
	mara.fill(inputOf("/lines/n1/item"), quote("ZB-X1"))
	mara.fill(inputOf("/lines/n1/pieces"), quote("2"))
	mara.fill(inputOf("/lines/n1/each"), quote("0.10"))
	mara.click(formButton("remove:answer:approve/lines/1"))
	mara.gone(inputOf("/lines/1/item"))
	mara.fill(inputOf("/ship_to/street"), quote("Islandijos pl. 218"))
	mara.comes(`[data-bar="rest"]`, "changes")
	mara.comes(".your-changes", "Islandijos pl. 218")
	mara.inspect("form-changed")

	mara.open(a.page())
	mara.comes(".your-changes", "Islandijos pl. 218") // kept in the browser
	mara.see(inputOf("/lines/n1/item"))
	mara.see("decision-bar:defined")
	mara.arm("approve")
	mara.reads(`[data-bar="armed"]`, "“Quantity” 40 → 36 pieces, 4 fewer", "go to Lambda")
	mara.inspect("form-armed")
	mara.confirm()
	mara.reaches("completed")
	want := edited(`"quantity":40`, `"quantity":36`, "2026-12-04", "2026-12-11", `"standard"`, `"express"`, "CC-4410", "CC-5100",
		`Ramp 3.\nNot higher than 1.60 m.`, `Ramp 4, ring twice.`, `"rasa@harborline.example"]`, `"rasa@harborline.example","teo@harborline.example"]`,
		`{"item":"ZB-CR8178","what":"Cradle","pieces":6,"each":3.120e2}`, `{"item":"ZB-X1","pieces":2,"each":0.10}`,
		"pl. 217", "pl. 218", `,"answered_by"`, `,"partial":false,"answered_by"`)
	if got := w.result(t, a); got.Result != want {
		t.Errorf("the function got\n%s\nwant\n%s", got.Result, want)
	}
	mara.reads("#decided-changes", "Quantity", "40 → 36 pieces, 4 fewer")
	mara.inspect("form-decided")
}

// TestFormFixedFault: what is wrong with a value that the desk writes is in the summary, and beside it.
func TestFormFixedFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(func(q *demo.Question) {
		schema := json.RawMessage(`{"type":"object","properties":{"by":{"type":"string","x-stamp":"email","maxLength":5},"note":{"type":"string"}}}`)
		q.Outcomes = []demo.Outcome{{Name: "approve", Label: "Approve", Kind: "success", Form: schema}, {Name: "reject", Label: "Reject", Kind: "failure", ErrorType: "Rejected"}}
	}))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.see("answer-form:defined")
	mara.click(`[data-bar="rest"] button[value="approve"]`)
	mara.comes(".errsum", "1 answer needs a correction")
	mara.reads(".errsum", "By: at most 5")
	mara.reads(`[data-entry="answer:approve/by"] .err`, "At most 5")
	mara.inspect("form-fixed-fault")
}

// TestFormAsJSON: the same answer is written as JSON; errors stand at their lines.
func TestFormAsJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, purchase(t))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("answer-form:defined")
	mara.see("decision-bar:defined")
	mara.fill(inputOf("/quantity"), quote("36"))
	mara.comes(`[data-bar="rest"]`, "Approve with 1 change")
	mara.click(formButton("json:answer:approve"))
	mara.see(".json textarea")
	eval[bool](mara, `(document.querySelector(".json textarea").select(), true)`)
	mara.write(".json textarea", "{\r\"quantity\": 64\r}")
	mara.comes(".judged", "error")
	mara.click(`[data-bar="rest"] button[value="approve"]`)
	mara.comes(".line-faults", "quantity: at most 60")
	mara.inspect("form-json")
	eval[bool](mara, `(document.querySelector(".json textarea").select(), true)`)
	mara.write(".json textarea", strings.Replace(order, `"quantity":40`, `"quantity":3.7e1`, 1))
	mara.comes(".judged", "Valid")
	mara.click(formButton("form:answer:approve"))
	mara.fieldHas(inputOf("/quantity"), "3.7e1")
	mara.comes(`[data-bar="rest"]`, "Approve with 1 change")
	mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	if got := w.result(t, a); got.Result != edited(`"quantity":40`, `"quantity":3.7e1`) {
		t.Errorf("the function got %s", got.Result)
	}
}

// TestFormWithoutScripts: rows, mistakes and changes are plain forms.
func TestFormWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, purchase(t))
	mara := w.signIn(t, "mara")
	mara.runScripts(false)
	mara.open(a.page())
	mara.fill(inputOf("/quantity"), quote("64"))
	mara.submit(formButton("add:answer:approve/lines"))
	mara.fieldHas(inputOf("/quantity"), "64")
	mara.fill(inputOf("/lines/n1/item"), quote("ZB-X1"))
	if status := mara.submit(`button[value="approve"]`); status != http.StatusUnprocessableEntity {
		t.Errorf("a mistake answers %d", status)
	}
	mara.reads(".errsum", "3 answers need a correction", "Quantity: at most 60", "Pieces, line 3: is missing")
	mara.inspect("noscript-form-errors")
	mara.submit(formButton("reset:answer:approve/quantity"))
	mara.submit(formButton("remove:answer:approve/lines/n1"))
	mara.submit(formButton("remove:answer:approve/lines/1"))
	if status := mara.submit(`button[value="approve"]`); status != http.StatusOK {
		t.Fatalf("the first step answers %d", status)
	}
	mara.reads("#main", "1 change to what was proposed", "Lines, line 2", "removed")
	mara.inspect("noscript-form-confirm")
	mara.submit("#confirm button")
	if got := w.result(t, a); got.Result != edited(`,{"item":"ZB-CR8178","what":"Cradle","pieces":6,"each":3.120e2}`, "") {
		t.Errorf("the function got %s", got.Result)
	}
}

// TestFormOfSeveral: an edit is another proposal; the page offers the answer that somebody signed.
func TestFormOfSeveral(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] = strings.Replace(settings[deskText], "queues:\n",
			"queues:\n  pairs: {groups: [finance-approvers], rules: [{name: two people, signatures: [{for: 2}]}]}\n", 1)
	})
	a := w.ask(t, purchase(t, func(q *demo.Question) { q.Queue = "pairs" }))
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.open(a.page())
	mara.see("answer-form:defined")
	mara.see("decision-bar:defined")
	mara.fill(inputOf("/quantity"), quote("36"))
	mara.comes(`[data-bar="rest"]`, "Sign approval with 1 change, 1 of 2")
	mara.arm("approve")
	mara.confirm()
	mara.reads("#signatures", "1 of 2")

	dana.open(a.page())
	dana.reads("[data-others-answer]", "Mara Okafor’s answer has 1 of 2", "Quantity", "40 → 36 pieces, 4 fewer")
	dana.see("answer-form:defined")
	dana.fill(inputOf("/quantity"), quote("35"))
	dana.comes("#wire", "Your changes make another proposal: Mara Okafor’s signature stays with another answer")
	dana.inspect("form-others")
	dana.submit("[data-others-answer] button")
	dana.reads("#main", "1 change to what was proposed", "40 → 36 pieces, 4 fewer")
	dana.submit("#confirm button")
	dana.reaches("completed")
	want := strings.Replace(edited(`"quantity":40`, `"quantity":36`), "mara.okafor", "dana.fischer", 1)
	if got := w.result(t, a); got.Result != want {
		t.Errorf("the function got %s", got.Result)
	}
}

// TestFormSignedAgain: whoever has to sign again finds the form filled with their earlier answer, with
// scripts too, and signs it as it stands.
func TestFormSignedAgain(t *testing.T) {
	t.Parallel()
	var rules string
	w := newWorld(t, func(settings map[string]string) {
		rules = strings.Replace(settings[deskText], "queues:\n",
			"queues:\n  pairs: {groups: [finance-approvers], rules: [{name: people, signatures: [{for: 2}]}]}\n", 1)
		settings[deskText] = rules
	})
	a := w.ask(t, purchase(t, func(q *demo.Question) { q.Queue = "pairs" }))
	mara, aiko := w.signIn(t, "mara"), w.signIn(t, "aiko")
	mara.open(a.page())
	mara.see("answer-form:defined")
	mara.see("decision-bar:defined")
	mara.fill(inputOf("/quantity"), quote("36"))
	mara.comes(`[data-bar="rest"]`, "Sign approval with 1 change, 1 of 2")
	mara.arm("approve")
	mara.confirm()
	mara.reads("#signatures", "1 of 2")
	w.changeRules(t, strings.Replace(rules, "signatures: [{for: 2}]", "signatures: [{for: 1}]", 1))
	aiko.open(a.page())
	aiko.write("#asker-policy", "One is enough.")
	aiko.submit("#policy button")
	mara.open(a.page())
	mara.see("answer-form:defined")
	mara.see("decision-bar:defined")
	mara.reads("answer-form", "filled with the answer that you signed before")
	mara.reads(".your-changes", "40 → 36 pieces, 4 fewer")
	mara.inspect("form-signed-again")
	mara.comes(`[data-bar="rest"]`, "Approve with 1 change")
	mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
}
