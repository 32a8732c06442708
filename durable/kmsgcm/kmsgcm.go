// Package kmsgcm hides the results of a durable function from people who can read its history, under
// a key of AWS KMS. It is a [durable.Serdes] that records values as JSON, encrypted with AES-GCM.
// Each value has a data key of its own, which KMS makes and encrypts, and which travels with the
// value. Nobody holds a key that lasts: whoever may decrypt is a matter of the key's policy, and each
// use is in CloudTrail.
//
// Give it to [durable.WithSerdes] for the values that the function itself records, and to
// [durable.WithCallbackSerdes] for the results that others send. A sender needs kms:GenerateDataKey,
// and the ARN of the execution; the function needs kms:Decrypt. The input and output of the
// execution, and the texts of errors, are not encrypted.
package kmsgcm

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"countersign/durable"
)

// ContextARN is the name of the one pair in the encryption context. Its value is the ARN of the
// execution. The ARN holds the function's name, so a key's policy can allow a function what is meant
// for it alone, with a condition on kms:EncryptionContext:durableExecutionArn. The callback's ID is
// not in the context: a serdes is not told it.
const ContextARN = "durableExecutionArn"

// KMS are the operations that are used; [kms.Client] has them.
type KMS interface {
	GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Serdes encrypts and decrypts recorded values. It is safe for concurrent use.
type Serdes struct {
	client KMS
	keys   []string
}

// New returns a Serdes for keys of KMS: symmetric ones, each by its ID, ARN, alias or ARN of an alias.
// The first key encrypts; all of them decrypt, and no other key does, so that nobody can pass off
// what they encrypted with a key of their own. A key can therefore be replaced while executions run:
// put the new key first, and remove the old one when the last execution that used it has ended. For
// an alias that moves to another key, name the older key by its ID.
func New(client KMS, keys ...string) (*Serdes, error) {
	if len(keys) == 0 {
		return nil, errors.New("kmsgcm: name at least one key")
	}
	return &Serdes{client: client, keys: keys}, nil
}

// envelope is what is recorded.
type envelope struct {
	Key  []byte `json:"kmsKey"` // the data key, encrypted by KMS
	Data []byte `json:"data"`   // nonce, ciphertext and tag of AES-256-GCM
}

// Marshal returns v as JSON, encrypted, in an envelope that is itself JSON. It can be decrypted only
// with the same execution ARN, so an answer cannot be moved to another execution. A
// [json.RawMessage] is encrypted unchanged, so that the function gets the exact bytes that a reviewer
// was shown. An error that matches [durable.ErrUnavailable] may pass.
func (s *Serdes) Marshal(ctx context.Context, meta durable.SerdesContext, v any) ([]byte, error) {
	plain, err := encode(v)
	if err != nil {
		return nil, err
	}
	made, err := s.client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId: aws.String(s.keys[0]), KeySpec: types.DataKeySpecAes256,
		EncryptionContext: map[string]string{ContextARN: meta.DurableExecutionArn},
	})
	if err != nil {
		return nil, fault("make a data key", err)
	}
	defer clear(made.Plaintext)
	aead, err := gcm(made.Plaintext)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{
		Key: made.CiphertextBlob, Data: aead.Seal(nil, nil, plain, []byte(meta.DurableExecutionArn)),
	})
}

// encode is json.Marshal, except that it leaves raw JSON and its escapes unchanged.
func encode(v any) ([]byte, error) {
	if raw, ok := v.(json.RawMessage); ok && json.Valid(raw) {
		return raw, nil
	}
	return json.Marshal(v)
}

// errForeign does not say which check failed, so a sender cannot learn from it.
var errForeign = errors.New("kmsgcm: not encrypted with one of the keys for this execution")

// Unmarshal decrypts data into v. An error that matches [durable.ErrUnavailable] may pass.
func (s *Serdes) Unmarshal(ctx context.Context, meta durable.SerdesContext, data []byte, v any) error {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil || len(e.Key) == 0 {
		return errForeign
	}
	key, err := s.open(ctx, meta, e.Key)
	if err != nil {
		return err
	}
	defer clear(key)
	aead, err := gcm(key)
	if err != nil {
		return errForeign
	}
	plain, err := aead.Open(nil, nil, e.Data, []byte(meta.DurableExecutionArn))
	if err != nil {
		return errForeign
	}
	return json.Unmarshal(plain, v)
}

// open decrypts a data key with the first of the keys that made it.
func (s *Serdes) open(ctx context.Context, meta durable.SerdesContext, sealed []byte) ([]byte, error) {
	for _, key := range s.keys {
		opened, err := s.client.Decrypt(ctx, &kms.DecryptInput{
			KeyId: aws.String(key), CiphertextBlob: sealed,
			EncryptionContext: map[string]string{ContextARN: meta.DurableExecutionArn},
		})
		_, otherKey := errors.AsType[*types.IncorrectKeyException](err)
		_, otherText := errors.AsType[*types.InvalidCiphertextException](err)
		switch {
		case err == nil:
			return opened.Plaintext, nil
		case !otherKey && !otherText:
			return nil, fault("decrypt a data key", err)
		}
	}
	return nil, errForeign
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("kmsgcm: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// fault tells an error that an operator can mend, or that passes, from a refusal of the request
// itself. All but the latter match [durable.ErrUnavailable]: a key that is disabled for an hour must
// not end an execution that has waited for a week.
func fault(what string, err error) error {
	_, usage := errors.AsType[*types.InvalidKeyUsageException](err)
	if usage || errors.Is(err, context.Canceled) {
		return fmt.Errorf("kmsgcm: %s: %w", what, err)
	}
	return fmt.Errorf("kmsgcm: %s: %w: %w", what, durable.ErrUnavailable, err)
}
