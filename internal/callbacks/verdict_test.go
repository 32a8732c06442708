package callbacks

import (
	"testing"
	"time"
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

		"ClosedByClock":        {evidence{answer: AnswerClosed, history: historyRead, closing: byClock}, lost, lost},
		"ClosedByExecution":    {evidence{answer: AnswerClosed, history: historyRead, closing: byExecution}, lost, lost},
		"ClosedByOurs":         {evidence{answer: AnswerClosed, history: historyRead, closing: byClient(&same)}, delivered, delivered},
		"ClosedByOtherPayload": {evidence{answer: AnswerClosed, history: historyRead, closing: byClient(&other)}, lost, lost},
		"ClosedByOtherKind":    {evidence{answer: AnswerClosed, history: historyRead, closing: byClient(&sameBytesFailed)}, lost, lost},
		"ClosedTruncated":      {evidence{answer: AnswerClosed, history: historyRead, closing: byClient(nil)}, lost, unconfirmed},
		"ClosedTruncatedOurs":  {evidence{answer: AnswerClosed, history: historyRead, closing: Closing{By: EndedByOther, Kind: Success}}, lost, unconfirmed},
		"ClosedTruncatedOther": {evidence{answer: AnswerClosed, history: historyRead, closing: Closing{By: EndedByOther, Kind: Failure}}, lost, lost},
		"ClosedHistoryLags":    {evidence{answer: AnswerClosed, history: historyRead, closing: open, readings: maxReadings - 1}, retry, retry},
		"ClosedLagsForEver":    {evidence{answer: AnswerClosed, history: historyRead, closing: open, readings: maxReadings}, lost, unconfirmed},
		"ClosedHistoryBusy":    {evidence{answer: AnswerClosed, history: historyBusy, readings: maxReadings - 1}, retry, retry},
		"ClosedBusyForEver":    {evidence{answer: AnswerClosed, history: historyBusy, readings: maxReadings}, lost, unconfirmed},
		"ClosedHistoryPutOff":  {evidence{answer: AnswerClosed, history: historyPutOff, readings: maxReadings}, retry, retry},
		"ClosedUnreadable":     {evidence{answer: AnswerClosed, history: historyUnreadable, readings: 1}, lost, unconfirmed},
		"ClosedDenied":         {evidence{answer: AnswerClosed, history: historyUnreadable, reading: AnswerDenied, readings: deniedReadings - 1}, retry, retry},
		"ClosedDeniedStill":    {evidence{answer: AnswerClosed, history: historyUnreadable, reading: AnswerDenied, readings: deniedReadings}, lost, unconfirmed},
		"ClosedRefused":        {evidence{answer: AnswerClosed, history: historyUnreadable, reading: AnswerInvalid, readings: 1}, lost, unconfirmed},
		"GoneByOurs":           {evidence{answer: AnswerGone, history: historyRead, closing: byClient(&same)}, delivered, delivered},
		"GoneUnreadable":       {evidence{answer: AnswerGone, history: historyUnreadable, readings: 1}, lost, unconfirmed},

		// InvalidParameterValueException means "closed" in one dialect and "refused" in another. A history that shows the end
		// decides as it does for "closed"; one that goes on showing it open says that the request is refused.
		"MaybeClosedByClock":        {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: byClock}, lost, lost},
		"MaybeClosedByExecution":    {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: byExecution}, lost, lost},
		"MaybeClosedByOurs":         {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: byClient(&same)}, delivered, delivered},
		"MaybeClosedByOtherPayload": {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: byClient(&other)}, lost, lost},
		"MaybeClosedByOtherKind":    {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: byClient(&sameBytesFailed)}, lost, lost},
		"MaybeClosedTruncated":      {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: byClient(nil)}, lost, unconfirmed},
		"MaybeClosedOpenAtFirst":    {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: open, readings: openReadings - 1}, retry, retry},
		"MaybeClosedOpenStill":      {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: open, readings: openReadings}, undeliverable, retry},
		"MaybeClosedOpenForMinutes": {evidence{answer: AnswerMaybeClosed, history: historyRead, closing: open, readings: openReadingsDoubtful}, undeliverable, undeliverable},
		"MaybeClosedHistoryBusy":    {evidence{answer: AnswerMaybeClosed, history: historyBusy, readings: maxReadings - 1}, retry, retry},
		"MaybeClosedBusyForEver":    {evidence{answer: AnswerMaybeClosed, history: historyBusy, readings: maxReadings}, unconfirmed, unconfirmed},
		"MaybeClosedHistoryPutOff":  {evidence{answer: AnswerMaybeClosed, history: historyPutOff, readings: maxReadings}, retry, retry},
		"MaybeClosedDenied":         {evidence{answer: AnswerMaybeClosed, history: historyUnreadable, reading: AnswerDenied, readings: deniedReadings - 1}, retry, retry},
		"MaybeClosedDeniedStill":    {evidence{answer: AnswerMaybeClosed, history: historyUnreadable, reading: AnswerDenied, readings: deniedReadings}, unconfirmed, unconfirmed},
		"MaybeClosedUnreadable":     {evidence{answer: AnswerMaybeClosed, history: historyUnreadable, readings: 1}, unconfirmed, unconfirmed},

		// Past the deadline by our clock the history is asked whatever Lambda answers. While it is open there, Lambda waits.
		"LateClosedByOurs":      {evidence{answer: AnswerThrottled, history: historyRead, closing: byClient(&same)}, delivered, delivered},
		"LateClosedByClock":     {evidence{answer: AnswerUnsent, history: historyRead, closing: byClock}, lost, lost},
		"LateTruncated":         {evidence{answer: AnswerDenied, history: historyRead, closing: byClient(nil)}, lost, unconfirmed},
		"LateOpen":              {evidence{answer: AnswerThrottled, history: historyRead, closing: open, readings: maxReadings}, retry, retry},
		"LateBusy":              {evidence{answer: AnswerFault, history: historyBusy, readings: maxReadings - 1}, retry, retry},
		"LateBusyForEver":       {evidence{answer: AnswerUnsent, history: historyBusy, readings: maxReadings}, undeliverable, unconfirmed},
		"LatePutOff":            {evidence{answer: AnswerThrottled, history: historyPutOff, readings: maxReadings}, retry, retry},
		"LateUnreadable":        {evidence{answer: AnswerDenied, history: historyUnreadable, readings: maxReadings - 1}, retry, retry},
		"LateUnreadableForEver": {evidence{answer: AnswerDenied, history: historyUnreadable, readings: maxReadings}, undeliverable, unconfirmed},
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
		e := evidence{answer: a, history: historyUnreadable, readings: maxReadings}
		if v := judge(e, ours); v == retry || v == unconfirmed && a != AnswerMaybeClosed || v == lost && !a.Closed() {
			t.Errorf("%s without doubt ends as %s", a, v)
		}
		e.doubtful = true
		if v := judge(e, ours); v == retry || v == lost {
			t.Errorf("%s after a doubtful attempt ends as %s: nothing proves that the decision did not arrive", a, v)
		}
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tries            int
		retryAfter, left time.Duration
		jitter           float64
		atLeast, atMost  time.Duration
	}{
		"First":                {1, 0, 0, 0, 500 * time.Millisecond, 500 * time.Millisecond},
		"FirstWithJitter":      {1, 0, 0, 1, 625 * time.Millisecond, 625 * time.Millisecond},
		"Fourth":               {4, 0, 0, 0, 4 * time.Second, 4 * time.Second},
		"Bounded":              {40, 0, 0, 0, maxBackoff, maxBackoff},
		"AsLambdaAsks":         {1, 19 * time.Second, 0, 0, 19 * time.Second, 19 * time.Second},
		"LeavesRoomBeforeEnd":  {8, 0, 10 * time.Second, 0, 5 * time.Second, 5 * time.Second},
		"NeverSpinsAtTheEnd":   {8, 0, 10 * time.Millisecond, 0, 200 * time.Millisecond, 200 * time.Millisecond},
		"PastTheEndFreeToWait": {3, 0, -time.Minute, 0, 2 * time.Second, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := backoff(tt.tries, tt.retryAfter, tt.left, tt.jitter); got < tt.atLeast || got > tt.atMost {
				t.Errorf("got %v, want %v to %v", got, tt.atLeast, tt.atMost)
			}
		})
	}
}
