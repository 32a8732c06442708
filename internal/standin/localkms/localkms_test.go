package localkms_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"countersign/internal/standin/localkms"
)

// rig is a KMS behind its protocol, with AWS's own client in front of it.
type rig struct {
	*localkms.KMS
	client *kms.Client
	url    string

	mu       sync.Mutex
	requests []localkms.Request
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{}
	r.KMS = localkms.New(localkms.Config{Region: "eu-central-1", Observe: func(seen localkms.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.requests = append(r.requests, seen)
	}})
	server := httptest.NewServer(r.Handler())
	t.Cleanup(server.Close)
	r.url = server.URL
	r.client = kms.New(kms.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return r
}

func (r *rig) dataKey(t *testing.T, key string, context map[string]string) *kms.GenerateDataKeyOutput {
	t.Helper()
	made, err := r.client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{
		KeyId: aws.String(key), KeySpec: types.DataKeySpecAes256, EncryptionContext: context,
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// codeOf is the code of an error of AWS, empty for none.
func codeOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		t.Fatalf("not an answer of KMS: %v", err)
	}
	return api.ErrorCode()
}

func TestDataKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.CreateKey("alias/desk")
	context := map[string]string{"a": "1", "b": "2"}
	id := arn[strings.LastIndex(arn, "/")+1:]
	for _, name := range []string{arn, id, "alias/desk", "arn:aws:kms:eu-central-1:123456789012:alias/desk"} {
		made := r.dataKey(t, name, context)
		if *made.KeyId != arn || len(made.Plaintext) != 32 || bytes.Contains(made.CiphertextBlob, made.Plaintext) {
			t.Errorf("%s: made with %s, %d bytes", name, *made.KeyId, len(made.Plaintext))
		}
		opened, err := r.client.Decrypt(t.Context(), &kms.DecryptInput{
			CiphertextBlob: made.CiphertextBlob, EncryptionContext: map[string]string{"b": "2", "a": "1"},
		})
		if err != nil || !bytes.Equal(opened.Plaintext, made.Plaintext) || *opened.KeyId != arn {
			t.Errorf("%s: opened %v, %v", name, opened, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.requests[0]; first.Operation != "GenerateDataKey" || first.Key != arn || first.Context["a"] != "1" || first.Refused != "" {
		t.Errorf("observed %+v", first)
	}
}

func TestGenerateDataKey_refuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	spec := types.DataKeySpecAes256
	r.CreateKey("alias/good")
	for state, alias := range map[localkms.State]string{
		localkms.Disabled: "alias/off", localkms.PendingDeletion: "alias/leaving", localkms.Denied: "alias/theirs",
	} {
		r.SetState(r.CreateKey(alias), state)
	}
	for name, tc := range map[string]struct {
		in   kms.GenerateDataKeyInput
		want string
	}{
		"NoSuchAlias":     {kms.GenerateDataKeyInput{KeyId: aws.String("alias/none"), KeySpec: spec}, "NotFoundException"},
		"NoSuchKey":       {kms.GenerateDataKeyInput{KeyId: aws.String("1234abcd-12ab-34cd-56ef-1234567890ab"), KeySpec: spec}, "NotFoundException"},
		"OtherRegion":     {kms.GenerateDataKeyInput{KeyId: aws.String("arn:aws:kms:eu-west-1:123456789012:alias/good"), KeySpec: spec}, "NotFoundException"},
		"Disabled":        {kms.GenerateDataKeyInput{KeyId: aws.String("alias/off"), KeySpec: spec}, "DisabledException"},
		"PendingDeletion": {kms.GenerateDataKeyInput{KeyId: aws.String("alias/leaving"), KeySpec: spec}, "KMSInvalidStateException"},
		"Denied":          {kms.GenerateDataKeyInput{KeyId: aws.String("alias/theirs"), KeySpec: spec}, "AccessDeniedException"},
		"NoLength":        {kms.GenerateDataKeyInput{KeyId: aws.String("alias/good")}, "ValidationException"},
		"TwoLengths":      {kms.GenerateDataKeyInput{KeyId: aws.String("alias/good"), KeySpec: spec, NumberOfBytes: aws.Int32(32)}, "ValidationException"},
		"DryRun":          {kms.GenerateDataKeyInput{KeyId: aws.String("alias/good"), KeySpec: spec, DryRun: aws.Bool(true)}, "DryRunOperationException"},
		"DryRunDisabled":  {kms.GenerateDataKeyInput{KeyId: aws.String("alias/off"), KeySpec: spec, DryRun: aws.Bool(true)}, "DisabledException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := r.client.GenerateDataKey(t.Context(), &tc.in)
			if got := codeOf(t, err); got != tc.want {
				t.Errorf("answered %q, want %s", got, tc.want)
			}
		})
	}
}

func TestDecrypt_refuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.CreateKey("alias/other")
	arn, off := r.CreateKey("alias/good"), r.CreateKey("alias/off")
	context := map[string]string{"for": "one"}
	made, made2 := r.dataKey(t, arn, context), r.dataKey(t, off, context)
	r.SetState(off, localkms.Disabled)
	torn := bytes.Clone(made.CiphertextBlob)
	torn[len(torn)-1] ^= 1
	for name, tc := range map[string]struct {
		in   kms.DecryptInput
		want string
	}{
		"OtherContext": {kms.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: map[string]string{"for": "two"}}, "InvalidCiphertextException"},
		"NoContext":    {kms.DecryptInput{CiphertextBlob: made.CiphertextBlob}, "InvalidCiphertextException"},
		"Changed":      {kms.DecryptInput{CiphertextBlob: torn, EncryptionContext: context}, "InvalidCiphertextException"},
		"NotOurs":      {kms.DecryptInput{CiphertextBlob: []byte("text"), EncryptionContext: context}, "InvalidCiphertextException"},
		"OtherKey":     {kms.DecryptInput{KeyId: aws.String("alias/other"), CiphertextBlob: made.CiphertextBlob, EncryptionContext: context}, "IncorrectKeyException"},
		"NoSuchKey":    {kms.DecryptInput{KeyId: aws.String("alias/none"), CiphertextBlob: made.CiphertextBlob, EncryptionContext: context}, "NotFoundException"},
		"Disabled":     {kms.DecryptInput{CiphertextBlob: made2.CiphertextBlob, EncryptionContext: context}, "DisabledException"},
		"DryRun":       {kms.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: context, DryRun: aws.Bool(true)}, "DryRunOperationException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := r.client.Decrypt(t.Context(), &tc.in)
			if got := codeOf(t, err); got != tc.want {
				t.Errorf("answered %q, want %s", got, tc.want)
			}
		})
	}
}

// TestProtocol: what no SDK sends is refused, and nothing else is served.
func TestProtocol(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, tc := range map[string]struct{ target, authorization, body, want string }{
		"Unsigned":     {"TrentService.Decrypt", "", "{}", "MissingAuthenticationTokenException"},
		"OtherTarget":  {"TrentService.ListKeys", "AWS4-HMAC-SHA256 x", "{}", "UnknownOperationException"},
		"NotJSON":      {"TrentService.Decrypt", "AWS4-HMAC-SHA256 x", "{", "SerializationException"},
		"TooLarge":     {"TrentService.Decrypt", "AWS4-HMAC-SHA256 x", `{"KeyId":"` + strings.Repeat("k", 70_000) + `"}`, "SerializationException"},
		"NothingGiven": {"TrentService.GenerateDataKey", "AWS4-HMAC-SHA256 x", "{}", "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-amz-json-1.1")
			req.Header.Set("X-Amz-Target", tc.target)
			req.Header.Set("Authorization", tc.authorization)
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			var body bytes.Buffer
			if _, err := body.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusBadRequest || !strings.Contains(body.String(), `"`+tc.want+`"`) {
				t.Errorf("answered %s %s, want %s", answer.Status, &body, tc.want)
			}
		})
	}
}
