package aesgcm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"countersign/durable"
	"countersign/durable/aesgcm"
)

var (
	key      = bytes.Repeat([]byte{1}, 32)
	newer    = bytes.Repeat([]byte{2}, 32)
	approval = durable.SerdesContext{OperationID: "1", DurableExecutionArn: "arn:one"}
)

type decision struct{ By string }

func serdes(t *testing.T, keys ...[]byte) *aesgcm.Serdes {
	t.Helper()
	s, err := aesgcm.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func seal(t *testing.T, s *aesgcm.Serdes) []byte {
	t.Helper()
	data, err := s.Marshal(context.Background(), approval, decision{By: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSerdes(t *testing.T) {
	t.Parallel()
	sealed := seal(t, serdes(t, key))
	if bytes.Contains(sealed, []byte("ann")) || bytes.Equal(sealed, seal(t, serdes(t, key))) {
		t.Errorf("sealed as %s, twice the same or readable", sealed)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)/2] ^= 1
	cases := []struct {
		name string
		s    *aesgcm.Serdes
		meta durable.SerdesContext
		data []byte
		ok   bool
	}{
		{"same key", serdes(t, key), approval, sealed, true},
		{"another operation", serdes(t, key), durable.SerdesContext{OperationID: "2", DurableExecutionArn: "arn:one"}, sealed, true},
		{"key replaced", serdes(t, newer, key), approval, sealed, true},
		{"key dropped", serdes(t, newer), approval, sealed, false},
		{"another execution", serdes(t, key), durable.SerdesContext{OperationID: "1", DurableExecutionArn: "arn:two"}, sealed, false},
		{"changed", serdes(t, key), approval, changed, false},
		{"not encrypted", serdes(t, key), approval, []byte(`{"By":"eve"}`), false},
		{"too short", serdes(t, key), approval, []byte("YQ=="), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got decision
			err := c.s.Unmarshal(context.Background(), c.meta, c.data, &got)
			if c.ok && (err != nil || got.By != "ann") {
				t.Errorf("got %+v, %v", got, err)
			}
			if !c.ok && (err == nil || err.Error() != "aesgcm: not encrypted with one of the keys for this execution" || got.By != "") {
				t.Errorf("got %+v, %v; want it refused", got, err)
			}
		})
	}
}

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	if _, err := aesgcm.New(); err == nil {
		t.Error("no key: want an error")
	}
	if _, err := aesgcm.New(key, []byte("short")); err == nil || !strings.HasPrefix(err.Error(), "aesgcm: key 2: ") {
		t.Errorf("short key: %v, want which it is", err)
	}
}

// Raw JSON comes back to the byte, whatever a JSON encoder would have made of it.
func TestMarshal_rawJSON(t *testing.T) {
	t.Parallel()
	const raw = `{ "by": "<ann> & Örn", "n": 1.50 }`
	s := serdes(t, key)
	sealed, err := s.Marshal(context.Background(), approval, json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	var got json.RawMessage
	if err := s.Unmarshal(context.Background(), approval, sealed, &got); err != nil || string(got) != raw {
		t.Errorf("came back as %s, %v; want %s", got, err, raw)
	}
}

func TestMarshal_notJSON(t *testing.T) {
	t.Parallel()
	for _, v := range []any{make(chan int), json.RawMessage("{")} {
		if _, err := serdes(t, key).Marshal(context.Background(), approval, v); err == nil {
			t.Errorf("a %T was encoded", v)
		}
	}
}
