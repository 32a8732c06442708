// Package aesgcm keeps the results of a durable function from those who may
// read its history: a [durable.Serdes] that records values as JSON, encrypted
// with AES-GCM.
//
// Give it to [durable.WithSerdes] for what the function itself records, and to
// [durable.WithCallbackSerdes] for what others send it. They have to send what
// [Serdes.Marshal] makes of their answer, so they need the key and the ARN of
// the execution. The input and output of the execution, and the text of errors,
// are not encrypted.
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

// Serdes encrypts. It may be used by many goroutines at once.
type Serdes struct {
	keys []cipher.AEAD
}

// New returns a Serdes for keys of 16, 24 or 32 bytes. The first encrypts; all
// decrypt. So a key can be replaced while executions run, which may be a year:
// put the new one first, and drop the old one when the last of them has ended.
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

// Marshal returns v as JSON, encrypted, in base64, because Lambda keeps text.
// The ciphertext opens only with the same execution ARN, so that an answer
// cannot be moved to another execution. The operation ID is not bound: who
// answers a callback cannot know it. A [json.RawMessage] is encrypted as it is,
// so that the function gets what a reviewer was shown, to the byte.
func (s *Serdes) Marshal(_ context.Context, meta durable.SerdesContext, v any) ([]byte, error) {
	plain, err := encode(v)
	if err != nil {
		return nil, err
	}
	sealed := s.keys[0].Seal(nil, nil, plain, []byte(meta.DurableExecutionArn))
	return base64.StdEncoding.AppendEncode(nil, sealed), nil
}

// encode is json.Marshal, except that it does not write raw JSON anew, with
// other escapes.
func encode(v any) ([]byte, error) {
	if raw, ok := v.(json.RawMessage); ok && json.Valid(raw) {
		return raw, nil
	}
	return json.Marshal(v)
}

// errForeign does not say which check failed, so that a sender learns nothing.
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
