package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"

	"countersign/durable"
	"countersign/durable/aesgcm"
	"countersign/internal/callbacks"
	"countersign/internal/config"
)

// TestSealerIsReadByTheFunction seals as the desk does and opens as a function does, each from its
// own copy of the key.
func TestSealerIsReadByTheFunction(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{7}, 32)
	var keys config.EncryptionKeys
	if err := keys.UnmarshalText(fmt.Appendf(nil, `{"expense-approval":%q}`, base64.StdEncoding.EncodeToString(key))); err != nil {
		t.Fatal(err)
	}
	seals, err := sealers(keys)
	if err != nil {
		t.Fatal(err)
	}
	function, err := aesgcm.New(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		result string
		read   any
		want   string
	}{
		"JSON": {`{"approved":true}`, &struct{ Approved bool }{}, "&{true}"},
		"Text": {"go ahead", new(string), "go ahead"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sealed, err := seals["expense-approval"].Seal(t.Context(), callbacks.Target{ExecutionARN: "arn:one"}, []byte(tt.result))
			if err != nil || bytes.Contains(sealed, []byte(tt.result)) {
				t.Fatalf("sealed as %s (%v)", sealed, err)
			}
			if err := function.Unmarshal(t.Context(), durable.SerdesContext{DurableExecutionArn: "arn:one"}, sealed, tt.read); err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(tt.read)
			if text, ok := tt.read.(*string); ok {
				got = *text
			}
			if got != tt.want {
				t.Errorf("the function read %s, want %s", got, tt.want)
			}
		})
	}
}

func TestEncryptionKeys(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`[]`, `{"a b":"x"}`, `{"f":"c2hvcnQ="}`, `{"f":1}`, `{"f":"?"}`} {
		var keys config.EncryptionKeys
		if err := keys.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
