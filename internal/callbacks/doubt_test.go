package callbacks

import (
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// TestDoubt: every way to end unconfirmed leaves the one thing that kept the history from telling.
func TestDoubt(t *testing.T) {
	t.Parallel()
	closed := func(h HistoryState, reading Answer) evidence {
		return evidence{answer: AnswerClosed, doubtful: true, history: h, reading: reading, readings: MaxReadings}
	}
	read := func(c Closing) evidence {
		return evidence{answer: AnswerClosed, doubtful: true, history: HistoryRead, closing: c, readings: MaxReadings}
	}
	late := func(a Answer, h HistoryState, reading Answer) evidence {
		return evidence{answer: a, doubtful: true, history: h, reading: reading, readings: MaxReadings}
	}
	for name, tt := range map[string]struct {
		e      evidence
		want   Doubt
		detail string
	}{
		"NoARN":       {closed(HistoryUnreadable, ""), DoubtNoARN, "its announcement did not name the execution."},
		"Denied":      {closed(HistoryUnreadable, AnswerDenied), DoubtDenied, "the execution's history may not be read, which an admin was told."},
		"Gone":        {closed(HistoryUnreadable, AnswerGone), DoubtGone, "Lambda has no history of this callback, or has it no longer."},
		"GoneAsWell":  {evidence{answer: AnswerGone, doubtful: true, history: HistoryUnreadable, reading: AnswerGone}, DoubtGone, ""},
		"UnknownARN":  {closed(HistoryUnreadable, AnswerInvalid), DoubtRefused, "Lambda refused to show the history"},
		"OddAnswer":   {closed(HistoryUnreadable, AnswerClosed), DoubtRefused, ""},
		"KMS":         {closed(HistoryBusy, AnswerKMS), DoubtKMS, "and an admin was told why."},
		"Throttled":   {closed(HistoryBusy, AnswerThrottled), DoubtThrottled, "AWS throttled"},
		"Failing":     {closed(HistoryBusy, AnswerFault), DoubtFailing, "could not be read until the end."},
		"Silent":      {closed(HistoryBusy, AnswerNone), DoubtFailing, ""},
		"Unreachable": {closed(HistoryBusy, AnswerUnsent), DoubtFailing, ""},
		"Open":        {read(Closing{Open: true}), DoubtOpen, "showed it open until the end."},
		"Payload":     {read(Closing{By: EndedByOther}), DoubtPayload, "but not with what."},
		"Refusal":     {late(AnswerMaybeClosed, HistoryUnreadable, AnswerDenied), DoubtDenied, ""},
		"OddRefusal":  {closed(HistoryUnreadable, AnswerMaybeClosed), DoubtRefused, ""},
		"LateDenied":  {late(AnswerFault, HistoryUnreadable, AnswerDenied), DoubtDenied, ""},
		"LateKMS":     {late(AnswerKMS, HistoryBusy, AnswerKMS), DoubtKMS, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := judge(tt.e, Completion{Kind: Success}); v != unconfirmed {
				t.Fatalf("it ends %s, want unconfirmed", v)
			}
			e := (&Callback{Decision: &Decision{Size: 1 << 19}}).EndedUnconfirmed(doubtOf(tt.e), tt.e.doubtful, now)
			if e.Doubt != tt.want || e.By != EndedByUnknown || !e.At.Equal(now) {
				t.Errorf("got %+v, want %s", e, tt.want)
			}
			if !strings.HasPrefix(e.Detail, "An answer was lost, and ") || !strings.HasSuffix(e.Detail, ".") || !strings.Contains(e.Detail, tt.detail) {
				t.Errorf("%q, want %q in it", e.Detail, tt.detail)
			}
		})
	}
}

// TestDoubt_LostOrRefused: where no answer was lost, but Lambda's own may mean that the callback is closed or that the request is
// refused, that is the doubt, whatever kept the history from telling.
func TestDoubt_LostOrRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		history HistoryState
		reading Answer
		size    int
		detail  []string
	}{
		"NoARN":     {HistoryUnreadable, "", 20, []string{"its announcement did not name the execution."}},
		"Denied":    {HistoryUnreadable, AnswerDenied, 20, []string{"the execution's history may not be read, which an admin was told."}},
		"Throttled": {HistoryBusy, AnswerThrottled, 20, []string{"AWS throttled the reading"}},
		"AtLimit":   {HistoryUnreadable, "", 262_144, []string{"did not name the execution."}},
		"Large":     {HistoryUnreadable, "", 262_144 + 1, []string{"Its size may be why: it has 262145 bytes", "at most 262144."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := evidence{answer: AnswerMaybeClosed, history: tt.history, reading: tt.reading, readings: MaxReadings}
			if v := judge(e, Completion{Kind: Success}); v != unconfirmed {
				t.Fatalf("it ends %s, want unconfirmed", v)
			}
			got := (&Callback{Decision: &Decision{Size: tt.size}}).EndedUnconfirmed(doubtOf(e), e.doubtful, now)
			if got.Doubt != DoubtRefusal || got.By != EndedByUnknown || !got.At.Equal(now) {
				t.Errorf("got %+v, want %s", got, DoubtRefusal)
			}
			for _, want := range append(tt.detail, "The decision was lost or refused, it is not known which: ") {
				if !strings.Contains(got.Detail, want) {
					t.Errorf("%q, want %q in it", got.Detail, want)
				}
			}
			if large := tt.size > 262_144; strings.Contains(got.Detail, "size") != large {
				t.Errorf("%d bytes: %q", tt.size, got.Detail)
			}
		})
	}
}
