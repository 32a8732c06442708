// Package aesgcm hides the results of a durable function from people who can read its history. It
// is a [durable.Serdes] that records values as JSON, encrypted with AES-GCM.
//
// Give it to [durable.WithSerdes] for the values that the function itself records, and to
// [durable.WithCallbackSerdes] for the results that others send. A sender has to encrypt its answer
// with [Serdes.Marshal], so it needs the key and the ARN of the execution. The input and output of
// the execution, and the texts of errors, are not encrypted.
package aesgcm

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"countersign/durable"
)

// Serdes encrypts and decrypts recorded values. It is safe for concurrent use.
type Serdes struct {
	keys []cipher.AEAD
}

// New returns a Serdes for keys of 16, 24 or 32 bytes. The first key encrypts; all of them decrypt.
// A key can therefore be replaced while executions run, which may take a year: put the new key
// first, and remove the old one when the last execution that used it has ended.
func New(keys ...[]byte) (*Serdes, error) {
	if len(keys) == 0 {
		return nil, errors.New("aesgcm: give at least one key")
	}
	s := &Serdes{}
	for i, key := range keys {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("aesgcm: key %d: %w", i+1, err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("aesgcm: key %d: %w", i+1, err)
		}
		s.keys = append(s.keys, aead)
	}
	return s, nil
}

// Marshal returns v as JSON, encrypted, in base64, because Lambda stores text. The ciphertext can
// be decrypted only with the same execution ARN, so an answer cannot be moved to another execution.
// It is not bound to the operation ID, because the sender of a callback's result cannot know that
// ID. A [json.RawMessage] is encrypted unchanged, so that the function gets the exact bytes that a
// reviewer was shown.
func (s *Serdes) Marshal(_ context.Context, meta durable.SerdesContext, v any) ([]byte, error) {
	plain, err := encode(v)
	if err != nil {
		return nil, err
	}
	sealed := s.keys[0].Seal(nil, nil, plain, []byte(meta.DurableExecutionArn))
	return base64.StdEncoding.AppendEncode(nil, sealed), nil
}

// encode is json.Marshal, except that it leaves raw JSON and its escapes unchanged.
func encode(v any) ([]byte, error) {
	if raw, ok := v.(json.RawMessage); ok && json.Valid(raw) {
		return raw, nil
	}
	return json.Marshal(v)
}

// errForeign does not say which check failed, so a sender cannot learn from it.
var errForeign = errors.New("aesgcm: not encrypted with one of the keys for this execution")

// Unmarshal decrypts data into v.
func (s *Serdes) Unmarshal(_ context.Context, meta durable.SerdesContext, data []byte, v any) error {
	sealed, err := base64.StdEncoding.AppendDecode(nil, data)
	if err != nil {
		return errForeign
	}
	for _, key := range s.keys {
		if plain, err := key.Open(nil, nil, sealed, []byte(meta.DurableExecutionArn)); err == nil {
			return json.Unmarshal(plain, v)
		}
	}
	return errForeign
}
