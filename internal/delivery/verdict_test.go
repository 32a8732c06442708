package delivery

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	ours := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}
	same := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}
	other := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":false}`)}
	sameBytesFailed := callbacks.Completion{Kind: callbacks.Failure, Error: callbacks.ErrorObject{ErrorType: "Rejected"}}
	byClient := func(c *callbacks.Completion) callbacks.Closing {
		return callbacks.Closing{By: callbacks.EndedByOther, Completion: c}
	}
	open, byClock, byExecution := callbacks.Closing{Open: true}, callbacks.Closing{By: callbacks.EndedByClock}, callbacks.Closing{By: callbacks.EndedByExecution}

	for name, tt := range map[string]struct {
		e             evidence
		sure, doubted verdict // without and with an attempt whose answer was lost
	}{
		"Accepted":  {evidence{answer: callbacks.AnswerAccepted}, delivered, delivered},
		"Invalid":   {evidence{answer: callbacks.AnswerInvalid}, undeliverable, undeliverable},
		"Throttled": {evidence{answer: callbacks.AnswerThrottled}, retry, retry},
		"Denied":    {evidence{answer: callbacks.AnswerDenied}, retry, retry},
		"KMS":       {evidence{answer: callbacks.AnswerKMS}, retry, retry},
		"Fault":     {evidence{answer: callbacks.AnswerFault}, retry, retry},
		"NoAnswer":  {evidence{answer: callbacks.AnswerNone}, retry, retry},
		"Unsent":    {evidence{answer: callbacks.AnswerUnsent}, retry, retry},
		"Skew":      {evidence{answer: callbacks.AnswerSkew}, retry, retry},
		"Bad":       {evidence{answer: callbacks.AnswerCredentials}, retry, retry},

		"ClosedByClock":        {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: byClock}, lost, lost},
		"ClosedByExecution":    {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: byExecution}, lost, lost},
		"ClosedByOurs":         {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"ClosedByOtherPayload": {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: byClient(&other)}, lost, lost},
		"ClosedByOtherKind":    {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: byClient(&sameBytesFailed)}, lost, lost},
		"ClosedTruncated":      {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: byClient(nil)}, lost, unconfirmed},
		"ClosedTruncatedOurs":  {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Success}}, lost, unconfirmed},
		"ClosedTruncatedOther": {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Failure}}, lost, lost},
		"ClosedHistoryLags":    {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: open, readings: history.MaxReadings - 1}, retry, retry},
		"ClosedLagsForEver":    {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryRead, closing: open, readings: history.MaxReadings}, lost, unconfirmed},
		"ClosedHistoryBusy":    {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryBusy, readings: history.MaxReadings - 1}, retry, retry},
		"ClosedBusyForEver":    {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryBusy, readings: history.MaxReadings}, lost, unconfirmed},
		"ClosedHistoryPutOff":  {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryPutOff, readings: history.MaxReadings}, retry, retry},
		"ClosedUnreadable":     {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryUnreadable, readings: 1}, lost, unconfirmed},
		"ClosedDenied":         {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryUnreadable, reading: callbacks.AnswerDenied, readings: history.DeniedReadings - 1}, retry, retry},
		"ClosedDeniedStill":    {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryUnreadable, reading: callbacks.AnswerDenied, readings: history.DeniedReadings}, lost, unconfirmed},
		"ClosedRefused":        {evidence{answer: callbacks.AnswerClosed, history: callbacks.HistoryUnreadable, reading: callbacks.AnswerInvalid, readings: 1}, lost, unconfirmed},
		"GoneByOurs":           {evidence{answer: callbacks.AnswerGone, history: callbacks.HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"GoneUnreadable":       {evidence{answer: callbacks.AnswerGone, history: callbacks.HistoryUnreadable, readings: 1}, lost, unconfirmed},

		// InvalidParameterValueException means "closed" in one dialect and "refused" in another. A
		// history that shows the end decides as it does for "closed"; one that goes on showing it
		// open says that the request is refused.
		"MaybeClosedByClock":        {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: byClock}, lost, lost},
		"MaybeClosedByExecution":    {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: byExecution}, lost, lost},
		"MaybeClosedByOurs":         {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"MaybeClosedByOtherPayload": {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: byClient(&other)}, lost, lost},
		"MaybeClosedByOtherKind":    {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: byClient(&sameBytesFailed)}, lost, lost},
		"MaybeClosedTruncated":      {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: byClient(nil)}, lost, unconfirmed},
		"MaybeClosedOpenAtFirst":    {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: open, readings: openReadings - 1}, retry, retry},
		"MaybeClosedOpenStill":      {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: open, readings: openReadings}, undeliverable, retry},
		"MaybeClosedOpenForMinutes": {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryRead, closing: open, readings: openReadingsDoubtful}, undeliverable, undeliverable},
		"MaybeClosedHistoryBusy":    {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryBusy, readings: history.MaxReadings - 1}, retry, retry},
		"MaybeClosedBusyForEver":    {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryBusy, readings: history.MaxReadings}, unconfirmed, unconfirmed},
		"MaybeClosedHistoryPutOff":  {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryPutOff, readings: history.MaxReadings}, retry, retry},
		"MaybeClosedDenied":         {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryUnreadable, reading: callbacks.AnswerDenied, readings: history.DeniedReadings - 1}, retry, retry},
		"MaybeClosedDeniedStill":    {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryUnreadable, reading: callbacks.AnswerDenied, readings: history.DeniedReadings}, unconfirmed, unconfirmed},
		"MaybeClosedUnreadable":     {evidence{answer: callbacks.AnswerMaybeClosed, history: callbacks.HistoryUnreadable, readings: 1}, unconfirmed, unconfirmed},

		// Past the deadline by our clock the history is asked whatever Lambda answers. While it is
		// open there, Lambda waits.
		"LateClosedByOurs":      {evidence{answer: callbacks.AnswerThrottled, history: callbacks.HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"LateClosedByClock":     {evidence{answer: callbacks.AnswerUnsent, history: callbacks.HistoryRead, closing: byClock}, lost, lost},
		"LateTruncated":         {evidence{answer: callbacks.AnswerDenied, history: callbacks.HistoryRead, closing: byClient(nil)}, lost, unconfirmed},
		"LateOpen":              {evidence{answer: callbacks.AnswerThrottled, history: callbacks.HistoryRead, closing: open, readings: history.MaxReadings}, retry, retry},
		"LateBusy":              {evidence{answer: callbacks.AnswerFault, history: callbacks.HistoryBusy, readings: history.MaxReadings - 1}, retry, retry},
		"LateBusyForEver":       {evidence{answer: callbacks.AnswerUnsent, history: callbacks.HistoryBusy, readings: history.MaxReadings}, undeliverable, unconfirmed},
		"LatePutOff":            {evidence{answer: callbacks.AnswerThrottled, history: callbacks.HistoryPutOff, readings: history.MaxReadings}, retry, retry},
		"LateUnreadable":        {evidence{answer: callbacks.AnswerDenied, history: callbacks.HistoryUnreadable, readings: history.MaxReadings - 1}, retry, retry},
		"LateUnreadableForEver": {evidence{answer: callbacks.AnswerDenied, history: callbacks.HistoryUnreadable, readings: history.MaxReadings}, undeliverable, unconfirmed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for doubtful, want := range map[bool]verdict{false: tt.sure, true: tt.doubted} {
				tt.e.doubtful = doubtful
				if got := judge(tt.e, ours); got != want {
					t.Errorf("judge(%+v) = %s, want %s", tt.e, got, want)
				}
			}
		})
	}
}

// TestEveryAnswerHasAVerdict: whatever Lambda answers ends some day where no history can be read,
// as lost only by its own word.
func TestEveryAnswerHasAVerdict(t *testing.T) {
	t.Parallel()
	ours := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`1`)}
	for _, a := range []callbacks.Answer{callbacks.AnswerAccepted, callbacks.AnswerClosed, callbacks.AnswerMaybeClosed, callbacks.AnswerInvalid, callbacks.AnswerGone, callbacks.AnswerDenied, callbacks.AnswerThrottled, callbacks.AnswerKMS, callbacks.AnswerFault, callbacks.AnswerNone, callbacks.AnswerUnsent, callbacks.AnswerSkew, callbacks.AnswerCredentials} {
		e := evidence{answer: a, history: callbacks.HistoryUnreadable, readings: history.MaxReadings}
		if v := judge(e, ours); v == retry || v == unconfirmed && a != callbacks.AnswerMaybeClosed || v == lost && !a.Closed() {
			t.Errorf("%s without doubt ends as %s", a, v)
		}
		e.doubtful = true
		if v := judge(e, ours); v == retry || v == lost {
			t.Errorf("%s after a doubtful attempt ends as %s: nothing proves that the decision did not arrive", a, v)
		}
	}
}
