package main

import (
	"context"
	"encoding/json"

	"countersign/durable"
	"countersign/durable/aesgcm"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// sealer encrypts results for functions that decrypt them with package aesgcm.
type sealer struct{ serdes *aesgcm.Serdes }

// sealers converts the configured keys to the domain's type.
func sealers(keys map[string][]byte) (map[string]desk.Sealer, error) {
	all := make(map[string]desk.Sealer, len(keys))
	for function, key := range keys {
		serdes, err := aesgcm.New(key)
		if err != nil {
			return nil, err
		}
		all[function] = sealer{serdes}
	}
	return all, nil
}

// Seal implements [desk.Sealer]. The function's serdes decodes JSON, so a result in plain text
// is sent as a JSON string.
func (s sealer) Seal(ctx context.Context, to callbacks.Target, result []byte) ([]byte, error) {
	meta := durable.SerdesContext{DurableExecutionArn: to.ExecutionARN}
	if json.Valid(result) {
		return s.serdes.Marshal(ctx, meta, json.RawMessage(result))
	}
	return s.serdes.Marshal(ctx, meta, string(result))
}
