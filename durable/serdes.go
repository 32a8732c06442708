package durable

import (
	"context"
	"encoding/json"
)

// SerdesContext tells a [Serdes] which value it handles.
type SerdesContext struct {
	// OperationID is the position of the operation, such as "1" or "2-1". It
	// is unique within one execution only.
	OperationID string
	// DurableExecutionArn names the execution.
	DurableExecutionArn string
}

// Serdes turns values into the bytes that are recorded, and back. The bytes must be valid UTF-8,
// because Lambda stores them as a string. See countersign/durable/aesgcm for one that encrypts.
type Serdes interface {
	Marshal(ctx context.Context, meta SerdesContext, v any) ([]byte, error)
	Unmarshal(ctx context.Context, meta SerdesContext, data []byte, v any) error
}

// jsonSerdes is the default for the results of steps and child contexts.
type jsonSerdes struct{}

func (jsonSerdes) Marshal(_ context.Context, _ SerdesContext, v any) ([]byte, error) {
	return json.Marshal(v)
}

func (jsonSerdes) Unmarshal(_ context.Context, _ SerdesContext, data []byte, v any) error {
	return json.Unmarshal(data, v)
}

// textSerdes is the default for the results of callbacks. Their sender need not know Go. A string
// or []byte is therefore the text exactly as sent, as in the JavaScript and Python SDKs; any other
// type is decoded as JSON.
type textSerdes struct{ jsonSerdes }

func (s textSerdes) Unmarshal(ctx context.Context, meta SerdesContext, data []byte, v any) error {
	switch target := v.(type) {
	case *string:
		*target = string(data)
	case *[]byte:
		*target = data
	case *json.RawMessage:
		*target = data
	default:
		return s.jsonSerdes.Unmarshal(ctx, meta, data, v)
	}
	return nil
}
