package e2e_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
)

// templates say what the function asks that tells the desk nothing.
const templates = `
    templates:
      - callback: sign-off
        title: "{{input/title}}, by the input"
        requester: {name: "{{input/requester}}"}
        payload: {report: "{{input/payload/report}}", lines: "{{input/payload/lines}}", approver: "{{input/approver}}"}
        outcomes:
          - name: approve
            label: Pay it
            kind: success
            form: {type: object, properties: {of: {title: Paid of, type: string, readOnly: true}, total: {title: Total, type: string}}}
            value: {of: "{{input/payload/report}}", total: "{{input/payload/total}}"}
            payload: {paid: 0.10, answer: "{{answer}}", comment: "{{comment}}"}
          - {name: reject, label: Leave it, kind: failure, errorType: Left}
`

// pastRuns puts runs of the function into the desk's database, before it starts.
func pastRuns(t *testing.T, database string, results ...string) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	at := time.Now().Add(-time.Hour)
	for _, result := range results {
		c := callbackstest.NewCallback(callbackstest.Queue(callbacks.DefaultQueue), callbackstest.Function(silent), callbackstest.ReceivedAt(at))
		c.Name = "sign-off"
		if _, err := store.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{}); err != nil {
			t.Fatal(err)
		}
		_, err := store.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
			callbackstest.DecidedBy("ada", at)(&c.Callback)
			callbackstest.Ended(callbacks.Completed, at)(&c.Callback)
			c.Decision.Outcome = callbacks.OutcomeResult
			c.Delivery = &callbacks.Delivery{
				Callback: c.ID, Completion: callbacks.Completion{Kind: callbacks.Success, Result: []byte(result)},
				FollowUp: &callbacks.FollowUp{
					Status: callbacks.StatusSucceeded, EndedAt: at.Add(9 * time.Second),
					Steps: []callbacks.FollowUpStep{{Operation: "1", Name: "renew", Kind: callbacks.OperationStep, Status: callbacks.StatusSucceeded, At: at}},
				},
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestTemplate: a function that tells the desk nothing gets a request by a template, with what past
// runs got, and the function receives what its button says.
func TestTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] += "functions:\n  " + silent + ":\n    watch: {}" + templates
		pastRuns(t, settings["DATABASE_URL"], "7", `{"paid": 1e2}`, `{"paid": 1e2}`, `{"paid": 1e2}`, "7")
	})
	w.registerSilent()
	a := asked{executionARN: w.begin(t, silent, expense())}
	mara := w.signIn(t, "mara")
	mara.comes("#list", "by the input")
	a.id = eval[string](mara, `document.querySelector("#list .row").closest("[id^=row-]").id.slice(4)`)
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.see("answer-boxes:defined")
	mara.reads("h1", expense().Title+", by the input")
	mara.reads("#made", "Made from the function’s input by countersign.yaml.", "payload/approver: there is no input/approver")
	mara.reads(".byline", "Ines Calloway asks")
	mara.reads(".past-answers", "Past runs got:\n{\"paid\": 1e2}\n3×\n7\n2×")
	mara.reads("answer-form", "Paid of", "EXP-2291", "read-only")
	mara.fieldHas(inputOf("/total"), "7846.20")
	mara.inspect("template")
	t.Run("PastResult", func(*testing.T) {
		mara.write("#result", "mine")
		mara.click(`[data-past-answer] button`)
		mara.fieldHas("#result", `{"paid": 1e2}`)
		mara.comes(`#wire [data-outcome="freeResult"]`, "In past runs: renew, then SUCCEEDED in about 9\u00a0s. 5 of 5 ended this way.")
		mara.see(`#result:focus`)
		eval[bool](mara, `document.execCommand("undo")`)
		mara.fieldHas("#result", "mine")
	})
	eval[bool](mara, `(document.querySelector("#result").select(), document.execCommand("delete"))`)
	mara.fill(inputOf("/total"), quote("7000.00"))
	mara.comes(".your-changes", "7846.20 → 7000.00")
	mara.click(`[data-bar="rest"] button[value="approve"]`)
	if shown := mara.armed("approve"); !strings.Contains(shown, "0.10") {
		t.Errorf("the page shows %q", shown)
	}
	mara.confirm()
	mara.reaches("completed")
	if got := w.result(t, a); got.Result != `{"paid":0.10,"answer":{"of":"EXP-2291","total":"7000.00"},"comment":""}` {
		t.Errorf("the function got %q", got.Result)
	}
}
