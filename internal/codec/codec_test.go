package codec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/durable"
	"countersign/durable/aesgcm"
	"countersign/durable/kmsgcm"
	"countersign/internal/callbacks"
	"countersign/internal/codec"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

const execution = "arn:aws:lambda:eu-central-1:123456789012:function:payroll:1/durable-execution/run-7/0a1b"

var (
	to   = callbacks.Target{ExecutionARN: execution}
	mara = callbacks.Person{Subject: "u1", Name: "Mara Voss", Email: "mara@example.com"}
	key  = bytes.Repeat([]byte{7}, 32)
)

// one makes the codec of a function and notes what is observed.
func one(t *testing.T, f codec.Function, c codec.Config) (desk.Codec, *[]codec.Observation) {
	t.Helper()
	var seen []codec.Observation
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Observe = func(_ context.Context, o codec.Observation) { seen = append(seen, o) }
	all, err := codec.New(map[string]codec.Function{"payroll": f}, c)
	if err != nil {
		t.Fatal(err)
	}
	return all["payroll"], &seen
}

// success is a completion with a JSON document.
func success(result []byte) callbacks.Completion {
	return callbacks.Completion{Kind: callbacks.Success, Result: result}
}

// wordsOf are the words for the person; it fails if there are none.
func wordsOf(t *testing.T, err error) string {
	t.Helper()
	failed, ok := errors.AsType[*desk.CodecError](err)
	if !ok {
		t.Fatalf("got %v, want an error with words", err)
	}
	return failed.Words
}

func TestText(t *testing.T) {
	t.Parallel()
	if c, _ := one(t, codec.Function{Text: true}, codec.Config{}); !c.Text || c.Encoder != nil || c.Decoder != nil {
		t.Errorf("the codec of bare text is %+v", c)
	}
}

// TestAESGCMIsReadByTheFunction encodes as the desk does and decodes as a function does, each from its
// own copy of the key.
func TestAESGCMIsReadByTheFunction(t *testing.T) {
	t.Parallel()
	c, seen := one(t, codec.Function{AESKey: key}, codec.Config{})
	function, err := aesgcm.New(bytes.Clone(key))
	if err != nil {
		t.Fatal(err)
	}
	for result, want := range map[string]string{`{"approved":true,"n":1.50}`: `{"approved":true,"n":1.50}`, "yes": `"yes"`, `"yes"`: `"yes"`} {
		sealed, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte(result)))
		if err != nil || bytes.Contains(sealed, []byte(result)) {
			t.Fatalf("encoded as %s (%v)", sealed, err)
		}
		var opened json.RawMessage
		if err := function.Unmarshal(t.Context(), durable.SerdesContext{DurableExecutionArn: execution}, sealed, &opened); err != nil || string(opened) != want {
			t.Errorf("%s is opened as %s (%v), want %s", result, opened, err, want)
		}
	}
	if c.Encoder.Says() != "encrypted with AES-GCM" || c.Decoder != nil {
		t.Errorf("says %q, decodes %v", c.Encoder.Says(), c.Decoder)
	}
	if o := (*seen)[0]; len(*seen) != 3 || o.Function != "payroll" || o.Format != "aes-gcm" || o.Decoding || o.Err != nil {
		t.Errorf("observed %+v", *seen)
	}
}

// TestUnbound: what is encrypted is bound to an execution, so there has to be one.
func TestUnbound(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	for _, f := range []codec.Function{{AESKey: key}, {KMSKey: k.CreateKey()}} {
		c, _ := one(t, f, k.config())
		sent, err := c.Encoder.Encode(t.Context(), callbacks.Target{}, mara, success([]byte("1")))
		if faults, ok := errors.AsType[fault.List](err); !ok || faults[0].Pointer != "outcome" || sent != nil {
			t.Errorf("%s: %s, %v", c.Encoder.Says(), sent, err)
		}
	}
}

// TestTextStaysText: text that looks like JSON is a string for the function, as an empty one is.
func TestTextStaysText(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	k.CreateKey("alias/payroll")
	sealed, _ := one(t, codec.Function{AESKey: key}, codec.Config{})
	enveloped, _ := one(t, codec.Function{KMSKey: "alias/payroll"}, k.config())
	gcm, err := aesgcm.New(key)
	if err != nil {
		t.Fatal(err)
	}
	underKMS, err := kmsgcm.New(k.client, "alias/payroll")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"42", `{"approved":true}`, "null", `"yes"`, "yes", ""} {
		result := callbacks.Completion{Kind: callbacks.Success, Result: []byte(text), Text: true}
		for _, way := range []struct {
			by     desk.Encoder
			serdes durable.Serdes
		}{{sealed.Encoder, gcm}, {enveloped.Encoder, underKMS}} {
			sent, err := way.by.Encode(t.Context(), to, mara, result)
			if err != nil {
				t.Fatal(err)
			}
			var got any
			if err := way.serdes.Unmarshal(t.Context(), durable.SerdesContext{DurableExecutionArn: execution}, sent, &got); err != nil || got != text {
				t.Errorf("%s: the text %q is opened as %#v (%v)", way.by.Says(), text, got, err)
			}
		}
	}
}

func TestNewRefusesShortKeys(t *testing.T) {
	t.Parallel()
	_, err := codec.New(map[string]codec.Function{"payroll": {AESKey: []byte("short")}}, codec.Config{})
	if err == nil || !strings.Contains(err.Error(), "payroll") || strings.Contains(err.Error(), "short") {
		t.Errorf("got %v, want the function named and the key not", err)
	}
}
