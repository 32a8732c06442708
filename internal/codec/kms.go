package codec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"countersign/durable/kmsgcm"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// kmsKey encrypts under data keys of AWS KMS, for functions that decrypt with package kmsgcm. A key
// that is named by its ARN is used where that is; any other one in the lane of the callback, where
// the function decrypts.
type kmsKey struct {
	key    string
	client func(arn.Lane) kmsgcm.KMS
	lanes  arn.Lanes
}

// Says implements [desk.Encoder].
func (k kmsKey) Says() string { return "encrypted with KMS key " + k.name() }

// name is the key for people: the last part of an ARN, which has the number of the account too.
func (k kmsKey) name() string {
	return strings.TrimPrefix(cmp.Or(arn.Parse(k.key).Resource, k.key), "key/")
}

// Encode implements [desk.Encoder].
func (k kmsKey) Encode(ctx context.Context, to callbacks.Target, _ callbacks.Person, result callbacks.Completion) ([]byte, error) {
	if err := bound(to); err != nil {
		return nil, err
	}
	serdes, err := kmsgcm.New(k.client(k.lane(to)), k.key)
	if err != nil {
		return nil, &desk.CodecError{Words: "The desk could not encrypt the result.", Err: err}
	}
	sealed, err := serdes.Marshal(ctx, metaOf(to), document(result))
	if err != nil {
		return nil, &desk.CodecError{Words: k.words(err), Err: err}
	}
	return sealed, nil
}

func (k kmsKey) lane(to callbacks.Target) arn.Lane {
	if arn.Parse(k.key).Resource != "" {
		return k.lanes.Of(k.key, "")
	}
	return k.lanes.Of(to.ExecutionARN, to.Region)
}

// words say what an answer of KMS means for the person who waits.
func (k kmsKey) words(err error) string {
	api, answered := errors.AsType[smithy.APIError](err)
	if !answered {
		return "AWS KMS, which encrypts the result, does not answer."
	}
	return fmt.Sprintf("The result cannot be encrypted with the KMS key %s: %s.", k.name(), refusal(api.ErrorCode()))
}

// refusal is the meaning of an error code of KMS (KMS API reference, GenerateDataKey, Errors).
func refusal(code string) string {
	switch code {
	case "NotFoundException":
		return "there is no such key"
	case "DisabledException":
		return "it is disabled"
	case "KMSInvalidStateException":
		return "it awaits deletion, or is in another state that allows no use"
	case "AccessDeniedException":
		return "the desk may not use it"
	case "InvalidKeyUsageException":
		return "it is not a symmetric key for encryption"
	case "ThrottlingException", "LimitExceededException":
		return "AWS throttles its use"
	}
	return "AWS answered " + code
}
