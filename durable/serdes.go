package durable

import (
	"context"
	"encoding/json"
	"errors"
)

// ErrUnavailable means that a [Serdes] cannot work at the moment, for example because AWS KMS does
// not answer. The invocation then ends with an error, and Lambda invokes the function again. Any
// other error of a Serdes is final, and goes to the function.
var ErrUnavailable = errors.New("durable: the serdes is not available")

// retryUnavailable ends the invocation, as a fault that Lambda has to retry, if err says that a serdes
// was not available.
func (r *run) retryUnavailable(err error) {
	if errors.Is(err, ErrUnavailable) {
		r.end(ending{fault: err})
	}
}

// SerdesContext tells a [Serdes] which value it handles.
type SerdesContext struct {
	// OperationID is the position of the operation, such as "1" or "2-1". It
	// is unique within one execution only.
	OperationID string
	// DurableExecutionArn names the execution.
	DurableExecutionArn string
}

// Serdes turns values into the bytes that are recorded, and back. The bytes must be valid UTF-8,
// because Lambda stores them as a string. See countersign/durable/aesgcm and countersign/durable/kmsgcm
// for those that encrypt. An error that wraps [ErrUnavailable] ends the invocation.
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
