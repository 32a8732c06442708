package callbacks

import (
	"strings"
	"testing"
)

// TestDoubt: every way to end unconfirmed leaves the one thing that kept the history from telling.
func TestDoubt(t *testing.T) {
	t.Parallel()
	closed := func(h historyState, reading Answer) evidence {
		return evidence{answer: AnswerClosed, doubtful: true, history: h, reading: reading, readings: maxReadings}
	}
	read := func(c Closing) evidence {
		return evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: c, readings: maxReadings}
	}
	late := func(a Answer, h historyState, reading Answer) evidence {
		return evidence{answer: a, doubtful: true, history: h, reading: reading, readings: maxReadings}
	}
	for name, tt := range map[string]struct {
		e      evidence
		want   Doubt
		detail string
	}{
		"NoARN":       {closed(historyUnreadable, ""), DoubtNoARN, "its announcement did not name the execution."},
		"Denied":      {closed(historyUnreadable, AnswerDenied), DoubtDenied, "the execution's history may not be read, which an admin was told."},
		"Gone":        {closed(historyUnreadable, AnswerGone), DoubtGone, "Lambda has no history of this callback, or has it no longer."},
		"GoneAsWell":  {evidence{answer: AnswerGone, doubtful: true, history: historyUnreadable, reading: AnswerGone}, DoubtGone, ""},
		"UnknownARN":  {closed(historyUnreadable, AnswerInvalid), DoubtRefused, "Lambda refused to show the history"},
		"OddAnswer":   {closed(historyUnreadable, AnswerClosed), DoubtRefused, ""},
		"KMS":         {closed(historyBusy, AnswerKMS), DoubtKMS, "and an admin was told why."},
		"Throttled":   {closed(historyBusy, AnswerThrottled), DoubtThrottled, "AWS throttled"},
		"Failing":     {closed(historyBusy, AnswerFault), DoubtFailing, "could not be read until the end."},
		"Silent":      {closed(historyBusy, AnswerNone), DoubtFailing, ""},
		"Unreachable": {closed(historyBusy, AnswerUnsent), DoubtFailing, ""},
		"Open":        {read(Closing{Open: true}), DoubtOpen, "showed it open until the end."},
		"Payload":     {read(Closing{By: EndedByOther}), DoubtPayload, "but not with what."},
		"Refusal":     {late(AnswerMaybeClosed, historyUnreadable, AnswerDenied), DoubtDenied, ""},
		"OddRefusal":  {closed(historyUnreadable, AnswerMaybeClosed), DoubtRefused, ""},
		"LateDenied":  {late(AnswerFault, historyUnreadable, AnswerDenied), DoubtDenied, ""},
		"LateKMS":     {late(AnswerKMS, historyBusy, AnswerKMS), DoubtKMS, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := judge(tt.e, Completion{Kind: Success}); v != unconfirmed {
				t.Fatalf("it ends %s, want unconfirmed", v)
			}
			e := tt.e.unknown(&Decision{Size: 1 << 19}, t0)
			if e.Doubt != tt.want || e.By != EndedByUnknown || !e.At.Equal(t0) {
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
		history historyState
		reading Answer
		size    int
		detail  []string
	}{
		"NoARN":     {historyUnreadable, "", 20, []string{"its announcement did not name the execution."}},
		"Denied":    {historyUnreadable, AnswerDenied, 20, []string{"the execution's history may not be read, which an admin was told."}},
		"Throttled": {historyBusy, AnswerThrottled, 20, []string{"AWS throttled the reading"}},
		"AtLimit":   {historyUnreadable, "", olderMaxCompletionBytes, []string{"did not name the execution."}},
		"Large":     {historyUnreadable, "", olderMaxCompletionBytes + 1, []string{"Its size may be why: it has 262145 bytes", "at most 262144."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := evidence{answer: AnswerMaybeClosed, history: tt.history, reading: tt.reading, readings: maxReadings}
			if v := judge(e, Completion{Kind: Success}); v != unconfirmed {
				t.Fatalf("it ends %s, want unconfirmed", v)
			}
			got := e.unknown(&Decision{Size: tt.size}, t0)
			if got.Doubt != DoubtRefusal || got.By != EndedByUnknown || !got.At.Equal(t0) {
				t.Errorf("got %+v, want %s", got, DoubtRefusal)
			}
			for _, want := range append(tt.detail, "The decision was lost or refused, it is not known which: ") {
				if !strings.Contains(got.Detail, want) {
					t.Errorf("%q, want %q in it", got.Detail, want)
				}
			}
			if large := tt.size > olderMaxCompletionBytes; strings.Contains(got.Detail, "size") != large {
				t.Errorf("%d bytes: %q", tt.size, got.Detail)
			}
		})
	}
}
