package review

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/notice"
	"countersign/internal/record"
	"countersign/views"
	"countersign/views/admin"
	"countersign/views/viewstest"
)

// told is a timeline as its lines.
func told(m Review) []string {
	var lines []string
	for _, e := range timelineOf(m, viewstest.Mara) {
		line := e.What
		if e.Who != "" {
			line = e.Who + " " + line
		}
		lines = append(lines, line)
	}
	return lines
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	want := []string{"Heartbeats began", "You opened the review", "Dana Fischer opened the review", "Announced by expenses", "Callback started"}
	if got := told(sampleReview()); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestTimelineSaysItOnce: a line whose entry adds nothing has no note, and one about values of the
// history does not claim that others were wrong.
func TestTimelineSaysItOnce(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Audit = []callbacks.AuditEntry{
		{Action: callbacks.ActionCorrected, Facts: callbacks.Facts{Differs: []string{"executionArn"}}},
		{Action: callbacks.ActionReceived, Actor: callbacks.Actor{Name: "expenses"}, Facts: callbacks.Facts{Announced: callbacks.AnnouncedFound}},
		{Action: callbacks.ActionReceived, Actor: callbacks.Actor{Name: "expenses"}, Facts: callbacks.Facts{Announced: callbacks.AnnouncedFirst}},
	}
	for i, want := range [][2]string{
		{"Updated from the history", "Taken from the execution's history: execution."},
		{"Announced by expenses", "Announced after it was found in the execution's history."},
		{"Announced by expenses", ""},
	} {
		if e := timelineOf(m, viewstest.Mara)[i]; e.What != want[0] || e.Note != want[1] {
			t.Errorf("line %d is %q, %q, want %q", i+1, e.What, e.Note, want)
		}
	}
}

// TestTimelineCountsHeartbeats: all of them, where the latest stretch of them began.
func TestTimelineCountsHeartbeats(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Callback.Heartbeats = 7
	m.Audit = append([]callbacks.AuditEntry{{Action: callbacks.ActionHeartbeat}}, m.Audit...)
	events := timelineOf(m, viewstest.Mara)
	if got, want := events[0].Note, "Every 40 s while somebody works on it; 7 heartbeats so far"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if events[1].What != "Heartbeats began" || events[1].Note != "" {
		t.Errorf("an earlier stretch is told as %+v", events[1])
	}
}

// TestTimelineSaysWhenItIsCut: the page reads the latest entries only.
func TestTimelineSaysWhenItIsCut(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	for len(m.Audit) < desk.MaxPage {
		m.Audit = append(m.Audit, callbacks.AuditEntry{Action: callbacks.ActionReviewOpened, Actor: viewstest.Dana})
	}
	lines := told(m)
	if last := lines[len(lines)-1]; last != "Earlier entries are in the audit" {
		t.Errorf("the last line is %q", last)
	}
}

// TestTimelineOfALostAnswer: Lambda did not say that it accepted the decision, its history did.
// Where it said so, the history proves it by a receipt of its own.
func TestTimelineOfALostAnswer(t *testing.T) {
	t.Parallel()
	m := completedReview()
	m.Callback.Ending.Event, m.Callback.Ending.Proven = 14, true
	m.Audit = []callbacks.AuditEntry{{Action: callbacks.ActionDelivered}}
	if got := told(m)[0]; got != "Lambda’s history shows the decision" {
		t.Errorf("got %q", got)
	}
	m.Callback.Ending.Event, m.Callback.Ending.Proven = 0, false
	if got := told(m)[0]; got != "Lambda accepted the decision" {
		t.Errorf("got %q", got)
	}
	m = proven()
	m.Audit = append(m.Audit, callbacks.AuditEntry{Action: callbacks.ActionDelivered})
	if got := told(m); !slices.Contains(got, "Lambda accepted the decision") {
		t.Errorf("got %q", got)
	}
}

func TestTimelineQuotesTheComment(t *testing.T) {
	t.Parallel()
	first := timelineOf(completedReview(), viewstest.Mara)[0]
	if first.Who != "You" || first.What != "approved this" || first.Note != "“Hotel over cap was agreed.”" {
		t.Errorf("%+v", first)
	}
}

// TestTimelineNamesTheConfiguration: to those who account for decisions, not to reviewers.
func TestTimelineNamesTheConfiguration(t *testing.T) {
	t.Parallel()
	m := completedReview()
	m.Callback.Decision.ConfigVersion = "6a1f09c2d4e87b3500aa"
	auditor := callbacks.Person{ID: "audrey", Roles: callbacks.Roles{Auditor: true}}
	const comment = "“Hotel over cap was agreed.”"
	for want, viewer := range map[string]callbacks.Person{
		comment + " Made under configuration 6a1f09c2d4e8": auditor,
		comment: viewstest.Lena,
	} {
		if got := timelineOf(m, viewer)[0].Note; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	m.Callback.Decision.Comment = ""
	if got := timelineOf(m, auditor)[0].Note; got != "Made under configuration 6a1f09c2d4e8" {
		t.Errorf("without a comment: %q", got)
	}
}

// TestEveryActionIsTold: an action without words of its own would show its constant.
func TestEveryActionIsTold(t *testing.T) {
	t.Parallel()
	m := completedReview()
	choices := viewstest.HTML(t, admin.AuditPage(viewstest.Shell(views.PlaceAudit, "/audit"), admin.Audit{})).Find("[name=action] option[value!='']")
	if choices.Length() < 20 {
		t.Fatalf("the audit has %d actions to choose from", choices.Length())
	}
	for _, choice := range choices.EachIter() {
		a := callbacks.Action(choice.AttrOr("value", ""))
		if slices.Contains([]callbacks.Action{
			callbacks.ActionSignedIn, callbacks.ActionSignedOut, callbacks.ActionSessionEnded, callbacks.ActionDelegated, callbacks.ActionDelegationEnded,
			callbacks.ActionPolicyLoaded, callbacks.ActionPolicyRefused, callbacks.ActionBatchBegun, callbacks.ActionBatchStopped, notice.ActionMuted, notice.ActionResumed, notice.ActionRetried,
			notice.ActionLinked, notice.ActionUnlinked, notice.ActionSubscribed, notice.ActionUnsubscribed, record.ActionExported, record.ActionAuditExported,
		}, a) {
			continue // of no callback
		}
		e := eventOf(m, callbacks.AuditEntry{Action: a, Actor: viewstest.Dana, To: callbacks.Lost, At: viewstest.Now}, viewstest.Mara)
		if e.What == "" || e.What == string(a) || !viewstest.Drawn(t, e.Icon) {
			t.Errorf("%s is told as %+v", a, e)
		}
	}
}

// TestTimelineOfSignatures: each signature says how many there were then, with its comment.
func TestTimelineOfSignatures(t *testing.T) {
	t.Parallel()
	m := signing(byPriya)
	facts := func(has int) callbacks.Facts {
		return callbacks.Facts{Signature: &callbacks.Signed{By: "Priya Raman", Outcome: "Approve", Rule: "large expenses", Has: has, Needs: 3}}
	}
	m.Audit = []callbacks.AuditEntry{
		{Action: callbacks.ActionWithdrawn, Actor: viewstest.Priya, Facts: facts(0)},
		{Action: callbacks.ActionSigned, Actor: viewstest.Priya, At: byPriya.At, Facts: facts(1)},
	}
	events := timelineOf(m, viewstest.Mara)
	for i, want := range [][2]string{
		{"withdrew a signature", "Approve: 0 of 3 by the rule large expenses."},
		{"signed", "Approve: 1 of 3 by the rule large expenses. “Deposit is in the plan.”"},
	} {
		if e := events[i]; e.Who != "Priya Raman" || e.What != want[0] || e.Note != want[1] {
			t.Errorf("line %d is %q %q, %q, want %q", i+1, e.Who, e.What, e.Note, want)
		}
	}
	m.Callback.Decision = &callbacks.Decision{By: viewstest.Priya, At: byPriya.At, Comment: byPriya.Comment}
	if e := timelineOf(m, viewstest.Mara)[1]; strings.Contains(e.Note, byPriya.Comment) {
		t.Errorf("the last signature repeats what the decision quotes: %q", e.Note)
	}
}

// TestTimeline_ActingFor: a decision in the right of somebody else names both.
func TestTimeline_ActingFor(t *testing.T) {
	t.Parallel()
	m := Review{Sheet: viewstest.Proven()}
	m.Signatures = []callbacks.Signature{{
		By: m.Callback.Decision.By, ActingFor: &callbacks.Delegator{Name: "Mara Okafor"},
	}}
	if got := strings.Join(told(m), "\n"); !strings.Contains(got, "this for Mara Okafor") {
		t.Errorf("it reads %s", got)
	}
}

// TestLooks: the timeline shows every action of the audit, or is known never to get it.
func TestLooks(t *testing.T) {
	t.Parallel()
	for _, action := range callbackstest.Actions(t, "../../internal/callbacks/audit.go") {
		if _, ok := looks[action]; !ok {
			t.Errorf("nobody has decided how %s looks", action)
		}
	}
}
