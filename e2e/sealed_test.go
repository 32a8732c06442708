package e2e_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/durable"
	"countersign/durable/aesgcm"
	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
)

// sealed is the name of a function whose results only it can read.
const sealed = "sealed-approval"

// TestEncrypted: a reviewer decides as ever, Lambda gets ciphertext, and the function reads exactly
// the bytes that were shown.
func TestEncrypted(t *testing.T) {
	t.Parallel()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	serdes, err := aesgcm.New(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(base64.StdEncoding.EncodeToString(key)), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] += "functions: {" + sealed + ": {encryptionKey: {file: " + path + "}}}\n"
	})
	w.register(sealed, durable.WithCallbackSerdes(serdes))
	mara := w.signIn(t, "mara")
	for name, q := range map[string]demo.Question{
		"approve": expense(),
		// an outcome of the sender's own, with what a JSON encoder might write in another way
		"refund": expense(func(q *demo.Question) {
			q.Outcomes = []demo.Outcome{{Name: "refund", Label: "Refund", Kind: "success",
				Payload: map[string]any{"why": "{{comment}}", "html": "<b>&</b>", "amount": json.Number("1318.40")}}}
		}),
	} {
		a := w.askFrom(t, sealed, q)
		mara.open(a.page())
		mara.write("#comment", "Agreed with <Lena> & \\ Örn")
		mara.comes("#wire", "Lena")
		mara.reads("#wire", "go out encrypted with AES-GCM")
		shown := mara.arm(name)
		mara.confirm()
		mara.reaches("completed")

		closed := w.await(t, locallambda.CallbackClosed, a.executionARN)
		ends := w.closings(t, a)
		if len(ends) != 1 || ends[0].CallbackSucceededDetails == nil {
			t.Fatalf("the history has %+v, want one success", ends)
		}
		sent := *ends[0].CallbackSucceededDetails.Result.Payload
		if _, err := base64.StdEncoding.DecodeString(sent); err != nil || sent != closed.Payload || strings.Contains(sent, "Lena") {
			t.Errorf("Lambda has %s, want ciphertext", sent)
		}
		var opened json.RawMessage
		meta := durable.SerdesContext{DurableExecutionArn: a.executionARN}
		if err := serdes.Unmarshal(t.Context(), meta, []byte(sent), &opened); err != nil || string(opened) != shown {
			t.Errorf("Lambda has %s, %v\nthe page showed %s", opened, err, shown)
		}
		if got := w.result(t, a); got.Result != shown {
			t.Errorf("the function got %s\nthe page showed %s", got.Result, shown)
		}
		mara.comes("#follow-up", "SUCCEEDED")
	}
	mara.inspect("sealed")
}
