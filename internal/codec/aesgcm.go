package codec

import (
	"context"
	"encoding/json"

	"countersign/durable"
	"countersign/durable/aesgcm"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

// aesGCM encrypts for functions that decrypt with package aesgcm.
type aesGCM struct{ serdes *aesgcm.Serdes }

func newAESGCM(key []byte) (aesGCM, error) {
	serdes, err := aesgcm.New(key)
	return aesGCM{serdes}, err
}

// Says implements [desk.Encoder].
func (aesGCM) Says() string { return "encrypted with AES-GCM" }

// Encode implements [desk.Encoder].
func (a aesGCM) Encode(ctx context.Context, to callbacks.Target, _ callbacks.Person, result callbacks.Completion) ([]byte, error) {
	if err := bound(to); err != nil {
		return nil, err
	}
	sealed, err := a.serdes.Marshal(ctx, metaOf(to), document(result))
	if err != nil {
		return nil, &desk.CodecError{Words: "The desk could not encrypt the result.", Err: err}
	}
	return sealed, nil
}

// metaOf says which execution a result is for. The callback's place in it is the function's alone.
func metaOf(to callbacks.Target) durable.SerdesContext {
	return durable.SerdesContext{DurableExecutionArn: to.ExecutionARN}
}

// bound returns an error if there is no execution to which a result can be bound.
func bound(to callbacks.Target) error {
	if to.ExecutionARN != "" {
		return nil
	}
	return fault.List{{Pointer: "outcome", Detail: "This function reads encrypted results, which are bound to the execution's ARN; its sender did not give one. Ask its owner."}}
}

// document is a result for a serdes that decodes JSON: plain text becomes a JSON string, even if it
// looks like JSON.
func document(result callbacks.Completion) any {
	if !result.Text && json.Valid(result.Result) {
		return json.RawMessage(result.Result)
	}
	return string(result.Result)
}
