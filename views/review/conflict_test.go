package review

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/viewstest"
)

func TestConflictSaysWhoOrWhat(t *testing.T) {
	t.Parallel()
	taken := decidedReview().Callback
	taken.Decision.By = viewstest.Dana
	own := decidedReview().Callback
	clock := endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: viewstest.Now.Add(-800 * time.Millisecond)}).Callback
	closed := endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution, At: viewstest.Now}).Callback
	for _, tc := range []struct {
		name                string
		c                   callbacks.Callback
		title, what, detail string
	}{
		{"Somebody", taken, "Dana approved this 4 s before you", "Decided", "Approved by Dana Fischer, 13:50:58.000"},
		{"OwnOtherTab", own, "You already approved this 4 s ago", "Decided", "Approved by you, 13:50:58.000"},
		{"Clock", clock, "The callback timed out 0.8 s before you", "Ended", "The callback's timeout ran out. 13:51:01.200"},
		{"Closed", closed, "The execution ended before you", "Ended", "The execution ended around the callback. 13:51:02.000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			doc := viewstest.HTML(t, ConflictPage(viewstest.Keeping(viewstest.Shell("mine", "/"), "Line 7\nis missing"), Conflict{Callback: tc.c, Tried: "Reject", List: sampleReview().List}))
			if got := viewstest.Words(doc.Find("h1")); got != tc.title {
				t.Errorf("title %q, want %q", got, tc.title)
			}
			if got := viewstest.Words(doc.Find(".pairs")); got != tc.what+" "+tc.detail+" You tried Reject, 13:51:02.000" {
				t.Errorf("%q, want %s %s", got, tc.what, tc.detail)
			}
			if got := doc.Find("#kept-comment").Text(); got != "Line 7\nis missing" {
				t.Errorf("comment: %q", got)
			}
			if doc.Find("[data-copy=kept-comment]").Length() != 1 {
				t.Error("the comment cannot be copied")
			}
		})
	}
}

func TestConflictLeadsOn(t *testing.T) {
	t.Parallel()
	row := viewstest.Rows()[0]
	m := Conflict{Callback: decidedReview().Callback, List: sampleReview().List, Next: &Next{Row: &row}}
	if got := viewstest.HTML(t, ConflictPage(viewstest.Shell("mine", "/"), m)).Find("[data-key=Enter]").AttrOr("href", ""); got != "/callbacks/vendor?scope=mine" {
		t.Errorf("next leads to %s", got)
	}
	m.Next = nil
	if got := viewstest.HTML(t, ConflictPage(viewstest.Shell("mine", "/"), m)).Find("#problem .btn.quiet").AttrOr("href", ""); got != "/?scope=mine" {
		t.Errorf("back leads to %s", got)
	}
}

// TestConflict_Signatures: who signs after the end reads how many had signed.
func TestConflict_Signatures(t *testing.T) {
	t.Parallel()
	late := endedSigning(time.Second, byPriya)
	for want, sheet := range map[string]desk.Sheet{"1 of 3, too late": late.Sheet, "": sampleReview().Sheet} {
		if got := SignedSum(&sheet); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	page := viewstest.HTML(t, ConflictPage(viewstest.Shell("mine", "/"), Conflict{Callback: late.Callback, Tried: "Approve", Signed: "1 of 3, too late"}))
	if got := viewstest.Words(page.Find("dl.pairs")); !strings.Contains(got, "Signatures 1 of 3, too late") {
		t.Errorf("the page says %q", got)
	}
}
