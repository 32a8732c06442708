package sqlstore

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// deliveryRow is a row of deliveries.
type deliveryRow struct {
	bun.BaseModel `bun:"table:deliveries"`

	Callback    int64 `bun:",pk"`
	Kind        string
	Result      []byte
	Error       sql.NullString
	Sealed      sql.NullString // see callbacks.Sealed
	Shown       []byte
	Lane        string
	Tries       int64
	Readings    int64
	Doubtful    bool
	Closed      bool
	DueAt       int64
	LeaseOwner  string
	ClaimableAt int64
	Attempts    sql.NullString
	FollowUp    sql.NullString `bun:"follow_up"`
}

// deliveryColumns are the columns of deliveries, in the order of values.
const deliveryColumns = `
	callback, kind, result, error, sealed, shown, lane, tries, readings, doubtful, closed, due_at,
	lease_owner, claimable_at, attempts, follow_up`

var insertDelivery = insertText("deliveries", deliveryColumns)

func (r *deliveryRow) values() []any {
	return []any{
		r.Callback, r.Kind, r.Result, r.Error, r.Sealed, r.Shown, r.Lane, r.Tries, r.Readings, r.Doubtful, r.Closed,
		r.DueAt, r.LeaseOwner, r.ClaimableAt, r.Attempts, r.FollowUp,
	}
}

func (r *deliveryRow) columns() string { return deliveryColumns }

func (r *deliveryRow) places() []any {
	return []any{
		&r.Callback, &r.Kind, &r.Result, &r.Error, &r.Sealed, &r.Shown, &r.Lane, &r.Tries, &r.Readings, &r.Doubtful,
		&r.Closed, &r.DueAt, &r.LeaseOwner, &r.ClaimableAt, &r.Attempts, &r.FollowUp,
	}
}

// changes returns the columns in which a row differs from its earlier version. It compares only
// columns that can change.
func (r *deliveryRow) changes(was *deliveryRow) (c changes) {
	changed(&c, "sealed", was.Sealed, r.Sealed)
	changed(&c, "tries", was.Tries, r.Tries)
	changed(&c, "readings", was.Readings, r.Readings)
	changed(&c, "doubtful", was.Doubtful, r.Doubtful)
	changed(&c, "closed", was.Closed, r.Closed)
	changed(&c, "due_at", was.DueAt, r.DueAt)
	changed(&c, "lease_owner", was.LeaseOwner, r.LeaseOwner)
	changed(&c, "claimable_at", was.ClaimableAt, r.ClaimableAt)
	changed(&c, "attempts", was.Attempts, r.Attempts)
	changed(&c, "follow_up", was.FollowUp, r.FollowUp)
	return c
}

type errorDocument struct {
	Type    string   `json:"type,omitempty"`
	Message string   `json:"message,omitempty"`
	Data    string   `json:"data,omitempty"`
	Stack   []string `json:"stack,omitempty"`
}

func (r *deliveryRow) delivery(id callbacks.ID) (callbacks.Delivery, error) {
	d := callbacks.Delivery{
		Callback:   id,
		Completion: callbacks.Completion{Kind: callbacks.Kind(r.Kind), Result: r.Result},
		Shown:      r.Shown,
		Lane:       arn.ParseLane(r.Lane),
		Tries:      int(r.Tries),
		Readings:   int(r.Readings),
		Doubtful:   r.Doubtful,
		Closed:     r.Closed,
		DueAt:      fromMillis(r.DueAt),
	}
	if r.LeaseOwner != "" {
		d.Lease = callbacks.Lease{Owner: r.LeaseOwner, Until: fromMillis(r.ClaimableAt)}
	}
	var e errorDocument
	if _, err := decode(r.Error, &e); err != nil {
		return d, fmt.Errorf("error object of %s: %w", id, err)
	}
	d.Completion.Error = callbacks.ErrorObject{ErrorType: e.Type, ErrorMessage: e.Message, ErrorData: e.Data, StackTrace: e.Stack}
	var sealed callbacks.Sealed
	found, err := decode(r.Sealed, &sealed)
	if err != nil {
		return d, fmt.Errorf("sealed completion of %s: %w", id, err)
	}
	if found {
		d.Completion.Sealed = &sealed
	}
	if d.Attempts, err = decodeAttempts(r.Attempts); err != nil {
		return d, fmt.Errorf("attempts of %s: %w", id, err)
	}
	if d.FollowUp, err = decodeFollowUp(r.FollowUp); err != nil {
		return d, fmt.Errorf("follow-up of %s: %w", id, err)
	}
	return d, nil
}

// deliveryRowOf turns the delivery of a new decision into a row.
func deliveryRowOf(num int64, d *callbacks.Delivery) (deliveryRow, error) {
	r := deliveryRow{
		Callback: num, Kind: string(d.Completion.Kind), Result: d.Completion.Result,
		Shown: d.Shown, Lane: storable(d.Lane.String()),
	}
	if d.Completion.Kind == callbacks.Failure {
		e, err := encode(errorDocument{
			Type: d.Completion.Error.ErrorType, Message: d.Completion.Error.ErrorMessage,
			Data: d.Completion.Error.ErrorData, Stack: d.Completion.Error.StackTrace,
		})
		if err != nil {
			return r, fmt.Errorf("encode error object: %w", err)
		}
		r.Error = e
	}
	return r, r.set(d)
}

// set fills the columns that change: lane and completion never do, but that a sealed one loses its box.
func (r *deliveryRow) set(d *callbacks.Delivery) error {
	r.Tries, r.Readings, r.Doubtful, r.Closed = int64(d.Tries), int64(d.Readings), d.Doubtful, d.Closed
	r.DueAt, r.LeaseOwner = millis(d.DueAt), storable(d.Lease.Owner)
	r.ClaimableAt = r.DueAt
	if r.LeaseOwner != "" {
		r.ClaimableAt = millis(d.Lease.Until)
	}
	var err error
	if d.Completion.Sealed != nil {
		if r.Sealed, err = encode(d.Completion.Sealed); err != nil {
			return fmt.Errorf("encode a sealed completion: %w", err)
		}
	}
	if r.Attempts, err = encodeAttempts(d.Attempts); err != nil {
		return fmt.Errorf("encode attempts: %w", err)
	}
	if r.FollowUp, err = encodeFollowUp(d.FollowUp); err != nil {
		return fmt.Errorf("encode follow-up: %w", err)
	}
	return nil
}

// attemptDocument is one call to Lambda. The latest ones of a delivery are in its row, because they
// are read and written with it.
type attemptDocument struct {
	Number    int           `json:"number"`
	StartedAt int64         `json:"startedAt"`
	EndedAt   int64         `json:"endedAt,omitempty"` // absent while it runs, or after a crash
	Reply     replies.Reply `json:"reply,omitempty"`
	Status    int           `json:"status,omitempty"`
	Code      string        `json:"code,omitempty"`
	RequestID string        `json:"requestId,omitempty"`
	KMSKey    string        `json:"kmsKey,omitempty"` // the ARN of the key that stood in the way
}

func encodeAttempts(attempts []callbacks.Attempt) (sql.NullString, error) {
	if len(attempts) == 0 {
		return sql.NullString{}, nil
	}
	documents := make([]attemptDocument, len(attempts))
	for i, a := range attempts {
		documents[i] = attemptDocument{
			Number: a.Number, StartedAt: millis(a.StartedAt), EndedAt: millis(a.EndedAt), Reply: a.Reply,
			Status: a.Status, Code: a.Code, RequestID: a.RequestID, KMSKey: a.Key,
		}
	}
	return encode(documents)
}

func decodeAttempts(column sql.NullString) ([]callbacks.Attempt, error) {
	var documents []attemptDocument
	if found, err := decode(column, &documents); !found || err != nil {
		return nil, err
	}
	attempts := make([]callbacks.Attempt, len(documents))
	for i, d := range documents {
		attempts[i] = callbacks.Attempt{
			Number: d.Number, StartedAt: fromMillis(d.StartedAt), EndedAt: fromMillis(d.EndedAt), Reply: d.Reply,
			Status: d.Status, Code: d.Code, RequestID: d.RequestID, Key: d.KMSKey,
		}
	}
	return attempts, nil
}

// followUpDocument is the follow-up of a decision. It is kept beside the delivery, because lists
// do not show it.
type followUpDocument struct {
	Status       callbacks.OperationStatus `json:"status"`
	ResumedAt    int64                     `json:"resumedAt,omitempty"`
	EndedAt      int64                     `json:"endedAt,omitempty"`
	Event        int                       `json:"event,omitempty"`
	ErrorType    string                    `json:"errorType,omitempty"`
	ErrorMessage string                    `json:"errorMessage,omitempty"`
	Steps        []stepDocument            `json:"steps,omitempty"`
	Skipped      bool                      `json:"skipped,omitempty"`
	Last         int                       `json:"last"`
	ReadAt       int64                     `json:"readAt,omitempty"`
	Readings     int                       `json:"readings"`
}

type stepDocument struct {
	Operation string                    `json:"operation"`
	Name      string                    `json:"name,omitempty"`
	Kind      callbacks.OperationKind   `json:"kind"`
	Status    callbacks.OperationStatus `json:"status"`
	At        int64                     `json:"at"`
	Took      int64                     `json:"took,omitempty"` // milliseconds
	Note      string                    `json:"note,omitempty"`
}

func encodeFollowUp(a *callbacks.FollowUp) (sql.NullString, error) {
	if a == nil {
		return sql.NullString{}, nil
	}
	d := followUpDocument{
		Status: a.Status, ResumedAt: millis(a.ResumedAt), EndedAt: millis(a.EndedAt), Event: a.Event,
		ErrorType: a.Error.ErrorType, ErrorMessage: a.Error.ErrorMessage,
		Skipped: a.Skipped, Last: a.Last, ReadAt: millis(a.ReadAt), Readings: a.Readings,
	}
	for _, s := range a.Steps {
		d.Steps = append(d.Steps, stepDocument{
			Operation: s.Operation, Name: s.Name, Kind: s.Kind, Status: s.Status, At: millis(s.At), Took: s.Took.Milliseconds(), Note: s.Note,
		})
	}
	return encode(d)
}

func decodeFollowUp(column sql.NullString) (*callbacks.FollowUp, error) {
	var d followUpDocument
	if found, err := decode(column, &d); !found || err != nil {
		return nil, err
	}
	a := &callbacks.FollowUp{
		Status: d.Status, ResumedAt: fromMillis(d.ResumedAt), EndedAt: fromMillis(d.EndedAt), Event: d.Event,
		Error:   callbacks.ErrorObject{ErrorType: d.ErrorType, ErrorMessage: d.ErrorMessage},
		Skipped: d.Skipped, Last: d.Last, ReadAt: fromMillis(d.ReadAt), Readings: d.Readings,
	}
	for _, s := range d.Steps {
		a.Steps = append(a.Steps, callbacks.FollowUpStep{
			Operation: s.Operation, Name: s.Name, Kind: s.Kind, Status: s.Status, At: fromMillis(s.At),
			Took: time.Duration(s.Took) * time.Millisecond, Note: s.Note,
		})
	}
	return a, nil
}
