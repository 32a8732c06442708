package callbacks

import (
	"testing"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	ours := Completion{Kind: Success, Result: []byte(`{"approved":true}`)}
	same := Completion{Kind: Success, Result: []byte(`{"approved":true}`)}
	other := Completion{Kind: Success, Result: []byte(`{"approved":false}`)}
	sameBytesFailed := Completion{Kind: Failure, Error: ErrorObject{ErrorType: "Rejected"}}
	byClient := func(c *Completion) Closing { return Closing{By: EndedByOther, Completion: c} }
	open, byClock, byExecution := Closing{Open: true}, Closing{By: EndedByClock}, Closing{By: EndedByExecution}

	for name, tt := range map[string]struct {
		e             evidence
		sure, doubted verdict // without and with an attempt whose answer was lost
	}{
		"Accepted":  {evidence{answer: AnswerAccepted}, delivered, delivered},
		"Invalid":   {evidence{answer: AnswerInvalid}, undeliverable, undeliverable},
		"Throttled": {evidence{answer: AnswerThrottled}, retry, retry},
		"Denied":    {evidence{answer: AnswerDenied}, retry, retry},
		"KMS":       {evidence{answer: AnswerKMS}, retry, retry},
		"Fault":     {evidence{answer: AnswerFault}, retry, retry},
		"NoAnswer":  {evidence{answer: AnswerNone}, retry, retry},
		"Unsent":    {evidence{answer: AnswerUnsent}, retry, retry},
		"Skew":      {evidence{answer: AnswerSkew}, retry, retry},
		"Bad":       {evidence{answer: AnswerCredentials}, retry, retry},

		"ClosedByClock":        {evidence{answer: AnswerClosed, history: HistoryRead, closing: byClock}, lost, lost},
		"ClosedByExecution":    {evidence{answer: AnswerClosed, history: HistoryRead, closing: byExecution}, lost, lost},
		"ClosedByOurs":         {evidence{answer: AnswerClosed, history: HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"ClosedByOtherPayload": {evidence{answer: AnswerClosed, history: HistoryRead, closing: byClient(&other)}, lost, lost},
		"ClosedByOtherKind":    {evidence{answer: AnswerClosed, history: HistoryRead, closing: byClient(&sameBytesFailed)}, lost, lost},
		"ClosedTruncated":      {evidence{answer: AnswerClosed, history: HistoryRead, closing: byClient(nil)}, lost, unconfirmed},
		"ClosedTruncatedOurs":  {evidence{answer: AnswerClosed, history: HistoryRead, closing: Closing{By: EndedByOther, Kind: Success}}, lost, unconfirmed},
		"ClosedTruncatedOther": {evidence{answer: AnswerClosed, history: HistoryRead, closing: Closing{By: EndedByOther, Kind: Failure}}, lost, lost},
		"ClosedHistoryLags":    {evidence{answer: AnswerClosed, history: HistoryRead, closing: open, readings: MaxReadings - 1}, retry, retry},
		"ClosedLagsForEver":    {evidence{answer: AnswerClosed, history: HistoryRead, closing: open, readings: MaxReadings}, lost, unconfirmed},
		"ClosedHistoryBusy":    {evidence{answer: AnswerClosed, history: HistoryBusy, readings: MaxReadings - 1}, retry, retry},
		"ClosedBusyForEver":    {evidence{answer: AnswerClosed, history: HistoryBusy, readings: MaxReadings}, lost, unconfirmed},
		"ClosedHistoryPutOff":  {evidence{answer: AnswerClosed, history: HistoryPutOff, readings: MaxReadings}, retry, retry},
		"ClosedUnreadable":     {evidence{answer: AnswerClosed, history: HistoryUnreadable, readings: 1}, lost, unconfirmed},
		"ClosedDenied":         {evidence{answer: AnswerClosed, history: HistoryUnreadable, reading: AnswerDenied, readings: DeniedReadings - 1}, retry, retry},
		"ClosedDeniedStill":    {evidence{answer: AnswerClosed, history: HistoryUnreadable, reading: AnswerDenied, readings: DeniedReadings}, lost, unconfirmed},
		"ClosedRefused":        {evidence{answer: AnswerClosed, history: HistoryUnreadable, reading: AnswerInvalid, readings: 1}, lost, unconfirmed},
		"GoneByOurs":           {evidence{answer: AnswerGone, history: HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"GoneUnreadable":       {evidence{answer: AnswerGone, history: HistoryUnreadable, readings: 1}, lost, unconfirmed},

		// InvalidParameterValueException means "closed" in one dialect and "refused" in another. A history that shows the end
		// decides as it does for "closed"; one that goes on showing it open says that the request is refused.
		"MaybeClosedByClock":        {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: byClock}, lost, lost},
		"MaybeClosedByExecution":    {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: byExecution}, lost, lost},
		"MaybeClosedByOurs":         {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"MaybeClosedByOtherPayload": {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: byClient(&other)}, lost, lost},
		"MaybeClosedByOtherKind":    {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: byClient(&sameBytesFailed)}, lost, lost},
		"MaybeClosedTruncated":      {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: byClient(nil)}, lost, unconfirmed},
		"MaybeClosedOpenAtFirst":    {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: open, readings: openReadings - 1}, retry, retry},
		"MaybeClosedOpenStill":      {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: open, readings: openReadings}, undeliverable, retry},
		"MaybeClosedOpenForMinutes": {evidence{answer: AnswerMaybeClosed, history: HistoryRead, closing: open, readings: openReadingsDoubtful}, undeliverable, undeliverable},
		"MaybeClosedHistoryBusy":    {evidence{answer: AnswerMaybeClosed, history: HistoryBusy, readings: MaxReadings - 1}, retry, retry},
		"MaybeClosedBusyForEver":    {evidence{answer: AnswerMaybeClosed, history: HistoryBusy, readings: MaxReadings}, unconfirmed, unconfirmed},
		"MaybeClosedHistoryPutOff":  {evidence{answer: AnswerMaybeClosed, history: HistoryPutOff, readings: MaxReadings}, retry, retry},
		"MaybeClosedDenied":         {evidence{answer: AnswerMaybeClosed, history: HistoryUnreadable, reading: AnswerDenied, readings: DeniedReadings - 1}, retry, retry},
		"MaybeClosedDeniedStill":    {evidence{answer: AnswerMaybeClosed, history: HistoryUnreadable, reading: AnswerDenied, readings: DeniedReadings}, unconfirmed, unconfirmed},
		"MaybeClosedUnreadable":     {evidence{answer: AnswerMaybeClosed, history: HistoryUnreadable, readings: 1}, unconfirmed, unconfirmed},

		// Past the deadline by our clock the history is asked whatever Lambda answers. While it is open there, Lambda waits.
		"LateClosedByOurs":      {evidence{answer: AnswerThrottled, history: HistoryRead, closing: byClient(&same)}, delivered, delivered},
		"LateClosedByClock":     {evidence{answer: AnswerUnsent, history: HistoryRead, closing: byClock}, lost, lost},
		"LateTruncated":         {evidence{answer: AnswerDenied, history: HistoryRead, closing: byClient(nil)}, lost, unconfirmed},
		"LateOpen":              {evidence{answer: AnswerThrottled, history: HistoryRead, closing: open, readings: MaxReadings}, retry, retry},
		"LateBusy":              {evidence{answer: AnswerFault, history: HistoryBusy, readings: MaxReadings - 1}, retry, retry},
		"LateBusyForEver":       {evidence{answer: AnswerUnsent, history: HistoryBusy, readings: MaxReadings}, undeliverable, unconfirmed},
		"LatePutOff":            {evidence{answer: AnswerThrottled, history: HistoryPutOff, readings: MaxReadings}, retry, retry},
		"LateUnreadable":        {evidence{answer: AnswerDenied, history: HistoryUnreadable, readings: MaxReadings - 1}, retry, retry},
		"LateUnreadableForEver": {evidence{answer: AnswerDenied, history: HistoryUnreadable, readings: MaxReadings}, undeliverable, unconfirmed},
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

// TestEveryAnswerHasAVerdict: whatever Lambda answers ends some day where no history can be read, as lost only by its own word.
func TestEveryAnswerHasAVerdict(t *testing.T) {
	t.Parallel()
	ours := Completion{Kind: Success, Result: []byte(`1`)}
	for _, a := range []Answer{AnswerAccepted, AnswerClosed, AnswerMaybeClosed, AnswerInvalid, AnswerGone, AnswerDenied, AnswerThrottled, AnswerKMS, AnswerFault, AnswerNone, AnswerUnsent, AnswerSkew, AnswerCredentials} {
		e := evidence{answer: a, history: HistoryUnreadable, readings: MaxReadings}
		if v := judge(e, ours); v == retry || v == unconfirmed && a != AnswerMaybeClosed || v == lost && !a.Closed() {
			t.Errorf("%s without doubt ends as %s", a, v)
		}
		e.doubtful = true
		if v := judge(e, ours); v == retry || v == lost {
			t.Errorf("%s after a doubtful attempt ends as %s: nothing proves that the decision did not arrive", a, v)
		}
	}
}
