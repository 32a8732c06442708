package sqlstore

import (
	"database/sql"
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
