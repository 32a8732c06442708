package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"countersign/internal/callbacks"
)

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

// ChangeFollowUp implements callbacks.Store. If a reading is under way, the end of that reading
// sets when the next one is due.
func (s *Store) ChangeFollowUp(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.change(ctx, id, func(ctx context.Context, t *tx, num int64, c *callbacks.Callback) (callbacks.AuditEntry, error) {
		before, err := row[deliveryRow](ctx, t, `select * from deliveries where callback = ?`+t.dialect.ForUpdate, num)
		if err != nil {
			return callbacks.AuditEntry{}, missing(err)
		}
		delivery, err := before.delivery(id)
		if err != nil {
			return callbacks.AuditEntry{}, err
		}
		entry, err := fn(c, &delivery)
		if err != nil {
			return entry, err
		}
		c.Revision++
		after := before
		if after.FollowUp, err = encodeFollowUp(delivery.FollowUp); err != nil {
			return entry, fmt.Errorf("encode follow-up: %w", err)
		}
		if before.LeaseOwner == "" {
			after.DueAt, after.ClaimableAt = millis(delivery.DueAt), millis(delivery.DueAt)
		}
		if err := t.update(ctx, &before, &after); err != nil {
			return entry, fmt.Errorf("update delivery: %w", err)
		}
		return entry, nil
	})
}
