package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/httpfunction"
	"countersign/internal/standin/locallambda/locallambdatest"
)

// TestStepsOfTheDocs: the steps that docs/intake.md offers to functions in Go and JavaScript work
// as they are pasted. A reviewer changes the proposed answer, and the function reads it.
func TestStepsOfTheDocs(t *testing.T) {
	t.Parallel()
	for fence, run := range map[string]func(t *testing.T, step string, environment ...string) locallambda.Function{"go": runGo, "js": runJavaScript} {
		t.Run(fence, func(t *testing.T) {
			t.Parallel()
			const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
			r := newRig(t, freeAddress(t))
			lambda := r.lambda(nil)
			settings := r.settings(sqlstoretest.NewDatabase(t), lambda)
			settings["CONFIG_FILE"] = deskFile(t, "roles: {reviewers: [approvers]}\nsources: {refunds: {secrets: [{file: secret}]}}\n")
			writeFile(t, filepath.Join(filepath.Dir(settings["CONFIG_FILE"]), "secret"), secret)
			desk := openAlone(t, settings, deskOptions{})
			r.engine.Register("refund", run(t, step(t, fence), "DESK_URL="+desk.url, "DESK_SECRET="+secret, "AWS_ENDPOINT_URL_LAMBDA="+lambda,
				"AWS_REGION="+rigRegion, "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local"), locallambda.FunctionConfig{Version: "1", ExecutionTimeout: 25 * time.Hour})
			log, v := locallambdatest.Watch(t, r.engine), r.signIn(t, mara)
			for _, tt := range []struct{ outcome, amount, note, comment, result, fault string }{
				{outcome: "approve", amount: "9.75", note: "Less the postage.", result: `"9.75 refunded, as Mara Okafor approved: Less the postage."`},
				{outcome: "approve", note: "As you asked.", result: `"12.75 refunded, as Mara Okafor approved: As you asked."`},
				{outcome: "reject", comment: "Not by this card.", fault: "Not by this card."},
			} {
				if _, err := r.engine.Start(t.Context(), "refund", "", []byte(`{"order":"o-7","amount":12.75,"requester":"Ines Calloway <ines@example.com>"}`)); err != nil {
					t.Fatal(err)
				}
				if o := log.Next(t, locallambda.InvocationCompleted); o.Status != "PENDING" {
					t.Fatalf("the invocation ended %s %v", o.Status, o.Error)
				}
				form := url.Values{"outcome": {tt.outcome}, "comment": {tt.comment}, "answer:approve/note": {tt.note}}
				if tt.amount != "" { // else the proposed one stays
					form.Set("answer:approve/amount", tt.amount)
				}
				id := v.answer(desk.url, form)
				if c, err := desk.store.Get(t.Context(), id); err != nil || c.Title != "Refund of order o-7" || c.Requester.Email != "ines@example.com" || c.ExecutionARN == "" || c.Clocks.Timeout != 24*time.Hour || c.Clocks.StartedAt.IsZero() {
					t.Errorf("announced %q by %+v with %+v, %v", c.Title, c.Requester, c.Clocks, err)
				}
				end := log.Next(t, locallambda.ExecutionEnded)
				if end.Payload != tt.result || (end.Error == nil) != (tt.fault == "") || end.Error != nil && !strings.Contains(end.Error.ErrorMessage, tt.fault) {
					t.Errorf("%s: ended %s with %s %v", tt.outcome, end.Status, end.Payload, end.Error)
				}
			}
		})
	}
}

// answer decides the one pending request of a desk in two steps, as a page without scripts does. It
// returns the desk's ID of it.
func (v *visitor) answer(desk string, form url.Values) callbacks.ID {
	v.t.Helper()
	row := v.page(http.MethodGet, desk+"/", nil).Find("[id^=row-]")
	if row.Length() != 1 {
		v.t.Fatalf("%d requests are pending", row.Length())
	}
	id := strings.TrimPrefix(row.AttrOr("id", ""), "row-")
	decision := desk + "/callbacks/" + id + "/decision"
	confirm := url.Values{}
	v.page(http.MethodPost, decision, form).Find(`#confirm input[type="hidden"]`).Each(func(_ int, input *goquery.Selection) {
		confirm.Add(input.AttrOr("name", ""), input.AttrOr("value", ""))
	})
	if response := v.post(decision, confirm); response.StatusCode != http.StatusSeeOther {
		v.t.Fatalf("confirmed: %s", response.Status)
	}
	return callbacks.ID(id)
}

// page is the page that a request is answered with.
func (v *visitor) page(method, address string, form url.Values) *goquery.Document {
	v.t.Helper()
	response := v.open(v.t.Context(), method, address, form)
	if response.StatusCode != http.StatusOK {
		v.t.Fatalf("%s %s: %s", method, address, response.Status)
	}
	defer response.Body.Close()
	page, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return page
}

// step is the text of the first block of docs/intake.md in a language.
func step(t *testing.T, fence string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/intake.md")
	if err != nil {
		t.Fatal(err)
	}
	_, step, found := strings.Cut(string(text), "\n```"+fence+"\n")
	step, _, ended := strings.Cut(step, "\n```\n")
	if !found || !ended {
		t.Fatalf("docs/intake.md has no step in %s", fence)
	}
	return step
}

// runGo builds a step as if it were a package of this module, and runs it as Lambda does.
func runGo(t *testing.T, step string, environment ...string) locallambda.Function {
	t.Helper()
	folder := t.TempDir()
	place, err := filepath.Abs("../pasted/main.go")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{place: writeFile(t, filepath.Join(folder, "main.go"), step)}})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(folder, "bootstrap")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", writeFile(t, filepath.Join(folder, "overlay.json"), string(overlay)), "-o", binary, "../pasted")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return locallambdatest.StartProcess(t, binary, environment...)
}

// runJavaScript serves a step by Node.js.
func runJavaScript(t *testing.T, step string, environment ...string) locallambda.Function {
	t.Helper()
	folder := t.TempDir()
	modules, err := filepath.Abs("../../node_modules")
	if err == nil {
		err = os.Symlink(modules, filepath.Join(folder, "node_modules"))
	}
	if err != nil {
		t.Fatal(err)
	}
	address, stop, err := locallambdatest.StartNode(t.Context(), environment, "../../examples/approval-js/serve.mjs", writeFile(t, filepath.Join(folder, "refund.mjs"), step), "0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return httpfunction.New(address)
}

// TestStepsOfTheDocs_alike: the steps in Python and Java send what those that run here send.
func TestStepsOfTheDocs_alike(t *testing.T) {
	t.Parallel()
	indentation := regexp.MustCompile(`(?m)^ +`)
	flush := func(fence string) string { return indentation.ReplaceAllString(step(t, fence), "") }
	golang := step(t, "go")
	_, form, _ := strings.Cut(golang, "const form = `")
	form, _, _ = strings.Cut(form, "`")
	if !json.Valid([]byte(form)) {
		t.Fatalf("the step in Go has no form, or a wrong one: %s", form)
	}
	var words []string // as strings
	for _, name := range regexp.MustCompile(`"\w+": `).FindAllString(golang[strings.Index(golang, "func refund("):], -1) {
		words = append(words, strings.TrimSuffix(name, ": "))
	}
	for _, part := range regexp.MustCompile(`\{\{.+?\}\}`).FindAllString(step(t, "js"), -1) {
		words = append(words, `"`+part+`"`)
	}
	words = append(words, `"webhook-id"`, `"webhook-timestamp"`, `"webhook-signature"`, `"v1,"`, `"cb_"`, `"/webhooks/callbacks"`, `"application/json"`)
	for fence, signed := range map[string]string{
		"python": `f"{message_id}.{timestamp}.".encode() + body`, "java": `id + "." + timestamp + "." + body`,
	} {
		text := flush(fence)
		if !strings.Contains(text, indentation.ReplaceAllString(form, "")) {
			t.Errorf("the form in %s is not that in Go", fence)
		}
		if !strings.Contains(text, signed) {
			t.Errorf("%s does not sign %s", fence, signed)
		}
		for _, word := range words {
			if !strings.Contains(text, word) {
				t.Errorf("%s has no %s", fence, word)
			}
		}
	}
}
