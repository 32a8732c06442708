package delivery

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/replies"
	"countersign/views/words"
)

var now = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// TestDoubt: every way to end unconfirmed leaves the one thing that kept the history from telling.
func TestDoubt(t *testing.T) {
	t.Parallel()
	closed := func(h callbacks.HistoryState, reading replies.Reply) evidence {
		return evidence{reply: replies.Closed, doubtful: true, history: h, reading: reading, readings: history.MaxReadings}
	}
	read := func(c callbacks.Closing) evidence {
		return evidence{reply: replies.Closed, doubtful: true, history: callbacks.HistoryRead, closing: c, readings: history.MaxReadings}
	}
	late := func(a replies.Reply, h callbacks.HistoryState, reading replies.Reply) evidence {
		return evidence{reply: a, doubtful: true, history: h, reading: reading, readings: history.MaxReadings}
	}
	for name, tt := range map[string]struct {
		e      evidence
		want   callbacks.Doubt
		detail string
	}{
		"NoARN":       {closed(callbacks.HistoryUnreadable, ""), callbacks.DoubtNoARN, "its announcement did not name the execution."},
		"Denied":      {closed(callbacks.HistoryUnreadable, replies.Denied), callbacks.DoubtDenied, "the execution's history may not be read, which an admin was told."},
		"Gone":        {closed(callbacks.HistoryUnreadable, replies.Gone), callbacks.DoubtGone, "Lambda has no history of this callback, or has it no longer."},
		"GoneAsWell":  {evidence{reply: replies.Gone, doubtful: true, history: callbacks.HistoryUnreadable, reading: replies.Gone}, callbacks.DoubtGone, ""},
		"UnknownARN":  {closed(callbacks.HistoryUnreadable, replies.Invalid), callbacks.DoubtRefused, "Lambda refused to show the history"},
		"OddAnswer":   {closed(callbacks.HistoryUnreadable, replies.Closed), callbacks.DoubtRefused, ""},
		"KMS":         {closed(callbacks.HistoryBusy, replies.KMS), callbacks.DoubtKMS, "and an admin was told why."},
		"Throttled":   {closed(callbacks.HistoryBusy, replies.Throttled), callbacks.DoubtThrottled, "AWS throttled"},
		"Failing":     {closed(callbacks.HistoryBusy, replies.Fault), callbacks.DoubtFailing, "could not be read until the end."},
		"Silent":      {closed(callbacks.HistoryBusy, replies.None), callbacks.DoubtFailing, ""},
		"Unreachable": {closed(callbacks.HistoryBusy, replies.Unsent), callbacks.DoubtFailing, ""},
		"Open":        {read(callbacks.Closing{Open: true}), callbacks.DoubtOpen, "showed it open until the end."},
		"Payload":     {read(callbacks.Closing{By: callbacks.EndedByOther}), callbacks.DoubtPayload, "but not with what."},
		"Refusal":     {late(replies.MaybeClosed, callbacks.HistoryUnreadable, replies.Denied), callbacks.DoubtDenied, ""},
		"OddRefusal":  {closed(callbacks.HistoryUnreadable, replies.MaybeClosed), callbacks.DoubtRefused, ""},
		"LateDenied":  {late(replies.Fault, callbacks.HistoryUnreadable, replies.Denied), callbacks.DoubtDenied, ""},
		"LateKMS":     {late(replies.KMS, callbacks.HistoryBusy, replies.KMS), callbacks.DoubtKMS, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := judge(tt.e, callbacks.Completion{Kind: callbacks.Success}); v != unconfirmed {
				t.Fatalf("it ends %s, want unconfirmed", v)
			}
			decision := &callbacks.Decision{Size: 1 << 19}
			e := (&callbacks.Callback{Decision: decision}).EndedUnconfirmed(doubtOf(tt.e), tt.e.doubtful, now)
			if e.Doubt != tt.want || e.By != callbacks.EndedByUnknown || !e.At.Equal(now) {
				t.Errorf("got %+v, want %s", e, tt.want)
			}
			said := words.Ending(&e, decision)
			if !strings.HasPrefix(said, "An answer was lost, and ") || !strings.HasSuffix(said, ".") || !strings.Contains(said, tt.detail) {
				t.Errorf("%q, want %q in it", said, tt.detail)
			}
		})
	}
}

// TestDoubt_LostOrRefused: where no answer was lost, but Lambda's own may mean that the callback is
// closed or that the request is refused, that is the doubt, whatever kept the history from telling.
func TestDoubt_LostOrRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		history callbacks.HistoryState
		reading replies.Reply
		size    int
		detail  []string
	}{
		"NoARN":     {callbacks.HistoryUnreadable, "", 20, []string{"its announcement did not name the execution."}},
		"Denied":    {callbacks.HistoryUnreadable, replies.Denied, 20, []string{"the execution's history may not be read, which an admin was told."}},
		"Throttled": {callbacks.HistoryBusy, replies.Throttled, 20, []string{"AWS throttled the reading"}},
		"AtLimit":   {callbacks.HistoryUnreadable, "", 262_144, []string{"did not name the execution."}},
		"Large":     {callbacks.HistoryUnreadable, "", 262_144 + 1, []string{"Its size may be why: it has 262145 bytes", "at most 262144."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := evidence{reply: replies.MaybeClosed, history: tt.history, reading: tt.reading, readings: history.MaxReadings}
			if v := judge(e, callbacks.Completion{Kind: callbacks.Success}); v != unconfirmed {
				t.Fatalf("it ends %s, want unconfirmed", v)
			}
			decision := &callbacks.Decision{Size: tt.size}
			got := (&callbacks.Callback{Decision: decision}).EndedUnconfirmed(doubtOf(e), e.doubtful, now)
			if got.Doubt != callbacks.DoubtRefusal || got.By != callbacks.EndedByUnknown || !got.At.Equal(now) {
				t.Errorf("got %+v, want %s", got, callbacks.DoubtRefusal)
			}
			said := words.Ending(&got, decision)
			for _, want := range append(tt.detail, "The decision was lost or refused, it is not known which: ") {
				if !strings.Contains(said, want) {
					t.Errorf("%q, want %q in it", said, want)
				}
			}
			if large := tt.size > 262_144; strings.Contains(said, "size") != large {
				t.Errorf("%d bytes: %q", tt.size, said)
			}
		})
	}
}
