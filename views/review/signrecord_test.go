package review

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
)

// TestSignRecord: the page keeps everything of each signature as it was given, in their order, and
// of those too that ceased to count.
func TestSignRecord(t *testing.T) {
	t.Parallel()
	first := viewstest.EndedSignature(byPriya, callbacks.Replaced, "Signed again.", 10*time.Minute)
	first.Shown, first.ConfigVersion = "9f31c07e", "6a1f09c2d4e87b35"
	second := viewstest.SignedBy(viewstest.Aiko, "", "", time.Minute)
	second.Groups, second.ActingFor = nil, &callbacks.Delegator{Name: "Tomasz Wierzbicki", Groups: []string{"controllers"}}
	record := reviewPage(t, signing(first, second)).Find("#sign-record")
	if got := viewstest.Words(record.Find("summary")); got != "2 signatures on record" {
		t.Errorf("summary %q", got)
	}
	for i, want := range []string{
		"Signed Approve, Tue 24 Nov, 13:22:02 CET Groups finance-approvers Via This page Rule large expenses " +
			"Configuration 6a1f09c2d4e8 Was shown 9f31c07e Comment Deposit is in the plan. " +
			"Became signed again Ended Tue 24 Nov, 13:41:02 CET. Signed again.",
		"Signed Approve, Tue 24 Nov, 13:50:02 CET Acting for Tomasz Wierzbicki of controllers Via This page Rule large expenses Became waits for others",
	} {
		if got := viewstest.Words(record.Find("dl").Eq(i)); got != want {
			t.Errorf("signature %d: %q\nwant %q", i, got, want)
		}
	}
}

// TestRecordedNote: a receipt names the last of several people who signed.
func TestRecordedNote(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]Review{
		"3 signatures, the last by you": decidedSigning(byPriya, byDana, byAiko), "You, in the audit": decidedReview(),
	} {
		if got := recordedNote(m, viewstest.Mara); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestTooLateVerdict: what ended while signatures were missing names the groups that did not sign.
func TestTooLateVerdict(t *testing.T) {
	t.Parallel()
	m := endedSigning(time.Second, byPriya, byMara)
	v, _ := verdictOf(m, viewstest.Shell("mine", "/"))
	if v.Title != "Too late by one signature. Nothing was sent." || v.Tone != "lost" ||
		v.Text != "2 of 3 had signed. Missing: 1 from controllers. The callback's timeout ran out." {
		t.Errorf("%+v", v)
	}
	if v, _ = verdictOf(endedSigning(time.Second, byPriya), viewstest.Shell("mine", "/")); v.Title != "Too late by two signatures. Nothing was sent." {
		t.Errorf("%+v", v)
	}
	if v, _ = verdictOf(endedSigning(time.Second), viewstest.Shell("mine", "/")); v.Tone != "idle" {
		t.Errorf("nobody had signed: %+v", v)
	}
}
