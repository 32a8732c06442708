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
		"Denied":      {closed(historyUnreadable, AnswerDenied), DoubtDenied, "permission to read the execution's history was denied."},
		"Gone":        {closed(historyUnreadable, AnswerGone), DoubtGone, "Lambda has no history of this callback, or has it no longer."},
		"GoneAsWell":  {evidence{answer: AnswerGone, doubtful: true, history: historyUnreadable, reading: AnswerGone}, DoubtGone, ""},
		"UnknownARN":  {closed(historyUnreadable, AnswerInvalid), DoubtRefused, "Lambda refused to show the history"},
		"OddAnswer":   {closed(historyUnreadable, AnswerClosed), DoubtRefused, ""},
		"KMS":         {closed(historyBusy, AnswerKMS), DoubtKMS, "the KMS key of the execution's history"},
		"Throttled":   {closed(historyBusy, AnswerThrottled), DoubtThrottled, "AWS throttled"},
		"Failing":     {closed(historyBusy, AnswerFault), DoubtFailing, "could not be read until the end."},
		"Silent":      {closed(historyBusy, AnswerNone), DoubtFailing, ""},
		"Unreachable": {closed(historyBusy, AnswerUnsent), DoubtFailing, ""},
		"Open":        {read(Closing{Open: true}), DoubtOpen, "showed it open until the end."},
		"Payload":     {read(Closing{By: EndedByOther}), DoubtPayload, "but not with what."},
		"LateDenied":  {late(AnswerFault, historyUnreadable, AnswerDenied), DoubtDenied, ""},
		"LateKMS":     {late(AnswerKMS, historyBusy, AnswerKMS), DoubtKMS, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := judge(tt.e, Completion{Kind: Success}); v != unconfirmed {
				t.Fatalf("it ends %s, want unconfirmed", v)
			}
			doubt := doubtOf(tt.e)
			e := doubt.ending(t0)
			if doubt != tt.want || e.Doubt != doubt || e.By != EndedByUnknown || !e.At.Equal(t0) {
				t.Errorf("got %s and %+v, want %s", doubt, e, tt.want)
			}
			if !strings.HasPrefix(e.Detail, "An answer was lost, and ") || !strings.HasSuffix(e.Detail, ".") || !strings.Contains(e.Detail, tt.detail) {
				t.Errorf("%q, want %q in it", e.Detail, tt.detail)
			}
		})
	}
}
