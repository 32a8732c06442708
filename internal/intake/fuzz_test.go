package intake_test

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"countersign/internal/fault"
	"countersign/internal/intake"
)

// Whatever a body holds: it is refused with faults that can be answered, or read so that the domain
// can go on with it.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"callbackId":"QUJD","payload":null,"startedAt":"9999-12-31T23:59:59-23:59"}`))
	f.Add([]byte(`{"callbackId":"\ud800","a/b":[[{"a":1,"a":2}]],"timeoutSeconds":-0}`))
	f.Add([]byte(`{"callbackId":"QUJD","startedAt":"2026-11-22T09:30:00+24:00"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := intake.Decode(body)
		if err != nil {
			invalid, ok := errors.AsType[fault.List](err)
			if !ok || len(invalid) == 0 || len(invalid) > 32 {
				t.Fatalf("got %v", err)
			}
			for _, fault := range invalid {
				if fault.Detail == "" || (fault.Pointer != "" && !strings.HasPrefix(fault.Pointer, "/")) {
					t.Errorf("fault %+v", fault)
				}
			}
			return
		}
		if !bytes.Contains(body, a.Payload) {
			t.Errorf("the payload was changed to %s", a.Payload)
		}
		if a.Fingerprint() == "" {
			t.Error("no fingerprint")
		}
	})
}

// No header without the secret lets a message in.
func FuzzVerify(f *testing.F) {
	verifier := newVerifier(f, sources, clock)
	genuine := signed(f, "msg_1", now, body, paymentsSecret)
	f.Add(genuine.Get("webhook-id"), genuine.Get("webhook-timestamp"), genuine.Get("webhook-signature"), "", "payments", []byte(`{}`))
	f.Add("msg_1", "1795339800", "v1,", "Bearer x", "", body)
	f.Add("", "", "", "Bearer "+strayToken, "reports", body)
	f.Fuzz(func(t *testing.T, id, timestamp, signature, authorization, source string, message []byte) {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", timestamp)
		h.Set("webhook-signature", signature)
		h.Set("Authorization", authorization)
		h.Set(intake.HeaderSource, source)
		from, _, err := verifier.Verify(h, message)
		if err == nil && !bytes.Equal(message, body) && !strings.Contains(authorization, reportsToken) {
			t.Fatalf("let in as %s", from.Name)
		}
		if err != nil && !isAny(err, intake.ErrNoCredentials, intake.ErrHeader, intake.ErrStale, intake.ErrNoMatch) {
			t.Errorf("%v is no error that a sender can be told", err)
		}
	})
}

// isAny reports whether an error is one of those.
func isAny(err error, known ...error) bool {
	return slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) })
}
