package review

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/viewstest"
	"countersign/views/words"

	"github.com/PuerkitoBio/goquery"
)

// followedReview is EXP-2291 after its receipt, with what the execution did then. The callback was
// closed at 13:50:58.294.
func followedReview(status callbacks.OperationStatus) Review {
	m := proven()
	closed := m.Callback.Ending.At
	at := func(ms int) time.Time { return closed.Add(time.Duration(ms) * time.Millisecond) }
	a := &callbacks.FollowUp{
		Status: status, ResumedAt: at(100), ReadAt: viewstest.Now, Last: 21,
		Steps: []callbacks.FollowUpStep{
			{Operation: "1", Name: "charge-card", Kind: callbacks.OperationStep, Status: callbacks.StatusSucceeded, At: at(1300), Took: 1200 * time.Millisecond, Note: "settlement st_51Q8, $7,846.20"},
			{Operation: "2", Name: "notify-employee", Kind: callbacks.OperationStep, Status: callbacks.StatusSucceeded, At: at(1700), Took: 300 * time.Millisecond},
		},
	}
	m.Delivery.FollowUp = a
	switch {
	case !status.Ended():
		m.Delivery.DueAt = viewstest.Now.Add(time.Second)
	case status != callbacks.StatusSucceeded:
		m.Callback.ExecutionFailed = m.Callback.Decision.Kind == callbacks.Success
		a.Error = callbacks.ErrorObject{ErrorType: "ValidationError", ErrorMessage: "The card is <b>expired</b>."}
		fallthrough
	default:
		a.EndedAt, a.Event = at(4200), 21
	}
	return m
}

// refused is the same after a rejection.
func refused(m Review) Review {
	d := *m.Callback.Decision
	d.Outcome, d.Label, d.Kind = "reject", "Reject", callbacks.Failure
	m.Callback.Decision, m.Callback.ExecutionFailed = &d, false
	return m
}

// followUpSummary is the box as its lines: icon and tone, the text, the time, and the note.
func followUpSummary(m Review) []string {
	var lines []string
	for _, l := range followUpLines(m, followUpOf(m)) {
		line := strings.TrimSpace(strings.Join([]string{l.Icon, l.Tone, l.Lead, l.Name}, " ")) + "|" + l.Rest
		if !l.At.IsZero() {
			line += "|" + words.Moment{Now: viewstest.Now, Zone: viewstest.Berlin}.Exact(l.At)
		}
		if l.Note != "" {
			line += "|" + l.Note
		}
		lines = append(lines, line)
	}
	return lines
}

func TestFollowUpBox(t *testing.T) {
	t.Parallel()
	doc := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), followedReview(callbacks.StatusSucceeded)))
	if got := viewstest.Words(doc.Find("#follow-up .box-h")); got != "What happened next SUCCEEDED Lambda console" {
		t.Errorf("head: %q", got)
	}
	var lines []string
	doc.Find("#follow-up li").Each(func(_ int, li *goquery.Selection) { lines = append(lines, viewstest.Words(li)) })
	want := []string{
		"Execution resumed 13:50:58.394",
		"Step charge-card succeeded in 1.2 s 13:50:59.594 Result: settlement st_51Q8, $7,846.20",
		"Step notify-employee succeeded in 0.3 s 13:50:59.994",
		"Execution SUCCEEDED , event 21 13:51:02.494",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if got := strings.TrimSpace(doc.Find("#follow-up li:last-child span:nth-child(2)").Text()); got != "Execution SUCCEEDED, event 21" {
		t.Errorf("the end: %q", got)
	}
	if n := doc.Find("#follow-up .pt.good").Length(); n != 3 {
		t.Errorf("%d check marks, want 3", n)
	}
}

// TestFollowUpHasItsPlace: live updates change what is there, so the place is there before there
// is anything to tell.
func TestFollowUpHasItsPlace(t *testing.T) {
	t.Parallel()
	unread := followedReview(callbacks.StatusRunning)
	unread.Delivery.FollowUp.ReadAt = time.Time{}
	for name, m := range map[string]Review{"Delivering": decidedReview(), "Accepted": completedReview(), "NotRead": unread, "Lost": lostReview(callbacks.EndedByClock, callbacks.CauseTimeout)} {
		place := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), m)).Find("section#follow-up[data-live][hidden]")
		if place.Length() != 1 || place.Text() != "" {
			t.Errorf("%s: %d places with %q, want one that is hidden and empty", name, place.Length(), place.Text())
		}
	}
	if n := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), sampleReview())).Find("#follow-up").Length(); n != 0 {
		t.Error("a pending callback has a follow-up")
	}
}

// TestFollowUpIsForeign: names, results and errors are the function's.
func TestFollowUpIsForeign(t *testing.T) {
	t.Parallel()
	m := followedReview(callbacks.StatusFailed)
	m.Delivery.FollowUp.Steps[0].Name, m.Delivery.FollowUp.Steps[0].Note = "<i>x</i>", "<img src=x>"
	doc := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), m))
	if n := doc.Find("#follow-up i, #follow-up img, #verdict b, #follow-up .sub b").Length(); n != 0 {
		t.Errorf("%d foreign elements", n)
	}
	if got := doc.Find("#verdict h1").Text(); got != "Approved, but the execution failed 4.2\u00a0s later: ValidationError: The card is <b>expired</b>." {
		t.Errorf("verdict: %q", got)
	}
}

func TestAfterLines(t *testing.T) {
	t.Parallel()
	step := func(kind callbacks.OperationKind, status callbacks.OperationStatus, note string) callbacks.FollowUpStep {
		return callbacks.FollowUpStep{Name: "x", Kind: kind, Status: status, Took: 2 * time.Second, Note: note}
	}
	for _, tc := range []struct {
		step callbacks.FollowUpStep
		over bool
		want string
	}{
		{step(callbacks.OperationStep, callbacks.StatusFailed, "E: no"), false, "x bad Step x failed after 2 s E: no"},
		{step(callbacks.OperationInvoke, callbacks.StatusTimedOut, ""), false, "clock bad Invocation x timed out after 2 s"},
		{step(callbacks.OperationInvoke, callbacks.StatusStopped, ""), false, "x bad Invocation x was stopped after 2 s"},
		{step(callbacks.OperationWait, callbacks.StatusSucceeded, ""), false, "check good Wait x ended after 2 s"},
		{step(callbacks.OperationWait, callbacks.StatusCancelled, ""), false, "x Wait x was cancelled after 2 s"},
		{step(callbacks.OperationCallback, callbacks.StatusRunning, ""), false, "todo Callback x is under way"},
		{step(callbacks.OperationContext, callbacks.StatusSucceeded, ""), false, "check good Part x succeeded in 2 s"},
		{step(callbacks.OperationStep, callbacks.StatusRetrying, "Busy"), false, "retry Step x did not succeed yet and is tried again Busy"},
		{step(callbacks.OperationStep, callbacks.StatusRunning, ""), true, "todo Step x had not ended"},
		{callbacks.FollowUpStep{Kind: callbacks.OperationStep, Status: callbacks.StatusSucceeded}, false, "check good Step succeeded"},
	} {
		l := stepLine(&tc.step, tc.over)
		if got := strings.Join(strings.Fields(strings.Join([]string{l.Icon, l.Tone, l.Lead, l.Name, l.Rest, l.Note}, " ")), " "); got != tc.want || !viewstest.Drawn(t, l.Icon) {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestFollowUpEnds(t *testing.T) {
	t.Parallel()
	waiting := followedReview(callbacks.StatusRunning)
	waiting.Delivery.FollowUp.Steps, waiting.Delivery.FollowUp.ResumedAt = nil, time.Time{}
	left := followedReview(callbacks.StatusRunning)
	left.Delivery.DueAt = time.Time{}
	skipped := followedReview(callbacks.StatusSucceeded)
	skipped.Delivery.FollowUp.Skipped = true
	for _, tc := range []struct {
		name        string
		m           Review
		lines       int
		last, badge string
	}{
		{"Waiting", waiting, 1, "todo|The execution has not gone on yet", "RUNNING delivering"},
		{"Running", followedReview(callbacks.StatusRunning), 4, "todo|The execution is still running", "RUNNING delivering"},
		{"Left", left, 4, "todo|The execution was still running when Countersign last looked|13:51:02.000", "RUNNING delivering"},
		{"Succeeded", followedReview(callbacks.StatusSucceeded), 4, "check good  Execution SUCCEEDED|, event 21|13:51:02.494", "SUCCEEDED approved"},
		{"Skipped", skipped, 5, "check good  Execution SUCCEEDED|, event 21|13:51:02.494", "SUCCEEDED approved"},
		{"Failed", followedReview(callbacks.StatusFailed), 4, "x bad  Execution FAILED|, event 21|13:51:02.494|ValidationError: The card is <b>expired</b>.", "FAILED problem"},
		{"TimedOut", followedReview(callbacks.StatusTimedOut), 4, "x bad  Execution TIMED OUT|, event 21|13:51:02.494|ValidationError: The card is <b>expired</b>.", "TIMED OUT problem"},
		{"AfterARejection", refused(followedReview(callbacks.StatusFailed)), 4, "flag   Execution FAILED|, event 21|13:51:02.494|ValidationError: The card is <b>expired</b>.", "FAILED "},
	} {
		lines, badge := followUpSummary(tc.m), followUpBadge(tc.m, followUpOf(tc.m))
		if len(lines) != tc.lines || lines[len(lines)-1] != tc.last || badge.Word+" "+badge.Tone != tc.badge || !viewstest.Drawn(t, badge.Icon) {
			t.Errorf("%s: %q, %+v", tc.name, lines, badge)
		}
	}
}

func TestVerdictAfterwards(t *testing.T) {
	t.Parallel()
	long := followedReview(callbacks.StatusFailed)
	long.Delivery.FollowUp.Error = callbacks.ErrorObject{ErrorMessage: strings.Repeat("é", 130)}
	mute := followedReview(callbacks.StatusStopped)
	mute.Delivery.FollowUp.Error = callbacks.ErrorObject{}
	const made = "You approved this at 13:50:58, with 41:12 to spare."
	const after = " Lambda took the decision; what went wrong came after it."
	for _, tc := range []struct {
		name, title, text, tone string
		m                       Review
	}{
		{"Running", "Approved. Lambda’s own history agrees.", made, "approved", followedReview(callbacks.StatusRunning)},
		{"Finished", "Approved. Lambda’s own history agrees.", made + " The execution went on and finished.", "approved", followedReview(callbacks.StatusSucceeded)},
		{"Failed", "Approved, but the execution failed 4.2\u00a0s later: ValidationError: The card is <b>expired</b>.", made + after, "prob", followedReview(callbacks.StatusFailed)},
		{"TimedOut", "Approved, but the execution timed out 4.2\u00a0s later: ValidationError: The card is <b>expired</b>.", made + after, "prob", followedReview(callbacks.StatusTimedOut)},
		{"Stopped", "Approved, but the execution was stopped 4.2\u00a0s later.", made + after, "prob", mute},
		{"Long", "Approved, but the execution failed 4.2\u00a0s later: " + strings.Repeat("é", 120) + "….", made + after, "prob", long},
		{"Rejected", "Rejected. Lambda’s own history agrees.", "You rejected this at 13:50:58, with 41:12 to spare. The execution then failed.", "rejected", refused(followedReview(callbacks.StatusFailed))},
	} {
		v, ok := verdictOf(tc.m, viewstest.Shell("mine", "/"))
		if !ok || v != (verdict{tc.title, tc.text, tc.tone}) {
			t.Errorf("%s: %+v", tc.name, v)
		}
	}
}

// TestFailedRows: lists say what a person should look at.
func TestFailedRows(t *testing.T) {
	t.Parallel()
	m := followedReview(callbacks.StatusFailed)
	row := desk.Row{Callback: m.Callback}
	if got := words.EndMark(&m.Callback, viewstest.Mara); got != (words.Mark{Word: "Approved by you, but the execution failed", Icon: "warn", Tone: "problem"}) {
		t.Errorf("in a list: %+v", got)
	}
	if got := words.MarkOf(&row, words.Urgency{}); got.Word != "Execution failed" || got.Tone != "problem" {
		t.Errorf("in the table: %+v", got)
	}
	if got := receiptMark(m); got.Word != "Delivered" {
		t.Errorf("on the receipt: %+v", got)
	}
}

// TestExecutionInTimeline: that an execution fails is bad news only where the decision was to go
// on.
func TestExecutionInTimeline(t *testing.T) {
	t.Parallel()
	e := callbacks.AuditEntry{Action: callbacks.ActionExecutionFailed, Actor: viewstest.System, At: viewstest.Now}
	if got := eventOf(followedReview(callbacks.StatusFailed), e, viewstest.Mara); got.Tone != "bad" || got.Who != "The execution" {
		t.Errorf("after an approval: %+v", got)
	}
	if got := eventOf(refused(followedReview(callbacks.StatusFailed)), e, viewstest.Mara); got.Tone != "" {
		t.Errorf("after a rejection: %+v", got)
	}
}

// TestFollowUpWithoutHistory: the end was told by a source, and nothing was read.
func TestFollowUpWithoutHistory(t *testing.T) {
	t.Parallel()
	m := completedReview()
	m.Callback.ExecutionFailed = true
	m.Delivery.FollowUp = &callbacks.FollowUp{Status: callbacks.StatusFailed, EndedAt: m.Callback.Ending.At.Add(3 * time.Second)}
	if got, want := followUpSummary(m), []string{"x bad  Execution FAILED||" + (words.Moment{Now: viewstest.Now, Zone: viewstest.Berlin}).Exact(m.Delivery.FollowUp.EndedAt)}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if v, _ := verdictOf(m, viewstest.Shell("mine", "/")); v.Title != "Approved, but the execution failed 3\u00a0s later." {
		t.Errorf("title %q", v.Title)
	}
}
