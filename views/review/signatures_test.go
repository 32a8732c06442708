package review

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
	"countersign/views/words"
)

// The signatures of EXP-2296.
var (
	byPriya = viewstest.SignedBy(viewstest.Priya, "finance-approvers", "Deposit is in the plan.", 29*time.Minute)
	byDana  = viewstest.SignedBy(viewstest.Dana, "finance-approvers", "", 20*time.Minute)
	byMara  = viewstest.SignedBy(viewstest.Mara.Actor(), "finance-approvers", "", 12*time.Minute)
	byAiko  = viewstest.SignedBy(viewstest.Aiko, "controllers", "", time.Minute)
)

// signing is the page of EXP-2296 with some signatures.
func signing(given ...callbacks.Signature) Review {
	return storyReview(viewstest.Waiting2296(given...))
}

// endedSigning is the same after the callback ended without a decision.
func endedSigning(ended time.Duration, given ...callbacks.Signature) Review {
	m := signing(given...)
	m.Callback.State, m.Previews = callbacks.TimedOut, nil
	m.Callback.Ending = &callbacks.Ending{
		By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: viewstest.Now.Add(-ended),
	}
	return m
}

// decidedSigning is the same after the last signature decided.
func decidedSigning(given ...callbacks.Signature) Review {
	m := signing(given...)
	m.Callback.State, m.Previews = callbacks.Decided, nil
	m.Callback.Decision = viewstest.Decided().Callback.Decision
	return m
}

// TestSignaturePanel: the box in each of its states, as a reader reads it.
func TestSignaturePanel(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		m     Review
		sum   string
		lines []string
		miss  string
	}{
		"Nobody": {signing(), "0 of 3", []string{
			"finance-approvers 0 of 2", "open yours: You can sign here", "open: Open another person", "controllers 0 of 1", "open: Open",
		}, ""},
		"One": {signing(byPriya), "1 of 3", []string{
			"finance-approvers 1 of 2", "done: Priya Raman “Deposit is in the plan.” Approve 13:22:02", "open yours: You can sign here",
			"controllers 0 of 1", "open: Open",
		}, "1 more from finance-approvers and 1 more from controllers before 14:32. Nothing is sent until then."},
		"Own": {signing(byPriya, byMara), "2 of 3", []string{
			"finance-approvers 2 of 2", "done: Priya Raman “Deposit is in the plan.” Approve 13:22:02", "done: You Approve 13:39:02",
			"controllers 0 of 1", "open: Open",
		}, "1 more from controllers before 14:32. Nothing is sent until then."},
		"Withdrawn": {signing(viewstest.EndedSignature(byPriya, callbacks.Withdrawn, "Asking Ines.", 10*time.Minute), byMara), "1 of 3", []string{
			"finance-approvers 1 of 2", "done: You Approve 13:39:02", "gone: Priya Raman Withdrawn: “Asking Ines.” Withdrawn 13:41:02",
			"open: Open another person", "controllers 0 of 1", "open: Open",
		}, "1 more from finance-approvers and 1 more from controllers before 14:32. Nothing is sent until then."},
		"Replaced": {signing(viewstest.EndedSignature(byPriya, callbacks.Replaced, "Signed again.", 10*time.Minute), byAiko), "1 of 3", []string{
			"finance-approvers 0 of 2", "open yours: You can sign here", "open: Open another person",
			"controllers 1 of 1", "done: Aiko Brandt Approve 13:50:02",
		}, "2 more from finance-approvers before 14:32. Nothing is sent until then."},
		"Void": {signing(viewstest.EndedSignature(byPriya, callbacks.Void, "The request changed.", 5*time.Minute)), "0 of 3", []string{
			"finance-approvers 0 of 2", "void: Priya Raman, void Signed at 13:22:02. The request changed. Must sign again",
			"open yours: You can sign here", "open: Open another person", "controllers 0 of 1", "open: Open",
		}, "A signature does not count any more. The request changed. Priya Raman must sign again."},
		"Late": {endedSigning(13*time.Minute, byPriya, byMara), "1 of 3, too late", []string{
			"finance-approvers 1 of 2", "done: Priya Raman “Deposit is in the plan.” Approve 13:22:02", "late: You, too late 1 min late 13:39:02",
			"open: Nobody signed", "controllers 0 of 1", "open: Nobody signed",
		}, "1 of 3, too late. The callback's timeout ran out. Nothing was sent. Missing: 1 from finance-approvers and 1 from controllers."},
		"Rejected": {decidedSigning(byPriya, byDana, viewstest.Against(byAiko)), "Rejected", []string{
			"finance-approvers 2 of 2", "done: Priya Raman “Deposit is in the plan.” Approve 13:22:02", "done: Dana Fischer Approve 13:31:02",
			"controllers 0 of 1", "open: Nobody signed", "For “Reject” ended it", "no: Aiko Brandt Reject 13:50:02",
		}, "Rejected by 1. Two approvals are kept on record and were not used."},
		"Complete": {decidedSigning(byPriya, byDana, byAiko), "3 of 3", []string{
			"finance-approvers 2 of 2", "done: Priya Raman “Deposit is in the plan.” Approve 13:22:02", "done: Dana Fischer Approve 13:31:02",
			"controllers 1 of 1", "done: Aiko Brandt Approve 13:50:02",
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := reviewPage(t, tc.m).Find("#signatures")
			if got := viewstest.Words(box.Find("[data-sum]")); got != tc.sum {
				t.Errorf("sum %q, want %q", got, tc.sum)
			}
			if got := signLines(box); !slices.Equal(got, tc.lines) {
				t.Errorf("lines %q\nwant %q", got, tc.lines)
			}
			if got := viewstest.Words(box.Find(".miss")); got != tc.miss {
				t.Errorf("missing %q\nwant %q", got, tc.miss)
			}
		})
	}
}

// TestSignaturePanel_CouldSign: an open place says who could fill it, once for a group, and not beside
// the place where the reader signs. A request that waits no more names nobody.
func TestSignaturePanel_CouldSign(t *testing.T) {
	t.Parallel()
	person := func(names ...string) (all []callbacks.Person) {
		for _, name := range names {
			all = append(all, callbacks.Person{ID: name, Name: name})
		}
		return all
	}
	m := signing()
	m.CouldSign = [][]callbacks.Person{person("Dana <b>Fischer</b>"), person("Aiko Brandt", "Tomasz", "Lee")}
	want := []string{
		"finance-approvers 0 of 2", "open yours: You can sign here", "open: Open Dana <b>Fischer</b> can sign",
		"controllers 0 of 1", "open: Open Aiko Brandt, Tomasz or Lee can sign",
	}
	if got := signLines(reviewPage(t, m).Find("#signatures")); !slices.Equal(got, want) {
		t.Errorf("lines %q\nwant %q", got, want)
	}
	late := endedSigning(13*time.Minute, byPriya)
	late.CouldSign = m.CouldSign
	for _, line := range signLines(reviewPage(t, late).Find("#signatures")) {
		if strings.Contains(line, "can sign") {
			t.Errorf("after the end: %s", line)
		}
	}
}

// signLines are the lines of the box: the groups, and each place behind its state.
func signLines(box *goquery.Selection) []string {
	return box.Find(".need, .slot").Map(func(_ int, s *goquery.Selection) string {
		if s.Is(".need") {
			return viewstest.Words(s)
		}
		return s.AttrOr("class", "")[len("slot "):] + ": " + viewstest.Words(s)
	})
}

// TestSignaturePanel_OneSignature: a request that one person decides, by no rule, has no box of
// signatures.
func TestSignaturePanel_OneSignature(t *testing.T) {
	t.Parallel()
	for _, m := range []Review{sampleReview(), decidedReview()} {
		if doc := reviewPage(t, m); doc.Find("#signatures, .signs").Length() != 0 {
			t.Errorf("%s: there is a box of signatures", m.Callback.State)
		}
	}
}

// TestSignaturePanel_RuleOfOne: a request that one person decides by a rule has a box without places,
// which says what the rule asks for and why it applies, while it waits and after.
func TestSignaturePanel_RuleOfOne(t *testing.T) {
	t.Parallel()
	for _, m := range []Review{sampleReview(), decidedReview()} {
		r := &m.Callback.Requirement
		r.Rule, r.Terms = "everyday", callbacks.OneSignature.Terms
		r.Basis, r.Fault = callbacks.BasisFault, "no such key: total"
		box := reviewPage(t, m).Find("#signatures")
		if waits := m.Callback.State == callbacks.Pending; (box.Find("#why-signature").Length() == 1) != waits {
			t.Errorf("%s: why somebody can sign is told: %t", m.Callback.State, !waits)
		}
		box.Find("details").Remove()
		want := "Signature Rule everyday: " + words.Terms(r.Terms) +
			" It applies because a condition could not be evaluated: no such key: total."
		if got := viewstest.Words(box); got != want || box.Find(".slot").Length() > 0 {
			t.Errorf("%s: %q, want %q", m.Callback.State, got, want)
		}
	}
}

// TestWhyOnce: the page of a request with one signature explains once whether its reader can sign: in
// the box of the rule, or in the bar if that says why they cannot.
func TestWhyOnce(t *testing.T) {
	t.Parallel()
	can := sampleReview()
	can.Callback.Requirement.Rule = "everyday"
	can.Why.Tests = []callbacks.GateTest{{Code: callbacks.CodeQueue, Result: callbacks.GatePassed}}
	cannot := can
	cannot.Previews, cannot.Refused = nil, &callbacks.Refusal{Code: callbacks.CodeQueue}
	for place, m := range map[string]Review{"#why-signature": can, "#why-barred": cannot} {
		doc := reviewPage(t, m)
		if doc.Find("details.why").Length() != 1 || doc.Find(place).Length() != 1 {
			t.Errorf("%d explanations, and %d at %s", doc.Find("details.why").Length(), doc.Find(place).Length(), place)
		}
	}
}

// TestSignaturePanel_Rule: the box names the rule, in words made from it, and says why it applies if
// its own condition did not hold.
func TestSignaturePanel_Rule(t *testing.T) {
	t.Parallel()
	const rule = "Rule large expenses: 2 of finance-approvers and 1 of controllers. One rejection ends it. The requester may not sign."
	for basis, want := range map[callbacks.Basis]string{
		callbacks.BasisCondition: rule,
		callbacks.BasisOtherwise: rule + " It applies because no rule’s condition held.",
		callbacks.BasisFault:     rule + " It applies because a condition could not be evaluated: no such key: total.",
	} {
		m := signing()
		m.Callback.Requirement.Basis, m.Callback.Requirement.Fault = basis, "no such key: total"
		box := reviewPage(t, m).Find("#signatures .then")
		box.Find("details").Remove()
		if got := viewstest.Words(box); got != want {
			t.Errorf("%s: %q, want %q", basis, got, want)
		}
	}
}

// TestSignaturePanel_ActingFor: a line names both people, and the open place says for whom the
// reader would sign.
func TestSignaturePanel_ActingFor(t *testing.T) {
	t.Parallel()
	tomasz := viewstest.SignedBy(viewstest.Aiko, "controllers", "Fine.", time.Minute)
	tomasz.Groups, tomasz.ActingFor = nil, &callbacks.Delegator{
		ID: "tomasz", Name: "Tomasz Wierzbicki", Groups: []string{"controllers"}, ReadAt: viewstest.Now,
	}
	m := signing(tomasz)
	m.Why.ActingFor = "Priya Raman"
	lines := signLines(reviewPage(t, m).Find("#signatures"))
	for _, want := range []string{
		"done: Aiko Brandt for Tomasz Wierzbicki: “Fine.” Approve 13:50:02", "open yours: You can sign here for Priya Raman",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in %q", want, lines)
		}
	}
}

// TestSignaturePanel_OtherProposals: signatures for another answer have a sum of their own, and a
// signature that fills no place is kept.
func TestSignaturePanel_OtherProposals(t *testing.T) {
	t.Parallel()
	back := byDana
	back.Proposal = signing().Callback.Outcomes[2].Proposal(nil)
	third := viewstest.SignedBy(callbacks.Actor{Kind: callbacks.ActorPerson, ID: "x", Name: "Noor"}, "finance-approvers", "", time.Minute)
	lines := signLines(reviewPage(t, signing(byPriya, byMara, third, back)).Find("#signatures"))
	want := []string{"Not needed", "done: Noor Approve 13:50:02", "For “Send back” 1 of 3", "done: Dana Fischer Send back 13:31:02"}
	if got := lines[len(lines)-len(want):]; !slices.Equal(got, want) {
		t.Errorf("lines end with %q, want %q", got, want)
	}
}
