package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/keyring"
	"countersign/internal/secrets"
	"countersign/internal/sqlstore"
)

// TestDoctorSecrets: the doctor says whether the keys open what people typed and what still waits.
func TestDoctorSecrets(t *testing.T) {
	x := newExamined(t)
	if out, _ := x.doctor(t); !strings.Contains(out, "there is no key, so a form that asks for a secret is refused") {
		t.Errorf("without a key:\n%s", out)
	}
	key := bytes.Repeat([]byte("k"), keyring.KeyBytes)
	keys, err := secrets.New([][]byte{key})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(x.folder, "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	c := callbackstest.NewCallback()
	entry := callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt)
	if _, err := store.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, entry); err != nil {
		t.Fatal(err)
	}
	sealed, err := keys.SealAnswer(c.ID, `{"pin":"4711"}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Change(t.Context(), c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		c.Signatures = append(c.Signatures, callbacks.Signature{
			By: callbackstest.Person("ada"), At: time.Now(), Answer: callbacks.Answer{Document: `{}`, Sealed: sealed},
		})
		return nil
	})
	if err = errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	x.settings["SECRETS_KEY"] = rigSessionKey
	if out, err := x.doctor(t); !errors.Is(err, errProblems) || !strings.Contains(out, "1 of 1 secrets that people typed are opened by no key") {
		t.Errorf("with another key, it ends with %v:\n%s", err, out)
	}
	x.settings["SECRETS_KEY"] += "," + base64.StdEncoding.EncodeToString(key)
	if out, _ := x.doctor(t); !strings.Contains(out, "the keys open all 1 secrets that wait") {
		t.Errorf("with the earlier key behind:\n%s", out)
	}
}
