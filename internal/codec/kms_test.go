package codec_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"countersign/durable/kmsgcm"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/codec"
	"countersign/internal/standin/localkms"
)

// keys is a KMS that serves every lane, and notes which was asked for.
type keys struct {
	*localkms.KMS
	client *kms.Client
	server *httptest.Server

	mu    sync.Mutex
	lanes []arn.Lane
}

func newKeys(t *testing.T) *keys {
	t.Helper()
	k := &keys{KMS: localkms.New(localkms.Config{Region: "eu-central-1"})}
	k.server = httptest.NewServer(k.Handler())
	t.Cleanup(k.server.Close)
	k.client = kms.New(kms.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(k.server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return k
}

func (k *keys) config() codec.Config {
	return codec.Config{
		Lanes: arn.Lanes{Region: "eu-west-1", Accounts: []string{"123456789012"}},
		KMS: func(lane arn.Lane) kmsgcm.KMS {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.lanes = append(k.lanes, lane)
			return k.client
		},
	}
}

// TestKMSIsReadFromItsDescription decodes by what docs/codec.md says of the envelope, without the
// package that made it, as a function in another language does.
func TestKMSIsReadFromItsDescription(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	k.CreateKey("alias/payroll")
	c, seen := one(t, codec.Function{KMSKey: "alias/payroll"}, k.config())
	const result = `{"approved":true, "n":1.50}`
	sent, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte(result)))
	if err != nil {
		t.Fatal(err)
	}
	var envelope struct{ KmsKey, Data []byte }
	if err := json.Unmarshal(sent, &envelope); err != nil {
		t.Fatalf("sent %s: %v", sent, err)
	}
	opened, err := k.client.Decrypt(t.Context(), &kms.DecryptInput{
		KeyId: aws.String("alias/payroll"), CiphertextBlob: envelope.KmsKey,
		EncryptionContext: map[string]string{"durableExecutionArn": execution},
	})
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(opened.Plaintext)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := aead.Open(nil, envelope.Data[:12], envelope.Data[12:], []byte(execution))
	if err != nil || string(plain) != result {
		t.Errorf("opened %s, %v; want %s", plain, err, result)
	}
	if says := c.Encoder.Says(); says != "encrypted with KMS key alias/payroll" {
		t.Errorf("says %q", says)
	}
	if o := (*seen)[0]; o.Format != "kms" || o.Err != nil {
		t.Errorf("observed %+v", o)
	}
}

// TestKMSLanes: a key's ARN says where it is; every other name means the key of that name where the
// callback is.
func TestKMSLanes(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	key := k.CreateKey("alias/payroll")
	for _, tc := range []struct {
		key  string
		to   callbacks.Target
		want arn.Lane
	}{
		{"alias/payroll", to, arn.Lane{Account: "123456789012", Region: "eu-central-1"}},
		{"alias/payroll", callbacks.Target{ExecutionARN: "approvals/7"}, arn.Lane{Region: "eu-west-1"}},
		{key, callbacks.Target{ExecutionARN: "approvals/7"}, arn.Lane{Account: "123456789012", Region: "eu-central-1"}},
	} {
		c, _ := one(t, codec.Function{KMSKey: tc.key}, k.config())
		if _, err := c.Encoder.Encode(t.Context(), tc.to, mara, success([]byte("1"))); err != nil {
			t.Fatal(err)
		}
		if got := k.lanes[len(k.lanes)-1]; got != tc.want {
			t.Errorf("%s for %s: lane %v, want %v", tc.key, tc.to.ExecutionARN, got, tc.want)
		}
	}
}

func TestKMSRefuses(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	for state, alias := range map[localkms.State]string{
		localkms.Disabled: "alias/off", localkms.PendingDeletion: "alias/leaving", localkms.Denied: "alias/theirs",
	} {
		k.SetState(k.CreateKey(alias), state)
	}
	for alias, want := range map[string]string{
		"alias/none": "there is no such key", "alias/off": "it is disabled",
		"alias/leaving": "awaits deletion", "alias/theirs": "the desk may not use it",
	} {
		c, seen := one(t, codec.Function{KMSKey: alias}, k.config())
		_, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte("1")))
		if words := wordsOf(t, err); !strings.Contains(words, "the KMS key "+alias+": ") || !strings.Contains(words, want) {
			t.Errorf("%s: %q, want %q", alias, words, want)
		}
		if (*seen)[0].Err == nil {
			t.Errorf("%s: the failure is not observed", alias)
		}
	}
	c, _ := one(t, codec.Function{KMSKey: "alias/off"}, k.config())
	k.server.Close()
	_, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte("1")))
	if words := wordsOf(t, err); words != "AWS KMS, which encrypts the result, does not answer." {
		t.Errorf("down: %q", words)
	}
}

// TestKMSNamesNoAccount: every reviewer reads the name of the key.
func TestKMSNamesNoAccount(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	off := k.CreateKey("alias/off")
	k.SetState(off, localkms.Disabled)
	_, id, _ := strings.Cut(off, ":key/")
	for name, want := range map[string]string{
		off: id, id: id, "alias/off": "alias/off", "arn:aws:kms:eu-central-1:123456789012:alias/off": "alias/off",
	} {
		c, _ := one(t, codec.Function{KMSKey: name}, k.config())
		if says := c.Encoder.Says(); says != "encrypted with KMS key "+want {
			t.Errorf("%s: says %q", name, says)
		}
		_, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte("1")))
		if words := wordsOf(t, err); words != "The result cannot be encrypted with the KMS key "+want+": it is disabled." {
			t.Errorf("%s: %q", name, words)
		}
	}
}
