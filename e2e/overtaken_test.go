package e2e_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

const overtaken = "overtaken-bar"

// overtakenBy waits until the bar says who or what was faster, and checks that nothing looks like a
// decision of the reader's own.
func (p *person) overtakenBy(what string) {
	p.t.Helper()
	p.see(overtaken)
	p.comes(overtaken, what)
	p.reads(overtaken, "Yours was not sent.")
	p.until(said + `.includes("Yours was not sent.")`)
	if p.has("decision-bar") {
		p.t.Error("there is still a bar to decide with")
	}
	p.hasColour("#verdict .seal", "--surface-3")
}

// TestOvertaken: somebody else decides while one reads, types, or has armed. The bar says who, what
// and when, and what was typed can be read and copied, now and after the page has read itself
// again.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tc := range []struct {
		name    string
		decides func(dana *person)
		begins  func(mara *person)
		typed   string
		what    string
		focus   string
	}{
		{"Reading", func(dana *person) { dana.arm("approve") }, func(*person) {}, "", "Dana approved this", "body"},
		{"Typing", func(dana *person) { dana.arm("approve") }, func(mara *person) { mara.write("#comment", "No budget\nleft") }, "No budget\nleft", "Dana approved this", "#kept-comment"},
		{"Armed", func(dana *person) { dana.arm("approve") }, func(mara *person) { mara.write("#comment", "No budget"); mara.arm("reject") }, "No budget", "Dana approved this", overtaken},
		{"ByRejecting", func(dana *person) { dana.write("#comment", "No receipt"); dana.arm("reject") }, func(mara *person) { mara.arm("approve") }, "", "Dana rejected this", overtaken},
		{"ByAnotherWay", func(dana *person) { dana.write("#comment", "Which?"); dana.arm("send-back") }, func(mara *person) { mara.arm("approve") }, "", "Dana chose “Send back” for this", overtaken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a := w.ask(t, expense(threeWays))
			mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
			mara.open(a.page())
			mara.see("decision-bar:defined")
			dana.open(a.page())
			samePage := mara.keepsPage()
			tc.begins(mara)
			tc.decides(dana)
			dana.confirm()
			mara.overtakenBy(tc.what)
			mara.hasFocus(tc.focus)
			if tc.focus != "body" {
				mara.press("a\r r") // keys that were meant for the bar or the comment
			}
			mara.reaches("completed")
			mara.comes("#verdict", tc.what+". Lambda’s own history agrees.")
			mara.overtakenBy(tc.what)
			mara.hasFocus(tc.focus)
			samePage()
			if tc.typed != "" {
				if got := mara.kept(); got != tc.typed {
					t.Errorf("what was typed is now %q", got)
				}
				mara.see(`#kept [data-copy="kept-comment"]`)
			}
			mara.inspect("overtaken-" + tc.name)
		})
	}
}

// TestOvertakenInPane: beside the list it is the same, and the next row that is opened knows
// nothing of it.
func TestOvertakenInPane(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, other := w.ask(t, expense()), w.ask(t, expense())
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.open("/?item=" + a.id)
	mara.see("decision-bar:defined")
	mara.arm("reject", "No budget")
	dana.open(a.page())
	dana.arm("approve")
	dana.confirm()
	mara.overtakenBy("Dana approved this")
	if got := mara.kept(); got != "No budget" {
		t.Errorf("what was typed is now %q", got)
	}
	mara.click(other.row() + " a")
	mara.see(`#pane #item[data-callback="` + other.id + `"] decision-bar:defined`)
	mara.gone(overtaken)
}

// TestOvertakenWithoutStream: a page that is told nothing finds out when it reads itself again.
func TestOvertakenWithoutStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	call(mara, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: w.url + "/events", Block: true}}})
	// nor does it read itself again a while after its stream was refused
	call(mara, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const timeout = setTimeout;
		window.setTimeout = (f, ms, ...rest) => ms > 3_000 ? 0 : timeout(f, ms, ...rest);`})
	mara.open(a.page())
	mara.comes("#freshness", "paused")
	mara.arm("reject", "No budget")
	dana.open(a.page())
	dana.arm("approve")
	dana.confirm()
	mara.armed("reject")
	// as the time for it does
	eval[bool](mara, `document.dispatchEvent(new Event("time:edge")), true`)
	mara.overtakenBy("Dana approved this")
	if got := mara.kept(); got != "No budget" {
		t.Errorf("what was typed is now %q", got)
	}
}

// TestOvertakenByClosing: another client, a clock and the execution's end are named as well.
func TestOvertakenByClosing(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		timeout int // of the heartbeat, in seconds
		closes  func(*testing.T, *world, asked)
		what    string
	}{
		{"Client", 30, func(t *testing.T, w *world, a asked) { w.failElsewhere(t, a) }, "Another client completed the callback"},
		{"Execution", 30, func(t *testing.T, w *world, a asked) { w.stop(t, a) }, "The execution ended"},
		{"Heartbeat", 15, func(_ *testing.T, w *world, _ asked) {
			w.engine.SetFaults(nil, fault.Fault{Kind: fault.Throttled, Operation: "SendDurableExecutionCallbackHeartbeat"})
		}, "The callback ended by heartbeat"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = tc.timeout }))
			mara := w.signIn(t, "mara")
			mara.open(a.page())
			mara.see("decision-bar:defined")
			mara.arm("reject", "No budget")
			w.await(t, locallambda.HeartbeatReceived, a.executionARN)
			tc.closes(t, w, a)
			mara.overtakenBy(tc.what)
			if got := mara.kept(); got != "No budget" {
				t.Errorf("what was typed is now %q", got)
			}
			mara.inspect("overtaken-by-" + tc.name)
		})
	}
}

// stop ends an execution from outside.
func (w *world) stop(t *testing.T, a asked) {
	t.Helper()
	_, err := w.lambda.StopDurableExecution(t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: aws.String(a.executionARN)})
	if err != nil {
		t.Fatal(err)
	}
}

// saysWhoAsks puts on record who asks, as an admin, on the page of a callback.
func (p *person) saysWhoAsks(page, requester string) {
	p.t.Helper()
	p.open(page)
	p.write("#asker-requester", requester)
	p.write("#asker-reason", "They told me.")
	p.submit("#who-asks button")
	p.comes("#timeline", "said who asks")
}

// TestWhoAsksChanges: an admin says who asks while somebody decides. Whoever may go on finds their
// comment in the new page. Whoever may not any more reads that, and keeps it.
func TestWhoAsksChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] += "functions: {" + silent + ": {watch: {queue: finance}}}\n"
	})
	w.registerSilent()
	w.begin(t, silent, expense())
	mara, aiko := w.signIn(t, "mara"), w.signIn(t, "aiko")
	mara.comes("#list", "sign-off")
	mara.click("#list .row")
	mara.reads("#pane .decide", "Nobody can decide this yet")
	mara.inspect("nobody-can-decide")
	page := "/callbacks/" + eval[string](mara, `document.querySelector("#item").dataset.callback`)
	aiko.open(page)
	aiko.write("#asker-requester", "Ines")
	aiko.write("#asker-reason", "They told me.")
	if status := aiko.submit("#who-asks button"); status != http.StatusUnprocessableEntity {
		t.Errorf("a bare name answers %d, want 422", status)
	}
	aiko.inspect("who-asks-refused")
	aiko.saysWhoAsks(page, "Ines Calloway <ines.calloway@harborline.example>")
	aiko.inspect("who-asks")

	mara.open(page)
	mara.see("decision-bar:defined")
	mara.arm("reject", "No budget")
	samePage, before := mara.keepsPage(), mara.subject()
	aiko.saysWhoAsks(page, "Lena Brandt <lena@harborline.example>")
	mara.until(`document.querySelector("#item").dataset.subject !== ` + quote(before))
	mara.comes(".byline", "Lena Brandt")
	mara.comes(state, "The request changed while you read it. Yours was not sent: look at it again.")
	mara.until(said + `.includes("The request changed while you read it.")`)
	mara.gone(armedBar)
	mara.hasComment("No budget")

	mara.arm("reject")
	aiko.saysWhoAsks(page, "Mara Okafor <mara.okafor@harborline.example>")
	mara.comes(overtaken, "You can see this, but not decide it. Yours was not sent.")
	mara.reads(overtaken, "you made this request")
	mara.until(said + `.includes("not decide it. Yours was not sent.")`)
	mara.hasFocus(overtaken)
	mara.reaches("pending")
	if got := mara.kept(); got != "No budget" {
		t.Errorf("what was typed is now %q", got)
	}
	mara.inspect("overtaken-not-to-decide")

	aiko.saysWhoAsks(page, "Ines Calloway <ines.calloway@harborline.example>")
	mara.see("decision-bar:defined")
	mara.hasComment("No budget")
	mara.arm("reject")
	samePage()
}

// subject is what tells the content of the open request from another.
func (p *person) subject() string {
	p.t.Helper()
	return eval[string](p, `document.querySelector("#item").dataset.subject`)
}

// TestAnnouncedWhileArmed: an announcement that completes a found callback takes back what was
// armed for the bare one. What was typed goes on in the new form.
func TestAnnouncedWhileArmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) { settings[deskText] += "functions: {" + silent + ": {watch: {}}}\n" })
	announce := make(chan struct{})
	w.registerLate(announce)
	w.begin(t, silent, expense(func(q *demo.Question) { q.Queue = "" }))
	mara := w.signIn(t, "mara")
	mara.comes("#list", "sign-off")
	mara.click("#list .row")
	mara.see("decision-bar:defined")
	mara.arm("reject", "No budget")
	samePage := mara.keepsPage()
	close(announce)
	mara.comes("#item h1", "EXP-2291")
	mara.comes(state, "The request changed while you read it. Yours was not sent: look at it again.")
	mara.gone(armedBar)
	mara.until(`document.querySelector("#comment").value === "No budget"`)
	mara.comes("#wire", "approved")
	mara.press("r")
	mara.armed("reject")
	samePage()
}
