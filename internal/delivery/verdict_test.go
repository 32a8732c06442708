package delivery

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/replies"
)

// How a callback ended, or did not, in a history that was read.
var (
	sameAsOurs   = callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}
	otherPayload = callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":false}`)}
	otherKind    = callbacks.Completion{Kind: callbacks.Failure, Error: callbacks.ErrorObject{ErrorType: "Rejected"}}

	stillOpen         = callbacks.Closing{Open: true}
	closedByClock     = callbacks.Closing{By: callbacks.EndedByClock}
	closedByExecution = callbacks.Closing{By: callbacks.EndedByExecution}
)

func closedByClient(c *callbacks.Completion) callbacks.Closing {
	return callbacks.Closing{By: callbacks.EndedByOther, Completion: c}
}

// judgements are the verdicts on every kind of evidence.
var judgements = map[string]struct {
	e             evidence
	sure, doubted verdict // without and with an attempt whose answer was lost
}{
	"Accepted":  {evidence{reply: replies.Accepted}, delivered, delivered},
	"Invalid":   {evidence{reply: replies.Invalid}, undeliverable, undeliverable},
	"Throttled": {evidence{reply: replies.Throttled}, retry, retry},
	"Denied":    {evidence{reply: replies.Denied}, retry, retry},
	"KMS":       {evidence{reply: replies.KMS}, retry, retry},
	"Fault":     {evidence{reply: replies.Fault}, retry, retry},
	"NoAnswer":  {evidence{reply: replies.None}, retry, retry},
	"Unsent":    {evidence{reply: replies.Unsent}, retry, retry},
	"Skew":      {evidence{reply: replies.Skew}, retry, retry},
	"Bad":       {evidence{reply: replies.Credentials}, retry, retry},

	"ClosedByClock":        {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: closedByClock}, lost, lost},
	"ClosedByExecution":    {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: closedByExecution}, lost, lost},
	"ClosedByOurs":         {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: closedByClient(&sameAsOurs)}, delivered, delivered},
	"ClosedByOtherPayload": {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: closedByClient(&otherPayload)}, lost, lost},
	"ClosedByOtherKind":    {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: closedByClient(&otherKind)}, lost, lost},
	"ClosedTruncated":      {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: closedByClient(nil)}, lost, unconfirmed},
	"ClosedTruncatedOurs":  {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Success}}, lost, unconfirmed},
	"ClosedTruncatedOther": {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Failure}}, lost, lost},
	"ClosedHistoryLags":    {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: stillOpen, readings: history.MaxReadings - 1}, retry, retry},
	"ClosedLagsForEver":    {evidence{reply: replies.Closed, history: callbacks.HistoryRead, closing: stillOpen, readings: history.MaxReadings}, lost, unconfirmed},
	"ClosedHistoryBusy":    {evidence{reply: replies.Closed, history: callbacks.HistoryBusy, readings: history.MaxReadings - 1}, retry, retry},
	"ClosedBusyForEver":    {evidence{reply: replies.Closed, history: callbacks.HistoryBusy, readings: history.MaxReadings}, lost, unconfirmed},
	"ClosedHistoryPutOff":  {evidence{reply: replies.Closed, history: callbacks.HistoryPutOff, readings: history.MaxReadings}, retry, retry},
	"ClosedUnreadable":     {evidence{reply: replies.Closed, history: callbacks.HistoryUnreadable, readings: 1}, lost, unconfirmed},
	"ClosedDenied":         {evidence{reply: replies.Closed, history: callbacks.HistoryUnreadable, reading: replies.Denied, readings: history.DeniedReadings - 1}, retry, retry},
	"ClosedDeniedStill":    {evidence{reply: replies.Closed, history: callbacks.HistoryUnreadable, reading: replies.Denied, readings: history.DeniedReadings}, lost, unconfirmed},
	"ClosedRefused":        {evidence{reply: replies.Closed, history: callbacks.HistoryUnreadable, reading: replies.Invalid, readings: 1}, lost, unconfirmed},
	"GoneByOurs":           {evidence{reply: replies.Gone, history: callbacks.HistoryRead, closing: closedByClient(&sameAsOurs)}, delivered, delivered},
	"GoneUnreadable":       {evidence{reply: replies.Gone, history: callbacks.HistoryUnreadable, readings: 1}, lost, unconfirmed},

	// InvalidParameterValueException means "closed" in one dialect and "refused" in another. A
	// history that shows the end decides as it does for "closed"; one that goes on showing it
	// open says that the request is refused.
	"MaybeClosedByClock":        {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: closedByClock}, lost, lost},
	"MaybeClosedByExecution":    {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: closedByExecution}, lost, lost},
	"MaybeClosedByOurs":         {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: closedByClient(&sameAsOurs)}, delivered, delivered},
	"MaybeClosedByOtherPayload": {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: closedByClient(&otherPayload)}, lost, lost},
	"MaybeClosedByOtherKind":    {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: closedByClient(&otherKind)}, lost, lost},
	"MaybeClosedTruncated":      {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: closedByClient(nil)}, lost, unconfirmed},
	"MaybeClosedOpenAtFirst":    {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: stillOpen, readings: openReadings - 1}, retry, retry},
	"MaybeClosedOpenStill":      {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: stillOpen, readings: openReadings}, undeliverable, retry},
	"MaybeClosedOpenForMinutes": {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryRead, closing: stillOpen, readings: openReadingsDoubtful}, undeliverable, undeliverable},
	"MaybeClosedHistoryBusy":    {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryBusy, readings: history.MaxReadings - 1}, retry, retry},
	"MaybeClosedBusyForEver":    {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryBusy, readings: history.MaxReadings}, unconfirmed, unconfirmed},
	"MaybeClosedHistoryPutOff":  {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryPutOff, readings: history.MaxReadings}, retry, retry},
	"MaybeClosedDenied":         {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryUnreadable, reading: replies.Denied, readings: history.DeniedReadings - 1}, retry, retry},
	"MaybeClosedDeniedStill":    {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryUnreadable, reading: replies.Denied, readings: history.DeniedReadings}, unconfirmed, unconfirmed},
	"MaybeClosedUnreadable":     {evidence{reply: replies.MaybeClosed, history: callbacks.HistoryUnreadable, readings: 1}, unconfirmed, unconfirmed},

	// Past the deadline by our clock the history is asked whatever Lambda answers. While it is
	// open there, Lambda waits.
	"LateClosedByOurs":      {evidence{reply: replies.Throttled, history: callbacks.HistoryRead, closing: closedByClient(&sameAsOurs)}, delivered, delivered},
	"LateClosedByClock":     {evidence{reply: replies.Unsent, history: callbacks.HistoryRead, closing: closedByClock}, lost, lost},
	"LateTruncated":         {evidence{reply: replies.Denied, history: callbacks.HistoryRead, closing: closedByClient(nil)}, lost, unconfirmed},
	"LateOpen":              {evidence{reply: replies.Throttled, history: callbacks.HistoryRead, closing: stillOpen, readings: history.MaxReadings}, retry, retry},
	"LateBusy":              {evidence{reply: replies.Fault, history: callbacks.HistoryBusy, readings: history.MaxReadings - 1}, retry, retry},
	"LateBusyForEver":       {evidence{reply: replies.Unsent, history: callbacks.HistoryBusy, readings: history.MaxReadings}, undeliverable, unconfirmed},
	"LatePutOff":            {evidence{reply: replies.Throttled, history: callbacks.HistoryPutOff, readings: history.MaxReadings}, retry, retry},
	"LateUnreadable":        {evidence{reply: replies.Denied, history: callbacks.HistoryUnreadable, readings: history.MaxReadings - 1}, retry, retry},
	"LateUnreadableForEver": {evidence{reply: replies.Denied, history: callbacks.HistoryUnreadable, readings: history.MaxReadings}, undeliverable, unconfirmed},
}

func TestJudge(t *testing.T) {
	t.Parallel()
	ours := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}
	for name, tt := range judgements {
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

// TestJudge_NoPayload: a history that shows a success without a payload holds an empty result, and
// may hold another one that it does not show.
func TestJudge_NoPayload(t *testing.T) {
	t.Parallel()
	e := evidence{
		reply: replies.Closed, history: callbacks.HistoryRead,
		closing: callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Success, NoPayload: true},
	}
	for _, tt := range []struct {
		ours          callbacks.Completion
		sure, doubted verdict
	}{
		{callbacks.Completion{Kind: callbacks.Success}, delivered, delivered},
		{sameAsOurs, lost, unconfirmed},
		{callbacks.Completion{Kind: callbacks.Failure}, lost, lost},
	} {
		for doubtful, want := range map[bool]verdict{false: tt.sure, true: tt.doubted} {
			if e.doubtful = doubtful; judge(e, tt.ours) != want {
				t.Errorf("%+v, doubtful %t: %s, want %s", tt.ours, doubtful, judge(e, tt.ours), want)
			}
		}
	}
}

// TestEveryAnswerHasAVerdict: whatever Lambda answers ends some day where no history can be read,
// as lost only by its own word.
func TestEveryAnswerHasAVerdict(t *testing.T) {
	t.Parallel()
	ours := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`1`)}
	for _, a := range []replies.Reply{replies.Accepted, replies.Closed, replies.MaybeClosed, replies.Invalid, replies.Gone, replies.Denied, replies.Throttled, replies.KMS, replies.Fault, replies.None, replies.Unsent, replies.Skew, replies.Credentials} {
		e := evidence{reply: a, history: callbacks.HistoryUnreadable, readings: history.MaxReadings}
		if v := judge(e, ours); v == retry || v == unconfirmed && a != replies.MaybeClosed || v == lost && !a.Closed() {
			t.Errorf("%s without doubt ends as %s", a, v)
		}
		e.doubtful = true
		if v := judge(e, ours); v == retry || v == lost {
			t.Errorf("%s after a doubtful attempt ends as %s: nothing proves that the decision did not arrive", a, v)
		}
	}
}
