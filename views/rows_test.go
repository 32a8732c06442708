package views

import (
	"slices"
	"testing"

	"countersign/internal/callbacks"
)

// outline is a list as its headings and IDs.
func outline(groups []group) []string {
	var lines []string
	for _, g := range groups {
		if g.Name != "" {
			lines = append(lines, g.Name+":")
		}
		for _, r := range g.Rows {
			lines = append(lines, string(r.ID))
		}
	}
	return lines
}

func TestGroupedByTimeLeft(t *testing.T) {
	t.Parallel()
	rows := sampleRows()
	slices.Reverse(rows)
	got := outline(grouped(List{Rows: rows, Filter: callbacks.Filter{Scope: callbacks.ScopeMine}}, now))
	want := []string{"At risk:", "vendor", "mails", "Due soon:", "exp2291", "deploy", "refund", "Calm:", "exp2288", "aurora", "erase", "ledger"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestGroupedByWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	got := outline(grouped(List{Rows: endedRows(), Filter: callbacks.Filter{Scope: callbacks.ScopeAttention}}, now))
	want := []string{"Decided:", "exp2291decided", "Ended:", "exp2291completed", "exp2291lost", "exp2291undeliverable", "exp2291timed_out", "exp2291closed"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestGroupedKeepsOtherOrders(t *testing.T) {
	t.Parallel()
	rows := sampleRows()
	slices.Reverse(rows)
	for _, f := range []callbacks.Filter{{Order: callbacks.OrderNewest}, {Scope: callbacks.ScopeHistory}} {
		got := outline(grouped(List{Rows: rows, Filter: f}, now))
		if len(got) != len(rows) || got[0] != "ledger" || got[len(got)-1] != "vendor" {
			t.Errorf("%+v: %v", f, got)
		}
	}
}

func TestNeighbours(t *testing.T) {
	t.Parallel()
	l := List{Rows: sampleRows(), Filter: callbacks.Filter{Scope: callbacks.ScopeMine}}
	id := func(r *callbacks.Row) callbacks.ID {
		if r == nil {
			return ""
		}
		return r.ID
	}
	for _, tc := range []struct{ of, before, after callbacks.ID }{
		{"vendor", "", "mails"}, {"deploy", "exp2291", "refund"}, {"ledger", "erase", ""}, {"elsewhere", "", ""},
	} {
		if before, after := neighbours(l, now, tc.of); id(before) != tc.before || id(after) != tc.after {
			t.Errorf("beside %s: %q and %q, want %q and %q", tc.of, id(before), id(after), tc.before, tc.after)
		}
	}
}

func TestReviewing(t *testing.T) {
	t.Parallel()
	actor := func(id, name string) callbacks.Actor {
		return callbacks.Actor{Kind: callbacks.ActorPerson, ID: id, Name: name}
	}
	me, aiko, teo := mara.Actor(), actor("aiko", "Aiko Brandt"), actor("teo", "Teo Vance")
	for _, tc := range []struct {
		people []callbacks.Actor
		want   string
	}{
		{nil, ""},
		{[]callbacks.Actor{me}, "You are reviewing"},
		{[]callbacks.Actor{dana}, "Dana is reviewing"},
		{[]callbacks.Actor{dana, me}, "You and Dana"},
		{[]callbacks.Actor{dana, aiko, teo}, "Dana, Aiko and Teo"},
		{[]callbacks.Actor{dana, aiko, teo, me}, "You, Dana and 2 others"},
	} {
		if got := reviewing(tc.people, mara); got != tc.want {
			t.Errorf("%d people: %q, want %q", len(tc.people), got, tc.want)
		}
	}
}

// TestEveryStateHasAMark: a new state needs words before it can be shown.
func TestEveryStateHasAMark(t *testing.T) {
	t.Parallel()
	seen := map[string]callbacks.State{}
	for _, s := range callbacks.States {
		m := markOf(&callbacks.Row{Callback: callbacks.Callback{State: s}}, urgency{})
		if m.Word == "" || m.Word == string(s) || icons[m.Icon] == "" {
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
	rejected := completedReview().Callback
	rejected.Decision.Outcome, rejected.Decision.Label, rejected.Decision.By = "reject", "Reject", dana
	sentBack := completedReview().Callback
	sentBack.Decision.Outcome, sentBack.Decision.Label = "send-back", "Send back"
	for _, tc := range []struct {
		name       string
		c          callbacks.Callback
		word, tone string
	}{
		{"Approved", completedReview().Callback, "Approved by you", "approved"},
		{"Rejected", rejected, "Rejected by Dana", "rejected"},
		{"OtherOutcome", sentBack, "Decided “Send back” by you", ""},
		{"Lost", lostReview(callbacks.EndedByClock, callbacks.CauseTimeout).Callback, "Lost: ended by timeout", "over"},
		{"TimedOut", endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat}).Callback, "Ended by heartbeat", "timedout"},
		{"Closed", endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution}).Callback, "The execution ended", "timedout"},
		{"Gone", endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByGone}).Callback, "Lambda no longer knows it", "timedout"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if m := howEnded(&tc.c, mara); m.Word != tc.word || m.Tone != tc.tone {
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
		{callbacks.Callback{Title: " Pay ", Requester: callbacks.Requester{Name: "Ines"}}, "Pay", "Ines"},
		{callbacks.Callback{Name: "2-1", Requester: callbacks.Requester{Email: "i@example.com"}}, "Unnamed callback 2-1", "i@example.com"},
		{callbacks.Callback{Title: "\t"}, "Unnamed callback", "requester unknown"},
	} {
		if title(&tc.c) != tc.title || asker(&tc.c) != tc.asks {
			t.Errorf("%q asked by %q, want %q by %q", title(&tc.c), asker(&tc.c), tc.title, tc.asks)
		}
	}
	long := callbacks.Callback{Title: "Change bank account of vendor Kühne & Lindqvist Logistik GmbH & Co. KG"}
	if got := crumb(&long); len([]rune(got)) > 49 {
		t.Errorf("crumb of %d runes: %q", len([]rune(got)), got)
	}
}
