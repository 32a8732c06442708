package viewstest

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
)

// Comment is the comment that Mara entered.
const Comment = "Hotel over cap was agreed. Card slip is enough for line 7."

// Pending is EXP-2291 while Mara and Dana review it.
func Pending() desk.Sheet {
	c := Rows()[2].Callback
	return desk.Sheet{
		Callback: c,
		Content: callbacks.Content{
			Description: "markdown", Payload: []byte(Payload),
			Links: []callbacks.Link{{Title: "10 receipts, 1 card slip", URL: "https://receipts.harborline.example/EXP-2291"}},
			Tags:  []string{"travel", "over-policy"},
		},
		Reviews: []callbacks.Review{
			{ID: "r1", Callback: c.ID, By: Dana, OpenedAt: Now.Add(-3 * time.Minute), RenewedAt: Now, LastInputAt: Now},
			{ID: "r2", Callback: c.ID, By: Mara.Actor(), OpenedAt: Now.Add(-172 * time.Second), RenewedAt: Now, LastInputAt: Now.Add(-172 * time.Second)},
		},
		Audit: Audit(c),
	}
}

// Decided is EXP-2291 after Mara approved it.
func Decided() desk.Sheet {
	m := Pending()
	m.Reviews = nil
	made := Previews(m.Callback, "Hotel over cap was agreed.")[0].Completion
	at := Now.Add(-4 * time.Second)
	m.Callback.State = callbacks.Decided
	m.Callback.Decision = &callbacks.Decision{
		Outcome: "approve", Label: "Approve", Kind: callbacks.Success, By: Mara.Actor(), At: at,
		Comment: "Hotel over cap was agreed.", SHA256: made.SHA256(), Size: len(made.Body()),
	}
	m.Delivery = &callbacks.Delivery{Callback: m.Callback.ID, Completion: made, DueAt: Now}
	m.Audit = append([]callbacks.AuditEntry{{
		Seq: 48113, At: at, Actor: Mara.Actor(), Action: callbacks.ActionDecided, Callback: m.Callback.ID, From: callbacks.Pending, To: callbacks.Decided,
	}}, m.Audit...)
	return m
}

func attempt(m desk.Sheet, n int, after time.Duration, reply replies.Reply, status int, code string) callbacks.Attempt {
	began := m.Callback.Decision.At.Add(after)
	return callbacks.Attempt{Number: n, StartedAt: began, EndedAt: began.Add(187 * time.Millisecond), Reply: reply, Status: status, Code: code}
}

// Completed is EXP-2291 after Lambda accepted the approval.
func Completed() desk.Sheet {
	m := Decided()
	m.Callback.State = callbacks.Completed
	m.Delivery.Tries, m.Delivery.DueAt = 1, time.Time{}
	m.Delivery.Attempts = []callbacks.Attempt{attempt(m, 1, 107*time.Millisecond, replies.Accepted, 200, "")}
	m.Callback.Ending = &callbacks.Ending{By: callbacks.EndedByUs, At: m.Delivery.Attempts[0].EndedAt, Kind: callbacks.Success}
	return m
}

// Proven is EXP-2291 after the history showed the bytes that were sent.
func Proven() desk.Sheet {
	m := Completed()
	m.Callback.Ending.Event, m.Callback.Ending.Proven = 14, true
	m.Audit = append([]callbacks.AuditEntry{{
		Seq: 48115, At: Now, Actor: System, Action: callbacks.ActionReceipt, Callback: m.Callback.ID,
		Facts: callbacks.Facts{Ending: m.Callback.Ending, Decision: m.Callback.Decision},
	}}, m.Audit...)
	return m
}

// Retrying is EXP-2291 while Lambda throttles its delivery.
func Retrying() desk.Sheet {
	m := Decided()
	m.Callback.Problem = replies.Throttled
	m.Delivery.Tries, m.Delivery.DueAt = 2, Now.Add(12*time.Second)
	m.Delivery.Attempts = []callbacks.Attempt{
		attempt(m, 1, 100*time.Millisecond, replies.Throttled, 429, "TooManyRequestsException"),
		attempt(m, 2, 900*time.Millisecond, replies.Throttled, 429, "TooManyRequestsException"),
	}
	return m
}

// Lost is EXP-2291 after another person, another client or a clock was faster than Mara.
func Lost(by callbacks.EndedBy, clock callbacks.DeadlineCause) desk.Sheet {
	m := Decided()
	m.Callback.State = callbacks.Lost
	m.Delivery.Tries, m.Delivery.DueAt = 1, time.Time{}
	m.Delivery.Attempts = []callbacks.Attempt{attempt(m, 1, 100*time.Millisecond, replies.Closed, 400, "CallbackTimeoutException")}
	m.Callback.Ending = &callbacks.Ending{By: by, Cause: clock, At: m.Callback.Decision.At.Add(-800 * time.Millisecond)}
	return m
}

// WithoutEffect is EXP-2291 after Lambda accepted the approval although another client had been
// faster.
func WithoutEffect() desk.Sheet {
	m := Lost(callbacks.EndedByOther, callbacks.NoDeadline)
	m.Callback.Ending.Event, m.Callback.Ending.Accepted = 14, true
	m.Delivery.Attempts = []callbacks.Attempt{{Number: 1, StartedAt: Now, EndedAt: Now, Reply: replies.Accepted, Status: 200}}
	return m
}

// Troubled is EXP-2291 after its delivery ended without success.
func Troubled(state callbacks.State, reply replies.Reply, status int, code string) desk.Sheet {
	m := Decided()
	m.Callback.State, m.Callback.Problem = state, reply
	m.Delivery.Tries, m.Delivery.DueAt = 1, time.Time{}
	m.Delivery.Attempts = []callbacks.Attempt{attempt(m, 1, 100*time.Millisecond, reply, status, code)}
	ending := m.Callback.EndedUndelivered(m.Delivery.Attempts[0], Now)
	if state == callbacks.Unconfirmed {
		ending = m.Callback.EndedUnconfirmed(callbacks.DoubtDenied, true, Now)
	}
	m.Callback.Ending = &ending
	return m
}

// InDoubt is EXP-2291 while nobody knows whether the approval arrived.
func InDoubt(d callbacks.Doubt) desk.Sheet {
	m := Troubled(callbacks.Unconfirmed, replies.Closed, 400, "CallbackTimeoutException")
	m.Callback.Ending.Doubt = d
	if d == callbacks.DoubtRefusal {
		m.Callback.Ending.Unread = callbacks.DoubtNoARN
	}
	return m
}

// Ended is EXP-2291 after it ended without a decision.
func Ended(state callbacks.State, e callbacks.Ending) desk.Sheet {
	m := Pending()
	m.Reviews = nil
	m.Callback.State, m.Callback.Ending = state, &e
	return m
}

// EndedRows are rows of the history and of the needs-attention list.
func EndedRows() []desk.Row {
	var rows []desk.Row
	for _, m := range []desk.Sheet{
		Completed(), Lost(callbacks.EndedByClock, callbacks.CauseTimeout), Retrying(),
		Troubled(callbacks.Undeliverable, replies.Invalid, 400, "InvalidParameterValueException"),
		Ended(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat, At: Now.Add(-time.Hour)}),
		Ended(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution, At: Now.Add(-26 * time.Hour)}),
	} {
		m.Callback.ID += callbacks.ID(m.Callback.State)
		rows = append(rows, desk.Row{Callback: m.Callback})
	}
	return rows
}

// FailHeartbeats changes a callback to one whose heartbeats Lambda does not accept.
func FailHeartbeats(c *callbacks.Callback, reply replies.Reply) {
	c.Clocks.LastHeartbeatAt = Now.Add(13*time.Second - c.Clocks.HeartbeatTimeout)
	c.NextHeartbeatAt = Now.Add(2 * time.Second)
	c.MissedHeartbeats = callbacks.MissedHeartbeats{Since: Now.Add(-70 * time.Second), Failed: 5, Reply: reply}
}
