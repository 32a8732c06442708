package words_test

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
	"countersign/views/viewstest"
	"countersign/views/words"
)

func TestReviewing(t *testing.T) {
	t.Parallel()
	actor := func(id, name string) callbacks.Actor {
		return callbacks.Actor{Kind: callbacks.ActorPerson, ID: id, Name: name}
	}
	me, aiko, teo := viewstest.Mara.Actor(), actor("aiko", "Aiko Brandt"), actor("teo", "Teo Vance")
	for _, tc := range []struct {
		people []callbacks.Actor
		want   string
	}{
		{nil, ""},
		{[]callbacks.Actor{me}, "You are reviewing"},
		{[]callbacks.Actor{viewstest.Dana}, "Dana is reviewing"},
		{[]callbacks.Actor{viewstest.Dana, me}, "You and Dana"},
		{[]callbacks.Actor{viewstest.Dana, aiko, teo}, "Dana, Aiko and Teo"},
		{[]callbacks.Actor{viewstest.Dana, aiko, teo, me}, "You, Dana and 2 others"},
	} {
		if got := words.Reviewers(tc.people, viewstest.Mara); got != tc.want {
			t.Errorf("%d people: %q, want %q", len(tc.people), got, tc.want)
		}
	}
}

// TestEveryStateHasAMark: a new state needs words before it can be shown.
func TestEveryStateHasAMark(t *testing.T) {
	t.Parallel()
	seen := map[string]callbacks.State{}
	for _, s := range callbacks.States {
		m := words.MarkOf(&desk.Row{Callback: callbacks.Callback{State: s}}, words.Urgency{})
		if m.Word == "" || m.Word == string(s) || !viewstest.Drawn(t, m.Icon) {
			t.Errorf("%s: %+v", s, m)
		}
		if other, double := seen[m.Word]; double {
			t.Errorf("%s and %s are both called %q", s, other, m.Word)
		}
		seen[m.Word] = s
	}
}

func TestHowEnded(t *testing.T) {
	t.Parallel()
	rejected := viewstest.Completed().Callback
	rejected.Decision.Outcome, rejected.Decision.Label, rejected.Decision.By = "reject", "Reject", viewstest.Dana
	sentBack := viewstest.Completed().Callback
	sentBack.Decision.Outcome, sentBack.Decision.Label = "send-back", "Send back"
	for _, tc := range []struct {
		name       string
		c          callbacks.Callback
		word, tone string
	}{
		{"Approved", viewstest.Completed().Callback, "Approved by you", "approved"},
		{"Rejected", rejected, "Rejected by Dana", "rejected"},
		{"OtherOutcome", sentBack, "Decided “Send back” by you", ""},
		{"Lost", viewstest.Lost(callbacks.EndedByClock, callbacks.CauseTimeout).Callback, "Lost: ended by timeout", "over"},
		{"TimedOut", viewstest.Ended(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat}).Callback, "Ended by heartbeat", "timedout"},
		{"Closed", viewstest.Ended(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution}).Callback, "The execution ended", "timedout"},
		{"Gone", viewstest.Ended(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByGone}).Callback, "Lambda no longer knows it", "timedout"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if m := words.EndMark(&tc.c, viewstest.Mara); m.Word != tc.word || m.Tone != tc.tone {
				t.Errorf("%+v, want %q in %q", m, tc.word, tc.tone)
			}
		})
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		c           callbacks.Callback
		title, asks string
	}{
		{callbacks.Callback{Request: callbacks.Request{Title: " Pay ", Requester: callbacks.Requester{Name: "Ines"}}}, "Pay", "Ines"},
		{callbacks.Callback{Request: callbacks.Request{Requester: callbacks.Requester{Email: "i@example.com"}}, Name: "2-1"}, "Unnamed callback 2-1", "i@example.com"},
		{callbacks.Callback{Request: callbacks.Request{Title: "\t"}}, "Unnamed callback", "requester unknown"},
	} {
		if words.Title(&tc.c) != tc.title || words.Requester(&tc.c) != tc.asks {
			t.Errorf("%q asked by %q, want %q by %q", words.Title(&tc.c), words.Requester(&tc.c), tc.title, tc.asks)
		}
	}
	long := callbacks.Callback{Request: callbacks.Request{Title: "Change bank account of vendor Kühne & Lindqvist Logistik GmbH & Co. KG"}}
	if got := words.ShortTitle(&long); len([]rune(got)) > 49 {
		t.Errorf("crumb of %d runes: %q", len([]rune(got)), got)
	}
}

// TestEveryAnswerHasWords: what Lambda may answer is said without its constant's name.
func TestEveryAnswerHasWords(t *testing.T) {
	t.Parallel()
	for _, a := range []replies.Reply{
		replies.Closed, replies.Invalid, replies.Gone, replies.Denied, replies.KMS,
		replies.Fault, replies.None, replies.Unsent, replies.MaybeClosed, replies.Skew,
		replies.Credentials,
	} {
		if got := words.Reply(a); got == "" || got == string(a) {
			t.Errorf("%s is said as %q", a, got)
		}
	}
}

// TestDecisionWords: only a decision for an outcome that every reviewer knows has their words and
// colours. A sender's own is told by its label, whatever its name is.
func TestDecisionWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, label               string
		kind                      callbacks.Kind
		decided, verb, noun, tone string
	}{
		{"approve", "Approve", callbacks.Success, "Approved", "approved", "approval", "approved"},
		{"reject", "Reject", callbacks.Failure, "Rejected", "rejected", "rejection", "rejected"},
		{"reject", "Reject", callbacks.Success, "Rejected", "rejected", "rejection", "rejected"},
		{"approve", "Approve $7,846.20", callbacks.Success, "Approved", "approved", "approval", "approved"},
		{"reject", "Reject EXP-2291", callbacks.Failure, "Rejected", "rejected", "rejection", "rejected"},
		{"approve", "Escalate", callbacks.Success, "Decided “Escalate”", "chose “Escalate” for", "decision", ""},
		{"approve", "Approve", callbacks.Failure, "Decided “Approve”", "chose “Approve” for", "decision", "rejected"},
		{"reject", "Ask again", callbacks.Success, "Decided “Ask again”", "chose “Ask again” for", "decision", ""},
		{"reject", "Stop", callbacks.Failure, "Decided “Stop”", "chose “Stop” for", "decision", "rejected"},
		{"back", "Send back", callbacks.Success, "Decided “Send back”", "chose “Send back” for", "decision", ""},
	} {
		d := &callbacks.Decision{Outcome: tc.name, Label: tc.label, Kind: tc.kind}
		got := [4]string{words.Decision(d), words.DecisionVerb(d), words.DecisionNoun(words.KnownOutcome(d)), words.DecisionTone(d)}
		if want := [4]string{tc.decided, tc.verb, tc.noun, tc.tone}; got != want {
			t.Errorf("%s, %q, %s: %q, want %q", tc.name, tc.label, tc.kind, got, want)
		}
	}
}
