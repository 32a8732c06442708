package review

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
)

// TestBarSaysWhatAPressDoes: a signature that waits is never called an approval, and the one that
// sends is.
func TestBarSaysWhatAPressDoes(t *testing.T) {
	t.Parallel()
	void := viewstest.EndedSignature(byMara, callbacks.Void, "The request changed.", time.Minute)
	for name, tc := range map[string]struct {
		m       Review
		state   string
		buttons []string
	}{
		"One signature": {sampleReview(), "Sent to Lambda at once, signed as Mara Okafor.", []string{"Send back S yes", "Reject R yes", "Approve A yes"}},
		"First of three": {signing(), "First of three signatures. Nothing is sent until all three are there before 14:32.",
			[]string{"Sign “Send back”, 1 of 3 S no", "Reject, ends it R yes", "Sign approval, 1 of 3 A no"}},
		"Last": {signing(byPriya, byAiko), "Last signature: sends it, signed as Mara Okafor.",
			[]string{"Sign “Send back”, 1 of 3 S no", "Reject, ends it R yes", "Approve A yes"}},
		"Own": {signing(byPriya, byMara), "1 more from controllers before 14:32. Nothing is sent until then.",
			[]string{"Reject, ends it R yes", "Sign “Send back”, 1 of 3 S no"}},
		"Group complete": {signing(byPriya, byDana), "You cannot sign: every place that you can fill is taken. Still missing: 1 more from controllers before 14:32.",
			[]string{"Reject, ends it R yes", "Sign “Send back”, 1 of 3 S no"}},
		"Own void": {signing(void), "Your signature does not count any more. The request changed. Read the request, then sign again.",
			[]string{"Sign “Send back”, 1 of 3 S no", "Reject, ends it R yes", "Sign approval, 1 of 3 A no"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bar := reviewPage(t, tc.m).Find("decision-bar")
			if got := viewstest.Words(bar.Find(".state")); got != tc.state {
				t.Errorf("state %q, want %q", got, tc.state)
			}
			buttons := bar.Find("button[name=outcome]").Map(func(_ int, s *goquery.Selection) string {
				return viewstest.Words(s) + " " + s.AttrOr("data-sends", "")
			})
			if !slices.Equal(buttons, tc.buttons) {
				t.Errorf("buttons %q, want %q", buttons, tc.buttons)
			}
			if own := bar.Find("[data-signed]").Length() == 1; own != (name == "Own") || own != (bar.Find("details.withdraw").Length() == 1) {
				t.Errorf("says that the reader signed: %v", own)
			}
		})
	}
}

// TestBarArmsASignature: the second press says whether anything is sent by it.
func TestBarArmsASignature(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		m             Review
		cost, confirm string
	}{
		"Waits": {signing(byPriya), "Nothing is sent yet. You can withdraw it until the decision.", "Confirm signature, 2 of 3"},
		"Last":  {signing(byPriya, byAiko), "", "Confirm, last signature"},
		"One":   {sampleReview(), "", "Confirm approval"},
	} {
		button := reviewPage(t, tc.m).Find("button[value=approve]")
		if got := button.AttrOr("data-cost", "?"); got != tc.cost {
			t.Errorf("%s: costs %q, want %q", name, got, tc.cost)
		}
		if got := button.AttrOr("data-confirm", ""); got != tc.confirm {
			t.Errorf("%s: confirms %q, want %q", name, got, tc.confirm)
		}
	}
}

// TestBarRequiresReasons: a comment is required where the rule asks for one, not only where the
// outcome does.
func TestBarRequiresReasons(t *testing.T) {
	t.Parallel()
	m := signing()
	m.Callback.Requirement.Reason = []callbacks.Stance{callbacks.For}
	doc := reviewPage(t, m)
	if got := doc.Find("button[value=approve]").AttrOr("data-comment", ""); got != "required" {
		t.Errorf("the comment is %s to approve", got)
	}
	if got := viewstest.Words(doc.Find("label[for=comment] .hint")); got != "required" {
		t.Errorf("the hint says %q", got)
	}
}

// TestStandingMark: what somebody signs or withdraws changes what a press does; time and people
// who look on do not.
func TestStandingMark(t *testing.T) {
	t.Parallel()
	was := standingMark(signing(byPriya))
	withdrawn := viewstest.EndedSignature(byPriya, callbacks.Withdrawn, "", time.Minute)
	for name, m := range map[string]Review{"Signed": signing(byPriya, byAiko), "Withdrawn": signing(withdrawn), "Own": signing(byMara)} {
		if standingMark(m) == was {
			t.Errorf("%s: the same bar", name)
		}
	}
	m := signing(byPriya)
	m.Callback.Revision++
	m.Reviews = nil
	if standingMark(m) != was {
		t.Error("a change of something else makes another bar")
	}
}

// TestLatestSignature: a reader whose bar changes reads who did it.
func TestLatestSignature(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]Review{
		"": signing(), "Aiko Brandt signed.": signing(byPriya, byAiko), "You signed.": signing(byMara),
		"Priya Raman withdrew a signature.": signing(viewstest.EndedSignature(byPriya, callbacks.Withdrawn, "", time.Second), byAiko),
	} {
		if got := latestSignature(m, viewstest.Mara); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestConfirmPage_Signature: the second step without scripts says whether anything is sent, and what
// changed since the first.
func TestConfirmPage_Signature(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		given      []callbacks.Signature
		stale      bool
		told       bool
		want       []string
		sends      string
		mustNotSay string
	}{
		"Waits": {nil, false, false, []string{"Nothing is sent yet. You can withdraw it until the decision.", "Confirm signature, 1 of 3"}, "no", "cannot be undone"},
		"Now last": {[]callbacks.Signature{byPriya, byAiko}, true, false,
			[]string{"Nothing was sent. Others signed meanwhile: yours is now the last signature, and sends this.", "This cannot be undone.", "Confirm, last signature"}, "yes", "withdraw"},
		"Not last any more": {[]callbacks.Signature{byPriya}, true, true,
			[]string{"Nothing was sent. Signatures are missing now that were there before: yours would wait for others.", "Confirm signature, 2 of 3"}, "no", "cannot be undone"},
		"Other bytes": {[]callbacks.Signature{byPriya}, true, false, []string{"What you saw is out of date; this is what would be sent now."}, "no", "meanwhile"},
	} {
		m := signing(tc.given...)
		doc := viewstest.HTML(t, ConfirmPage(viewstest.Shell("mine", "/"), Confirm{
			Callback: m.Callback, Payload: m.Content.Payload, Preview: m.Previews[0], Stale: tc.stale, Sends: tc.told,
		}))
		text := viewstest.Words(doc.Find("main"))
		for _, want := range tc.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in %q", name, want, text)
			}
		}
		if strings.Contains(text, tc.mustNotSay) {
			t.Errorf("%s: says %q", name, tc.mustNotSay)
		}
		if got := doc.Find("#confirm input[name=sends]").AttrOr("value", ""); got != tc.sends {
			t.Errorf("%s: posts sends=%s", name, got)
		}
	}
}

// TestBarred: a reader who cannot sign reads why, with every test.
func TestBarred(t *testing.T) {
	t.Parallel()
	asker := signing()
	asker.Previews, asker.Refused = nil, &callbacks.Refusal{Code: callbacks.CodeRequester, Reason: "You made this request, so someone else must decide it."}
	asker.Why.Tests[0] = callbacks.GateTest{Code: callbacks.CodeRequester, Text: "x", Result: callbacks.GateFailed}
	old := sampleReview()
	old.Previews, old.Refused = nil, &callbacks.OldGroups{}
	if !errors.Is(old.Refused, callbacks.ErrOldGroups) {
		t.Fatal("not the error of old groups")
	}
	old.Why.Tests = []callbacks.GateTest{{Code: callbacks.CodeGroupsOld, Result: callbacks.GateUnknown, Reason: "Sign in again."}}
	for want, m := range map[string]Review{
		"You cannot sign: you asked for this. You made this request, so someone else must decide it.":                      asker,
		"Not known whether you can sign. Sign in again. What you typed is kept. This page sends no heartbeats until then.": old,
	} {
		bar := reviewPage(t, m).Find("overtaken-bar")
		if bar.Find("details.why .tests li").Length() != len(m.Why.Tests) {
			t.Error("not every test is there")
		}
		if back := bar.Find(`form[action="/auth/login"] [name=return]`).AttrOr("value", ""); (back == "/callbacks/exp2291?scope=mine") != errors.Is(m.Refused, callbacks.ErrOldGroups) {
			t.Errorf("signing in again leads back to %q", back)
		}
		bar.Find("details, [hidden], form").Remove()
		if got := viewstest.Words(bar); got != strings.Replace(want, ". ", " . ", 1) && got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestUnsettled: a preview of a signature that waits says what others will still change.
func TestUnsettled(t *testing.T) {
	t.Parallel()
	m := signing(byPriya)
	m.Previews[0].NotFinal = []string{"reviewer.name", "comment"}
	doc := reviewPage(t, m)
	for outcome, want := range map[string]string{
		"approve":   "Nothing is sent yet. The last signature fixes reviewer.name, comment.",
		"send-back": "Nothing is sent yet: these bytes go out with the last signature.", "reject": "",
	} {
		got := ""
		doc.Find("#preview-" + outcome + " .wire-meta").Each(func(_ int, s *goquery.Selection) {
			if text := viewstest.Words(s); strings.HasPrefix(text, "Nothing is sent yet") {
				got = text
			}
		})
		if got != want {
			t.Errorf("%s: %q, want %q", outcome, got, want)
		}
	}
}

// TestBar_OneSignatureVoid: who has to sign a request with one signature again reads so, and why.
func TestBar_OneSignatureVoid(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	void := viewstest.EndedSignature(byMara, callbacks.Void, "The request changed.", time.Minute)
	m.Sheet = viewstest.Signing(m.Sheet, void)
	m.Previews = viewstest.Previews(m.Callback, "", void)
	doc := reviewPage(t, m)
	if got := viewstest.Words(doc.Find("decision-bar .state")); got != "Your signature does not count any more. The request changed. Read the request, then sign again." {
		t.Errorf("the bar says %q", got)
	}
	if doc.Find("#signatures .slot.void").Length() != 1 || viewstest.Words(doc.Find("button[value=approve]")) != "Approve A" {
		t.Error("the void signature has no line, or the button does not say that it sends")
	}
}
