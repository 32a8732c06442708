package sqlstore

import (
	"database/sql"

	"countersign/internal/callbacks"
)

// attemptDocument is one call to Lambda. The latest ones of a delivery are in its row, because they
// are read and written with it.
type attemptDocument struct {
	Number    int             `json:"number"`
	StartedAt int64           `json:"startedAt"`
	EndedAt   int64           `json:"endedAt,omitempty"` // absent while it runs, or after a crash
	Reply     callbacks.Reply `json:"reply,omitempty"`
	Status    int             `json:"status,omitempty"`
	Code      string          `json:"code,omitempty"`
	RequestID string          `json:"requestId,omitempty"`
	KMSKey    string          `json:"kmsKey,omitempty"` // the ARN of the key that stood in the way
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
