package wording_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

func TestEntry(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 2, 0, 0, time.UTC)
	m := notice.Message{Kind: notice.Needed, At: at, Zone: time.UTC}
	open := notice.Item{Title: "EXP-2291", Queue: "finance", Deadline: at.Add(time.Hour), Cause: callbacks.CauseTimeout, Required: 2, State: callbacks.Pending}
	over := open
	over.State, over.EndedAt, over.EndedBy = callbacks.TimedOut, at, callbacks.EndedByClock
	decided := open
	decided.State, decided.DecidedAt, decided.Outcome = callbacks.Completed, at, "Approve"
	open.Alone = true
	m.Items = []notice.Item{open}
	for got, want := range map[string]string{
		wording.Entry(open, &m):   "EXP-2291, finance. Ends 13:02, by timeout. 0 of 2 signed.",
		wording.Entry(over, &m):   "EXP-2291, finance. Timed out, 12:02.",
		wording.Gone(decided, &m): "Not here any more: EXP-2291. Approved 12:02.",
		wording.Offer(open):       "Read and decide",
		wording.Offer(over):       "See why",
		wording.Offer(decided):    "See the record",
		wording.Urgent(&m):        "Ends in 60 min, nobody has it open.",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	m.Kind = notice.MaySign
	if said := wording.Urgent(&m); said != "" {
		t.Errorf("a request that waits is urgent: %q", said)
	}
	open.Title = strings.Repeat("字", 1000)
	if n := len([]rune(wording.Entry(open, &m))); n > 300 {
		t.Errorf("an entry has %d characters", n)
	}
}
