package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
)

// callbackRow is a row of callbacks. The migration says what its columns mean.
type callbackRow struct {
	bun.BaseModel `bun:"table:callbacks"`

	Num               int64 `bun:",pk,autoincrement"`
	ID                string
	CallbackID        string
	CallbackHash      []byte
	ExecutionARN      string `bun:"execution_arn"`
	ExecutionHash     []byte
	Region            string
	Function          string
	Name              string
	Queue             string
	Source            string
	Title             string
	RequesterName     string
	RequesterEmail    string
	RequesterID       string
	RequesterStatedBy string
	Request           sql.NullString // see requestDocument
	Requirement       sql.NullString
	StartedAt         int64
	Timeout           int64
	HeartbeatTimeout  int64
	LastHeartbeatAt   int64
	SeenOpenAt        int64
	ExecutionDeadline int64
	Deadline          int64
	DeadlineCause     string
	ReceivedAt        int64
	State             string
	Revision          int64
	NextHeartbeatAt   int64
	HeldUntil         int64
	Heartbeats        int64
	Problem           string
	Decision          sql.NullString
	DecidedBy         sql.NullString
	Ending            sql.NullString
	EndedAt           int64
	Failed            sql.NullInt64
	Gone              sql.NullInt64
	MissedHeartbeats  sql.NullString
	SignatureCount    int64
	WaitingSince      int64
	EscalatesAt       int64
	EscalatedAt       int64
	EscalatedTo       sql.NullString // the audience, while the callback is open
	Alike             sql.NullString // desk.Alike, while the callback is pending
}

// hashOf returns the key under which a long token is found. It is nil if the token is empty.
func hashOf(token string) []byte {
	if token == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// callbackColumns are the columns of callbacks, in the order of values.
const callbackColumns = `
	id, callback_id, callback_hash, execution_arn, execution_hash, region, function, name,
	queue, source, title, requester_name, requester_email, requester_id, requester_stated_by,
	request, requirement, started_at, timeout, heartbeat_timeout,
	last_heartbeat_at, seen_open_at, execution_deadline, deadline, deadline_cause,
	received_at, state, revision, next_heartbeat_at, held_until, heartbeats, problem,
	decision, decided_by, ending, ended_at, failed, gone, missed_heartbeats,
	signature_count, waiting_since, escalates_at, escalated_at, escalated_to, alike`

var insertCallback = insertText("callbacks", callbackColumns)

func (r *callbackRow) values() []any {
	return []any{
		r.ID, r.CallbackID, r.CallbackHash, r.ExecutionARN, r.ExecutionHash, r.Region,
		r.Function, r.Name, r.Queue, r.Source, r.Title, r.RequesterName, r.RequesterEmail,
		r.RequesterID, r.RequesterStatedBy, r.Request, r.Requirement, r.StartedAt,
		r.Timeout, r.HeartbeatTimeout, r.LastHeartbeatAt, r.SeenOpenAt, r.ExecutionDeadline,
		r.Deadline, r.DeadlineCause, r.ReceivedAt, r.State, r.Revision, r.NextHeartbeatAt,
		r.HeldUntil, r.Heartbeats, r.Problem, r.Decision, r.DecidedBy, r.Ending, r.EndedAt,
		r.Failed, r.Gone, r.MissedHeartbeats, r.SignatureCount, r.WaitingSince,
		r.EscalatesAt, r.EscalatedAt, r.EscalatedTo, r.Alike,
	}
}

func (r *callbackRow) columns() string { return "num, " + callbackColumns }

func (r *callbackRow) places() []any {
	return []any{
		&r.Num, &r.ID, &r.CallbackID, &r.CallbackHash, &r.ExecutionARN, &r.ExecutionHash,
		&r.Region, &r.Function, &r.Name, &r.Queue, &r.Source, &r.Title, &r.RequesterName,
		&r.RequesterEmail, &r.RequesterID, &r.RequesterStatedBy, &r.Request, &r.Requirement,
		&r.StartedAt, &r.Timeout, &r.HeartbeatTimeout, &r.LastHeartbeatAt,
		&r.SeenOpenAt, &r.ExecutionDeadline, &r.Deadline, &r.DeadlineCause, &r.ReceivedAt,
		&r.State, &r.Revision, &r.NextHeartbeatAt, &r.HeldUntil, &r.Heartbeats, &r.Problem,
		&r.Decision, &r.DecidedBy, &r.Ending, &r.EndedAt, &r.Failed, &r.Gone, &r.MissedHeartbeats,
		&r.SignatureCount, &r.WaitingSince, &r.EscalatesAt, &r.EscalatedAt, &r.EscalatedTo, &r.Alike,
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
	changed(&c, "request", was.Request, r.Request)
	changed(&c, "requirement", was.Requirement, r.Requirement)
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
	changed(&c, "alike", was.Alike, r.Alike)
	return c
}

// rowOf turns a callback into a row of the table.
func rowOf(num int64, c callbacks.Callback) (callbackRow, error) {
	r := callbackRow{
		Num:               num,
		ID:                string(c.ID),
		CallbackID:        string(c.CallbackID),
		CallbackHash:      hashOf(string(c.CallbackID)),
		ExecutionARN:      c.ExecutionARN,
		ExecutionHash:     hashOf(c.ExecutionARN),
		Region:            c.Region,
		Function:          c.Function,
		Name:              c.Name,
		Queue:             c.Queue,
		Source:            c.Source,
		Title:             c.Title,
		RequesterName:     c.Requester.Name,
		RequesterEmail:    c.Requester.Email,
		RequesterID:       c.Requester.ID,
		RequesterStatedBy: c.Requester.StatedBy,
		StartedAt:         millis(c.Clocks.StartedAt),
		Timeout:           seconds(c.Clocks.Timeout),
		HeartbeatTimeout:  seconds(c.Clocks.HeartbeatTimeout),
		LastHeartbeatAt:   millis(c.Clocks.LastHeartbeatAt),
		SeenOpenAt:        millis(c.Clocks.SeenOpenAt),
		ExecutionDeadline: millis(c.Clocks.ExecutionDeadline),
		ReceivedAt:        millis(c.ReceivedAt),
		State:             string(c.State),
		Revision:          int64(c.Revision),
		NextHeartbeatAt:   millis(c.NextHeartbeatAt),
		HeldUntil:         millis(c.HeldUntil),
		Heartbeats:        int64(c.Heartbeats),
		Problem:           string(c.Problem),
		SignatureCount:    int64(c.SignatureCount),
		WaitingSince:      millis(c.WaitingSince),
		EscalatesAt:       millis(c.NextEscalation()),
		EscalatedAt:       millis(c.EscalatedAt),
	}
	r.derive(c)
	err := r.encode(c)
	return r, err
}

// derive fills the columns that indexes need and that follow from the others.
func (r *callbackRow) derive(c callbacks.Callback) {
	at, cause := c.Ends()
	r.Deadline, r.DeadlineCause = noDeadline, string(cause)
	if cause != callbacks.NoDeadline {
		r.Deadline = min(at.UnixMilli(), noDeadline)
	}
	if !c.State.Open() { // the index of heartbeats holds only open callbacks
		r.NextHeartbeatAt = 0
	}
	if to := c.Requirement.Escalate; to != nil && !c.EscalatedAt.IsZero() && c.State.Open() {
		r.EscalatedTo = sql.NullString{String: to.Audience(), Valid: true}
	}
	if c.State == callbacks.Pending {
		r.Alike = sql.NullString{String: desk.Alike(&c), Valid: true}
	}
	if d := c.Decision; d != nil {
		r.DecidedBy = sql.NullString{String: d.By.ID, Valid: true}
	}
	if e := c.Ending; e != nil {
		r.EndedAt = millis(e.At)
	}
	if c.ExecutionFailed && c.State == callbacks.Completed {
		r.Failed = sql.NullInt64{Int64: 1, Valid: true}
	}
	if c.Gone() {
		r.Gone = sql.NullInt64{Int64: 1, Valid: true}
	}
}

// encode fills the columns that hold JSON.
func (r *callbackRow) encode(c callbacks.Callback) (err error) {
	if r.Request, err = encodeRequest(c.Request); err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	if r.Requirement, err = encodeRequirement(c.Requirement); err != nil {
		return fmt.Errorf("encode requirement: %w", err)
	}
	if r.Decision, err = encodeDecision(c.Decision); err != nil {
		return fmt.Errorf("encode decision: %w", err)
	}
	if r.Ending, err = encodeEnding(c.Ending); err != nil {
		return fmt.Errorf("encode ending: %w", err)
	}
	if r.MissedHeartbeats, err = encodeMissedHeartbeats(c.MissedHeartbeats); err != nil {
		return fmt.Errorf("encode missed heartbeats: %w", err)
	}
	return nil
}

// callback turns the row into a callback of the domain.
func (r *callbackRow) callback() (callbacks.Callback, error) {
	c := callbacks.Callback{
		ID:           callbacks.ID(r.ID),
		CallbackID:   callbacks.CallbackID(r.CallbackID),
		ExecutionARN: r.ExecutionARN,
		Region:       r.Region,
		Function:     r.Function,
		Name:         r.Name,
		Request: callbacks.Request{
			Queue:  r.Queue,
			Source: r.Source,
			Title:  r.Title,
			Requester: callbacks.Requester{
				ID: r.RequesterID, Name: r.RequesterName, Email: r.RequesterEmail, StatedBy: r.RequesterStatedBy,
			},
		},
		Clocks: callbacks.Clocks{
			StartedAt:         fromMillis(r.StartedAt),
			Timeout:           time.Duration(r.Timeout) * time.Second,
			HeartbeatTimeout:  time.Duration(r.HeartbeatTimeout) * time.Second,
			LastHeartbeatAt:   fromMillis(r.LastHeartbeatAt),
			SeenOpenAt:        fromMillis(r.SeenOpenAt),
			ExecutionDeadline: fromMillis(r.ExecutionDeadline),
		},
		ReceivedAt:      fromMillis(r.ReceivedAt),
		State:           callbacks.State(r.State),
		Revision:        int(r.Revision),
		NextHeartbeatAt: fromMillis(r.NextHeartbeatAt),
		HeldUntil:       fromMillis(r.HeldUntil),
		Heartbeats:      int(r.Heartbeats),
		Problem:         replies.Reply(r.Problem),
		ExecutionFailed: r.Failed.Valid,
		SignatureCount:  int(r.SignatureCount),
		WaitingSince:    fromMillis(r.WaitingSince),
		EscalatedAt:     fromMillis(r.EscalatedAt),
	}
	err := r.decode(&c)
	return c, err
}

// decode reads the columns that hold JSON.
func (r *callbackRow) decode(c *callbacks.Callback) (err error) {
	if err = decodeRequest(r.Request, &c.Request); err != nil {
		return fmt.Errorf("request of %s: %w", r.ID, err)
	}
	if c.Requirement, err = decodeRequirement(r.Requirement); err != nil {
		return fmt.Errorf("requirement of %s: %w", r.ID, err)
	}
	if c.Decision, err = decodeDecision(r.Decision); err != nil {
		return fmt.Errorf("decision of %s: %w", r.ID, err)
	}
	if c.Ending, err = decodeEnding(r.Ending); err != nil {
		return fmt.Errorf("ending of %s: %w", r.ID, err)
	}
	if c.MissedHeartbeats, err = decodeMissedHeartbeats(r.MissedHeartbeats); err != nil {
		return fmt.Errorf("missed heartbeats of %s: %w", r.ID, err)
	}
	return nil
}

// callbacksOf turns rows into callbacks of the domain.
func callbacksOf(rows []callbackRow) ([]callbacks.Callback, error) {
	all := make([]callbacks.Callback, 0, len(rows))
	for i := range rows {
		c, err := rows[i].callback()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// callbacks reads the callbacks with these numbers.
func (t *tx) callbacks(ctx context.Context, nums []int64) (map[int64]callbacks.Callback, error) {
	if len(nums) == 0 {
		return nil, nil
	}
	args := make([]any, len(nums))
	for i, num := range nums {
		args[i] = num
	}
	found, err := rows[callbackRow](ctx, t, `select * from callbacks where num in (?`+strings.Repeat(", ?", len(nums)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read callbacks: %w", err)
	}
	all := make(map[int64]callbacks.Callback, len(found))
	for i := range found {
		if all[found[i].Num], err = found[i].callback(); err != nil {
			return nil, err
		}
	}
	return all, nil
}
