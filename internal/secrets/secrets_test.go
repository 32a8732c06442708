package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/internal/secrets"
)

func keys(t *testing.T, letters string) *secrets.Keys {
	t.Helper()
	var all [][]byte
	for _, letter := range letters {
		all = append(all, bytes.Repeat([]byte{byte(letter)}, 32))
	}
	k, err := secrets.New(all)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestNew(t *testing.T) {
	t.Parallel()
	if keys(t, "") != nil {
		t.Error("keys of nothing")
	}
	if _, err := secrets.New([][]byte{{1}}); err == nil || !strings.Contains(err.Error(), secrets.Setting) {
		t.Errorf("a short key: %v", err)
	}
}

// TestTyped: a box opens for its callback, person and input only, under any key that was in use, and
// its length does not tell that of the secret.
func TestTyped(t *testing.T) {
	t.Parallel()
	at := secrets.Typed{Callback: "c1", Person: "mara", Name: "answer:approve/pin"}
	sealed := keys(t, "a").SealTyped(at, "4711")
	for name, tt := range map[string]struct {
		keys  string
		at    secrets.Typed
		opens bool
	}{
		"Same": {"a", at, true}, "Rotated": {"ba", at, true}, "OtherKey": {"b", at, false}, "NoKey": {"", at, false},
		"OtherCallback": {"a", secrets.Typed{Callback: "c2", Person: at.Person, Name: at.Name}, false},
		"OtherPerson":   {"a", secrets.Typed{Callback: "c1", Person: "teo", Name: at.Name}, false},
		"OtherInput":    {"a", secrets.Typed{Callback: "c1", Person: "mara", Name: "answer:approve/pi"}, false},
	} {
		if secret, ok := keys(t, tt.keys).OpenTyped(tt.at, sealed); ok != tt.opens || ok && secret != "4711" {
			t.Errorf("%s: %q, %t", name, secret, ok)
		}
	}
	for _, secret := range []string{"", "\x01", "a\x00", strings.Repeat("x", 63), strings.Repeat("ü", 64)} {
		if got, ok := keys(t, "a").OpenTyped(at, keys(t, "a").SealTyped(at, secret)); !ok || got != secret {
			t.Errorf("%q opens as %q", secret, got)
		}
	}
	if other := keys(t, "a").SealTyped(at, strings.Repeat("x", 60)); len(other) != len(sealed) {
		t.Errorf("the length of a box tells that of the secret: %d and %d", len(sealed), len(other))
	}
	if got := keys(t, "").SealTyped(at, "4711"); got != "" {
		t.Errorf("without a key: %q", got)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	sealed, err := keys(t, "a").SealAnswer("c1", `{"pin":"4711"}`)
	if err != nil || strings.Contains(sealed, "4711") {
		t.Fatalf("%q, %v", sealed, err)
	}
	if document, err := keys(t, "ba").OpenAnswer("c1", sealed); err != nil || document != `{"pin":"4711"}` {
		t.Errorf("%q, %v", document, err)
	}
	for name, open := range map[string]func() (string, error){
		"OtherCallback": func() (string, error) { return keys(t, "a").OpenAnswer("c2", sealed) },
		"OtherKey":      func() (string, error) { return keys(t, "b").OpenAnswer("c1", sealed) },
		"NoKey":         func() (string, error) { return keys(t, "").OpenAnswer("c1", sealed) },
		"NoBox":         func() (string, error) { return keys(t, "a").OpenAnswer("c1", "") },
		"NoBase64":      func() (string, error) { return keys(t, "a").OpenAnswer("c1", "!") },
	} {
		if _, err := open(); !errors.Is(err, secrets.ErrUnopened) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := keys(t, "").SealAnswer("c1", "x"); !errors.Is(err, secrets.ErrUnopened) {
		t.Errorf("sealed without a key: %v", err)
	}
}

var completions = map[string][2]callbacks.Completion{
	"Success": {{Kind: callbacks.Success, Result: []byte(`{"pin":"4711"}`)}, {Kind: callbacks.Success, Result: []byte(`{"pin":"••••••"}`)}},
	"Failure": {
		{Kind: callbacks.Failure, Error: callbacks.ErrorObject{ErrorType: "T", ErrorMessage: "m", ErrorData: `{"pin":"4711"}`}},
		{Kind: callbacks.Failure, Error: callbacks.ErrorObject{ErrorType: "T", ErrorMessage: "m", ErrorData: `{"pin":"••••••"}`}},
	},
}

// TestCompletion: what is kept shows nothing of the secret, opens to the same bytes, and is recognised
// in a history after the box was dropped.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for name, tt := range completions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			real, shown := tt[0], tt[1]
			sealed, err := keys(t, "a").Seal("c1", real, shown)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(sealed.Body(), []byte("4711")) || bytes.Contains(sealed.Sealed.Box, []byte("4711")) {
				t.Error("the secret is in what is kept")
			}
			opened, err := keys(t, "ba").Open("c1", sealed)
			if err != nil || !opened.Same(real) || opened.SHA256() != real.SHA256() {
				t.Errorf("opens as %+v, %v", opened, err)
			}
			if plain, err := keys(t, "").Open("c1", real); err != nil || !plain.Same(real) {
				t.Errorf("one that is not sealed: %+v, %v", plain, err)
			}
			for _, open := range []func() (callbacks.Completion, error){
				func() (callbacks.Completion, error) { return keys(t, "a").Open("c2", sealed) },
				func() (callbacks.Completion, error) { return keys(t, "b").Open("c1", sealed) },
				func() (callbacks.Completion, error) { return keys(t, "").Open("c1", sealed) },
				func() (callbacks.Completion, error) {
					return keys(t, "a").Open("c1", keys(t, "a").Hashed("c1", real, shown))
				},
			} {
				if _, err := open(); !errors.Is(err, secrets.ErrUnopened) {
					t.Errorf("opened: %v", err)
				}
			}
			if sealed.SHA256() != keys(t, "a").Hashed("c1", real, shown).SHA256() || sealed.Same(real) || sealed.Same(shown) {
				t.Error("the hash is not that of the real bytes")
			}
			if keys(t, "a").Hashed("c2", real, shown).SHA256() == sealed.SHA256() {
				t.Error("another callback has the same hash")
			}
		})
	}
	if _, err := keys(t, "").Seal("c1", completions["Success"][0], completions["Success"][1]); !errors.Is(err, secrets.ErrUnopened) {
		t.Errorf("sealed without a key: %v", err)
	}
}

// TestCompared: the history's bytes are compared by the hash; without its key, nobody can tell.
func TestCompared(t *testing.T) {
	t.Parallel()
	real, shown := completions["Success"][0], completions["Success"][1]
	ours := keys(t, "a").Hashed("c1", real, shown)
	other := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"pin":"4712"}`)}
	for name, tt := range map[string]struct {
		keys        string
		found       callbacks.Completion
		holds, able bool
	}{
		"Ours": {"a", real, true, true}, "Rotated": {"ba", real, true, true}, "Other": {"a", other, false, true},
		"WhatIsShown": {"a", shown, false, true}, "KeyGone": {"b", real, false, false}, "NoKey": {"", real, false, false},
	} {
		found := callbacks.Closing{By: callbacks.EndedByOther, EventID: 4, Completion: &tt.found}
		got := keys(t, tt.keys).Compared("c1", found, ours)
		if got.Holds(ours) != tt.holds || got.MayHold(ours) == tt.able {
			t.Errorf("%s: holds %t, may hold %t", name, got.Holds(ours), got.MayHold(ours))
		}
	}
	plain := callbacks.Closing{By: callbacks.EndedByOther, Completion: &real}
	if !keys(t, "").Compared("c1", plain, real).Holds(real) {
		t.Error("a completion that is not sealed is not compared by its bytes")
	}
	empty := callbacks.Closing{By: callbacks.EndedByOther, NoPayload: true}
	if sealed := keys(t, "a").Hashed("c1", real, callbacks.Completion{Kind: callbacks.Success}); empty.Holds(sealed) {
		t.Error("an event without a payload holds a sealed completion")
	}
}

type recorder struct {
	callbacks.Lambda
	sent []callbacks.Completion
}

func (r *recorder) Complete(_ context.Context, _ callbacks.Target, c callbacks.Completion) error {
	r.sent = append(r.sent, c)
	return nil
}

// TestLambda: only the call gets the secret, and nothing is sent if no key opens it.
func TestLambda(t *testing.T) {
	t.Parallel()
	real, shown := completions["Success"][0], completions["Success"][1]
	sealed, err := keys(t, "a").Seal("c1", real, shown)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	if err := keys(t, "a").Lambda(r).Complete(t.Context(), callbacks.Target{ID: "c1"}, sealed); err != nil {
		t.Fatal(err)
	}
	if len(r.sent) != 1 || !r.sent[0].Same(real) {
		t.Errorf("sent %+v", r.sent)
	}
	err = keys(t, "b").Lambda(r).Complete(t.Context(), callbacks.Target{ID: "c1"}, sealed)
	if reply := replies.Of(err).Reply; reply != replies.Sealed || len(r.sent) != 1 {
		t.Errorf("without the key: %s, %d calls", reply, len(r.sent))
	}
}
