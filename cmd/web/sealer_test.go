package main

import (
	"bytes"
	"fmt"
	"testing"

	"countersign/durable"
	"countersign/durable/aesgcm"
	"countersign/internal/callbacks"
)

// TestSealerIsReadByTheFunction seals as the desk does and opens as a function does, each from its
// own copy of the key.
func TestSealerIsReadByTheFunction(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{7}, 32)
	seals, err := sealers(map[string][]byte{"expense-approval": key})
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

func TestSealersRefuseShortKeys(t *testing.T) {
	t.Parallel()
	if _, err := sealers(map[string][]byte{"expense-approval": []byte("short")}); err == nil {
		t.Error("a short key was accepted")
	}
}
