package codec

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"countersign/durable/kmsgcm"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/doctor"
)

// probe is what a codec server is asked to encode and decode, and for whom.
const probe = `{"countersign":"doctor"}`

var examiner = callbacks.Person{Name: "countersign doctor"}

// Examine tries the format of each function, in order of their names. It sends nothing to Lambda.
func Examine(ctx context.Context, functions map[string]Function, c Config) (all []doctor.Format) {
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		f := functions[name]
		found := doctor.Format{Function: name, Says: "sent as bare text"}
		var err error
		switch {
		case f.AESKey != nil:
			found.Says = aesGCM{}.Says()
		case f.KMSKey != "":
			k := kmsKey{key: f.KMSKey, client: c.KMS, lanes: c.Lanes}
			found.Says, found.Tried = k.Says(), "a dry run of GenerateDataKey was allowed"
			err = k.try(ctx)
		case f.Server.URL != "":
			server := newClient(name, f.Server, c.Transport)
			found.Says, found.Tried = server.Says(), "it encoded a test value and decoded it again"
			err = server.try(ctx)
		}
		if failed, ok := errors.AsType[*desk.CodecError](err); ok {
			found.Words, found.Cause = failed.Words, failed.Err.Error()
		}
		all = append(all, found)
	}
	return all
}

// try asks KMS whether the desk may use the key, which makes no data key.
func (k kmsKey) try(ctx context.Context) error {
	_, err := k.client(k.lane(callbacks.Target{})).GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId: aws.String(k.key), KeySpec: types.DataKeySpecAes256, DryRun: aws.Bool(true),
		EncryptionContext: map[string]string{kmsgcm.ContextARN: "countersign doctor"},
	})
	if _, allowed := errors.AsType[*types.DryRunOperationException](err); allowed || err == nil {
		return nil
	}
	return &desk.CodecError{Words: k.words(err), Err: err}
}

// try has the server encode a value, and decode what it made of it.
func (c client) try(ctx context.Context) error {
	encoded, err := c.Encode(ctx, callbacks.Target{}, examiner, callbacks.Completion{Kind: callbacks.Success, Result: []byte(probe)})
	if err != nil {
		return err
	}
	decoded, err := c.Decode(ctx, callbacks.Target{}, examiner, encoded)
	if err != nil {
		return err
	}
	if !bytes.Equal(decoded, []byte(probe)) {
		return failed("The codec server does not decode what it encoded.", errors.New("decoding gives another value than was encoded"))
	}
	return nil
}
