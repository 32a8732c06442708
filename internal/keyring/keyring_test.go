package keyring_test

import (
	"bytes"
	"testing"

	"countersign/internal/keyring"
)

func ring(t *testing.T, letters string) *keyring.Ring {
	t.Helper()
	var keys [][]byte
	for _, letter := range letters {
		keys = append(keys, bytes.Repeat([]byte{byte(letter)}, keyring.KeyBytes))
	}
	r, err := keyring.New(keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNew(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][][]byte{"None": nil, "Short": {make([]byte, 31)}} {
		if _, err := keyring.New(keys); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestOpen: what a key sealed opens under every ring that has it, for the same place, and nowhere
// else.
func TestOpen(t *testing.T) {
	t.Parallel()
	sealed := ring(t, "a").Seal([]byte("4711"), []byte("here"))
	if again := ring(t, "a").Seal([]byte("4711"), []byte("here")); bytes.Equal(sealed, again) {
		t.Error("the same data are sealed to the same bytes")
	}
	for _, tt := range []struct {
		keys, about string
		opens       bool
	}{{"a", "here", true}, {"ba", "here", true}, {"b", "here", false}, {"a", "there", false}} {
		data, ok := ring(t, tt.keys).Open(sealed, []byte(tt.about))
		if ok != tt.opens || ok && string(data) != "4711" {
			t.Errorf("%s, %s: %q, %t", tt.keys, tt.about, data, ok)
		}
	}
	sealed[len(sealed)-1] ^= 1
	if _, ok := ring(t, "a").Open(sealed, []byte("here")); ok {
		t.Error("changed bytes open")
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	hash := ring(t, "a").Hash([]byte("4711"))
	for _, tt := range []struct {
		keys, data  string
		same, known bool
	}{{"a", "4711", true, true}, {"ba", "4711", true, true}, {"a", "4712", false, true}, {"b", "4711", false, false}} {
		if same, known := ring(t, tt.keys).Matches(hash, []byte(tt.data)); same != tt.same || known != tt.known {
			t.Errorf("%s, %s: same %t, known %t", tt.keys, tt.data, same, known)
		}
	}
	if hash == ring(t, "b").Hash([]byte("4711")) {
		t.Error("two keys make the same hash")
	}
	if same, known := ring(t, "a").Matches("", []byte("4711")); same || known {
		t.Error("no hash matches")
	}
}
