package sqlstore

// callbackColumns are the columns of callbacks, in the order of values.
const callbackColumns = `
	id, callback_id, callback_hash, execution_arn, execution_hash, region, function, name,
	queue, source, title, requester_name, requester_email, requester_id, requester_stated_by,
	outcomes, requirement, keep_alive, started_at, timeout, heartbeat_timeout,
	last_heartbeat_at, seen_open_at, execution_deadline, deadline, deadline_cause,
	received_at, state, revision, next_heartbeat_at, held_until, heartbeats, problem,
	decision, decided_by, ending, ended_at, failed, gone, missed_heartbeats,
	signature_count, waiting_since, escalates_at, escalated_at, escalated_to`

var insertCallback = insertText("callbacks", callbackColumns)

func (r *callbackRow) values() []any {
	return []any{
		r.ID, r.CallbackID, r.CallbackHash, r.ExecutionARN, r.ExecutionHash, r.Region,
		r.Function, r.Name, r.Queue, r.Source, r.Title, r.RequesterName, r.RequesterEmail,
		r.RequesterID, r.RequesterStatedBy, r.Outcomes, r.Requirement, r.KeepAlive, r.StartedAt,
		r.Timeout, r.HeartbeatTimeout, r.LastHeartbeatAt, r.SeenOpenAt, r.ExecutionDeadline,
		r.Deadline, r.DeadlineCause, r.ReceivedAt, r.State, r.Revision, r.NextHeartbeatAt,
		r.HeldUntil, r.Heartbeats, r.Problem, r.Decision, r.DecidedBy, r.Ending, r.EndedAt,
		r.Failed, r.Gone, r.MissedHeartbeats, r.SignatureCount, r.WaitingSince,
		r.EscalatesAt, r.EscalatedAt, r.EscalatedTo,
	}
}

func (r *callbackRow) columns() string { return "num, " + callbackColumns }

func (r *callbackRow) places() []any {
	return []any{
		&r.Num, &r.ID, &r.CallbackID, &r.CallbackHash, &r.ExecutionARN, &r.ExecutionHash,
		&r.Region, &r.Function, &r.Name, &r.Queue, &r.Source, &r.Title, &r.RequesterName,
		&r.RequesterEmail, &r.RequesterID, &r.RequesterStatedBy, &r.Outcomes, &r.Requirement,
		&r.KeepAlive, &r.StartedAt, &r.Timeout, &r.HeartbeatTimeout, &r.LastHeartbeatAt,
		&r.SeenOpenAt, &r.ExecutionDeadline, &r.Deadline, &r.DeadlineCause, &r.ReceivedAt,
		&r.State, &r.Revision, &r.NextHeartbeatAt, &r.HeldUntil, &r.Heartbeats, &r.Problem,
		&r.Decision, &r.DecidedBy, &r.Ending, &r.EndedAt, &r.Failed, &r.Gone, &r.MissedHeartbeats,
		&r.SignatureCount, &r.WaitingSince, &r.EscalatesAt, &r.EscalatedAt, &r.EscalatedTo,
	}
}

// changes returns the columns in which a row differs from its earlier version.
func (r *callbackRow) changes(was *callbackRow) (c changes) {
	changed(&c, "id", was.ID, r.ID)
	changed(&c, "callback_id", was.CallbackID, r.CallbackID)
	c.bytes("callback_hash", was.CallbackHash, r.CallbackHash)
	changed(&c, "execution_arn", was.ExecutionARN, r.ExecutionARN)
	c.bytes("execution_hash", was.ExecutionHash, r.ExecutionHash)
	changed(&c, "region", was.Region, r.Region)
	changed(&c, "function", was.Function, r.Function)
	changed(&c, "name", was.Name, r.Name)
	changed(&c, "queue", was.Queue, r.Queue)
	changed(&c, "source", was.Source, r.Source)
	changed(&c, "title", was.Title, r.Title)
	changed(&c, "requester_name", was.RequesterName, r.RequesterName)
	changed(&c, "requester_email", was.RequesterEmail, r.RequesterEmail)
	changed(&c, "requester_id", was.RequesterID, r.RequesterID)
	changed(&c, "requester_stated_by", was.RequesterStatedBy, r.RequesterStatedBy)
	changed(&c, "outcomes", was.Outcomes, r.Outcomes)
	changed(&c, "requirement", was.Requirement, r.Requirement)
	changed(&c, "keep_alive", was.KeepAlive, r.KeepAlive)
	changed(&c, "started_at", was.StartedAt, r.StartedAt)
	changed(&c, "timeout", was.Timeout, r.Timeout)
	changed(&c, "heartbeat_timeout", was.HeartbeatTimeout, r.HeartbeatTimeout)
	changed(&c, "last_heartbeat_at", was.LastHeartbeatAt, r.LastHeartbeatAt)
	changed(&c, "seen_open_at", was.SeenOpenAt, r.SeenOpenAt)
	changed(&c, "execution_deadline", was.ExecutionDeadline, r.ExecutionDeadline)
	changed(&c, "deadline", was.Deadline, r.Deadline)
	changed(&c, "deadline_cause", was.DeadlineCause, r.DeadlineCause)
	changed(&c, "received_at", was.ReceivedAt, r.ReceivedAt)
	changed(&c, "state", was.State, r.State)
	changed(&c, "revision", was.Revision, r.Revision)
	changed(&c, "next_heartbeat_at", was.NextHeartbeatAt, r.NextHeartbeatAt)
	changed(&c, "held_until", was.HeldUntil, r.HeldUntil)
	changed(&c, "heartbeats", was.Heartbeats, r.Heartbeats)
	changed(&c, "problem", was.Problem, r.Problem)
	changed(&c, "decision", was.Decision, r.Decision)
	changed(&c, "decided_by", was.DecidedBy, r.DecidedBy)
	changed(&c, "ending", was.Ending, r.Ending)
	changed(&c, "ended_at", was.EndedAt, r.EndedAt)
	changed(&c, "failed", was.Failed, r.Failed)
	changed(&c, "gone", was.Gone, r.Gone)
	changed(&c, "missed_heartbeats", was.MissedHeartbeats, r.MissedHeartbeats)
	changed(&c, "signature_count", was.SignatureCount, r.SignatureCount)
	changed(&c, "waiting_since", was.WaitingSince, r.WaitingSince)
	changed(&c, "escalates_at", was.EscalatesAt, r.EscalatesAt)
	changed(&c, "escalated_at", was.EscalatedAt, r.EscalatedAt)
	changed(&c, "escalated_to", was.EscalatedTo, r.EscalatedTo)
	return c
}
