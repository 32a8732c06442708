package kmsgcm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"countersign/durable"
	"countersign/durable/kmsgcm"
	"countersign/internal/standin/localkms"
)

const execution = "arn:aws:lambda:eu-central-1:123456789012:function:approve:1/durable-execution/order-7/0a1b"

var approval = durable.SerdesContext{OperationID: "1", DurableExecutionArn: execution}

type decision struct{ By string }

// newKMS starts a KMS with the aliases first and second, and returns AWS's client of it.
func newKMS(t *testing.T) (*localkms.KMS, *kms.Client, *httptest.Server) {
	t.Helper()
	keys := localkms.New(localkms.Config{Region: "eu-central-1"})
	keys.CreateKey("alias/first")
	keys.CreateKey("alias/second")
	server := httptest.NewServer(keys.Handler())
	t.Cleanup(server.Close)
	return keys, kms.New(kms.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}), server
}

func serdes(t *testing.T, client kmsgcm.KMS, keys ...string) *kmsgcm.Serdes {
	t.Helper()
	s, err := kmsgcm.New(client, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func seal(t *testing.T, s *kmsgcm.Serdes) []byte {
	t.Helper()
	data, err := s.Marshal(t.Context(), approval, decision{By: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSerdes(t *testing.T) {
	t.Parallel()
	_, client, _ := newKMS(t)
	first, second := serdes(t, client, "alias/first"), serdes(t, client, "alias/second")
	sealed, other := seal(t, first), seal(t, first)
	if bytes.Contains(sealed, []byte("ann")) || bytes.Equal(sealed, other) {
		t.Errorf("sealed as %s, twice the same or readable", sealed)
	}
	var envelope, another struct{ KmsKey, Data []byte }
	if errors.Join(json.Unmarshal(sealed, &envelope), json.Unmarshal(other, &another)) != nil || len(envelope.KmsKey) == 0 {
		t.Fatalf("the envelope is %s", sealed)
	}
	written := func(key, data []byte) []byte {
		text, _ := json.Marshal(map[string][]byte{"kmsKey": key, "data": data})
		return text
	}
	changed := bytes.Clone(envelope.Data)
	changed[len(changed)/2] ^= 1
	elsewhere := durable.SerdesContext{OperationID: "1", DurableExecutionArn: execution + "2"}
	for name, c := range map[string]struct {
		s    *kmsgcm.Serdes
		meta durable.SerdesContext
		data []byte
		ok   bool
	}{
		"SameKey":          {first, approval, sealed, true},
		"AnotherOperation": {first, durable.SerdesContext{OperationID: "2", DurableExecutionArn: execution}, sealed, true},
		"KeyReplaced":      {serdes(t, client, "alias/second", "alias/first"), approval, sealed, true},
		"KeyDropped":       {second, approval, sealed, false},
		"AnotherExecution": {first, elsewhere, sealed, false},
		"Changed":          {first, approval, written(envelope.KmsKey, changed), false},
		"AnothersKey":      {first, approval, written(another.KmsKey, envelope.Data), false},
		"KeyOfNobody":      {first, approval, written([]byte("key"), envelope.Data), false},
		"NoData":           {first, approval, written(envelope.KmsKey, nil), false},
		"NotEncrypted":     {first, approval, []byte(`{"By":"eve"}`), false},
		"NotJSON":          {first, approval, []byte("YQ=="), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got decision
			err := c.s.Unmarshal(t.Context(), c.meta, c.data, &got)
			if c.ok && (err != nil || got.By != "ann") {
				t.Errorf("got %+v, %v", got, err)
			}
			if !c.ok && (err == nil || err.Error() != "kmsgcm: not encrypted with one of the keys for this execution" || got.By != "") {
				t.Errorf("got %+v, %v; want it refused", got, err)
			}
		})
	}
}

// TestUnavailable: what an operator can mend is told from what is final.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	keys, client, server := newKMS(t)
	arn := keys.CreateKey("alias/third")
	s := serdes(t, client, "alias/third")
	sealed := seal(t, s)
	try := func(when string) {
		t.Helper()
		_, err := s.Marshal(t.Context(), approval, decision{})
		if !errors.Is(err, durable.ErrUnavailable) {
			t.Errorf("%s, to encrypt: %v", when, err)
		}
		if err := s.Unmarshal(t.Context(), approval, sealed, &decision{}); !errors.Is(err, durable.ErrUnavailable) {
			t.Errorf("%s, to decrypt: %v", when, err)
		}
	}
	for _, state := range []localkms.State{localkms.Disabled, localkms.Denied, localkms.PendingDeletion} {
		keys.SetState(arn, state)
		try(string(state))
	}
	keys.SetState(arn, localkms.Enabled)
	var got decision
	if err := s.Unmarshal(t.Context(), approval, sealed, &got); err != nil || got.By != "ann" {
		t.Errorf("enabled again: %+v, %v", got, err)
	}
	server.Close()
	try("down")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Marshal(gone, approval, decision{}); err == nil || errors.Is(err, durable.ErrUnavailable) {
		t.Errorf("cancelled: %v", err)
	}
}

// Raw JSON comes back to the byte, whatever a JSON encoder would have made of it.
func TestMarshal_rawJSON(t *testing.T) {
	t.Parallel()
	const raw = `{ "by": "<ann> & Örn", "n": 1.50 }`
	_, client, _ := newKMS(t)
	s := serdes(t, client, "alias/first")
	sealed, err := s.Marshal(t.Context(), approval, json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	var got json.RawMessage
	if err := s.Unmarshal(t.Context(), approval, sealed, &got); err != nil || string(got) != raw {
		t.Errorf("came back as %s, %v; want %s", got, err, raw)
	}
	for _, v := range []any{make(chan int), json.RawMessage("{")} {
		if _, err := s.Marshal(t.Context(), approval, v); err == nil {
			t.Errorf("a %T was encoded", v)
		}
	}
}

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	if _, err := kmsgcm.New(nil); err == nil {
		t.Error("no key: want an error")
	}
}
