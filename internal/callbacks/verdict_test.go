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

	for name, tt := range map[string]struct {
		e    evidence
		want verdict
	}{
		"Accepted":                 {evidence{answer: AnswerAccepted}, delivered},
		"AcceptedAfterDoubt":       {evidence{answer: AnswerAccepted, doubtful: true}, delivered},
		"AcceptedPastDeadline":     {evidence{answer: AnswerAccepted, overdue: true}, delivered},
		"Invalid":                  {evidence{answer: AnswerInvalid}, undeliverable},
		"InvalidAfterDoubt":        {evidence{answer: AnswerInvalid, doubtful: true}, undeliverable},
		"Throttled":                {evidence{answer: AnswerThrottled}, retry},
		"ThrottledPastDeadline":    {evidence{answer: AnswerThrottled, overdue: true}, lost},
		"ThrottledPastWithDoubt":   {evidence{answer: AnswerThrottled, overdue: true, doubtful: true}, unconfirmed},
		"Denied":                   {evidence{answer: AnswerDenied}, retry},
		"DeniedPastDeadline":       {evidence{answer: AnswerDenied, overdue: true}, lost},
		"KMS":                      {evidence{answer: AnswerKMS, doubtful: true}, retry},
		"KMSPastDeadline":          {evidence{answer: AnswerKMS, doubtful: true, overdue: true}, unconfirmed},
		"Fault":                    {evidence{answer: AnswerFault, doubtful: true}, retry},
		"FaultPastDeadline":        {evidence{answer: AnswerFault, doubtful: true, overdue: true}, unconfirmed},
		"NoAnswer":                 {evidence{answer: AnswerNone, doubtful: true}, retry},
		"NoAnswerPastDeadline":     {evidence{answer: AnswerNone, doubtful: true, overdue: true}, unconfirmed},
		"Unsent":                   {evidence{answer: AnswerUnsent}, retry},
		"UnsentPastDeadline":       {evidence{answer: AnswerUnsent, overdue: true}, lost},
		"ClosedByClock":            {evidence{answer: AnswerClosed, history: historyRead, closing: Closing{By: EndedByClock}}, lost},
		"ClosedByClockAfterDoubt":  {evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: Closing{By: EndedByClock}}, lost},
		"ClosedByExecution":        {evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: Closing{By: EndedByExecution}}, lost},
		"ClosedOursAfterAll":       {evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: byClient(&same)}, delivered},
		"ClosedByOtherPayload":     {evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: byClient(&other)}, lost},
		"ClosedByOtherKind":        {evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: byClient(&sameBytesFailed)}, lost},
		"ClosedTruncatedDoubt":     {evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: byClient(nil)}, unconfirmed},
		"ClosedTruncatedCertain":   {evidence{answer: AnswerClosed, history: historyRead, closing: byClient(nil)}, lost},
		"ClosedUnreadableCertain":  {evidence{answer: AnswerClosed, history: historyUnreadable}, lost},
		"ClosedUnreadableDoubt":    {evidence{answer: AnswerClosed, doubtful: true, history: historyUnreadable}, unconfirmed},
		"ClosedHistoryLags":        {evidence{answer: AnswerClosed, history: historyRead, closing: Closing{Open: true}, readings: 1}, retry},
		"ClosedHistoryLagsForEver": {evidence{answer: AnswerClosed, doubtful: true, history: historyRead, closing: Closing{Open: true}, readings: maxReadings}, unconfirmed},
		"ClosedHistoryBusy":        {evidence{answer: AnswerClosed, doubtful: true, history: historyBusy, readings: 1}, retry},
		"ClosedHistoryBusyForEver": {evidence{answer: AnswerClosed, history: historyBusy, readings: maxReadings}, lost},
		"ClosedHistoryBusyStill":   {evidence{answer: AnswerClosed, doubtful: true, history: historyBusy, readings: maxReadings - 1}, retry},
		"ClosedHistoryPutOff":      {evidence{answer: AnswerClosed, doubtful: true, history: historyPutOff}, retry},
		"ClosedPutOffOverdue":      {evidence{answer: AnswerClosed, doubtful: true, history: historyPutOff, overdue: true}, unconfirmed},
		"ClosedHistoryBusyOverdue": {evidence{answer: AnswerClosed, doubtful: true, history: historyBusy, overdue: true}, unconfirmed},
		"GoneUnreadableCertain":    {evidence{answer: AnswerGone, history: historyUnreadable}, lost},
		"GoneUnreadableDoubt":      {evidence{answer: AnswerGone, doubtful: true, history: historyUnreadable}, unconfirmed},
		"GoneOursAfterAll":         {evidence{answer: AnswerGone, doubtful: true, history: historyRead, closing: byClient(&same)}, delivered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := judge(tt.e, ours); got != tt.want {
				t.Errorf("judge(%+v) = %s, want %s", tt.e, got, tt.want)
			}
		})
	}
}

func TestEveryAnswerHasAVerdict(t *testing.T) {
	t.Parallel()
	ours := Completion{Kind: Success, Result: []byte(`1`)}
	for _, a := range []Answer{AnswerAccepted, AnswerClosed, AnswerInvalid, AnswerGone, AnswerDenied, AnswerThrottled, AnswerKMS, AnswerFault, AnswerNone, AnswerUnsent} {
		certain := judge(evidence{answer: a, history: historyUnreadable, overdue: true}, ours)
		if certain == retry || certain == unconfirmed {
			t.Errorf("%s without doubt and past the deadline ends as %s, want a definite end", a, certain)
		}
		doubt := judge(evidence{answer: a, doubtful: true, history: historyUnreadable, overdue: true}, ours)
		if doubt == lost {
			t.Errorf("%s after a doubtful attempt ends as lost: nothing proves that the decision did not arrive", a)
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
