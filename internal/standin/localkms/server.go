package localkms

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"countersign/internal/standin/locallambda/wire"
)

const (
	mediaType  = "application/x-amz-json-1.1"
	target     = "TrentService."
	maxRequest = 64 << 10 // bytes; a ciphertext has at most 6,144
)

// refused is an answer other than success.
type refused struct{ code, message string }

func (r *refused) Error() string { return r.code + ": " + r.message }

func refusal(code, format string, args ...any) error {
	return &refused{code, fmt.Sprintf(format, args...)}
}

// Handler serves KMS's JSON protocol, version 1.1. Serve it only on a loopback address. Requests must
// have the form of a signed request; the signature itself is not checked.
func (k *KMS) Handler() http.Handler { return http.HandlerFunc(k.serve) }

func (k *KMS) serve(w http.ResponseWriter, r *http.Request) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), target)
	in, err := read(w, r)
	var out output
	var used string
	if err == nil {
		switch operation {
		case "GenerateDataKey":
			out, used, err = k.generateDataKey(in)
		case "Decrypt":
			out, used, err = k.decrypt(in)
		default:
			err = refusal("UnknownOperationException", "")
		}
	}
	if k.config.Observe != nil {
		said := Request{Operation: operation, Key: used, Context: in.EncryptionContext}
		if no, ok := errors.AsType[*refused](err); ok {
			said.Refused = no.code
		}
		k.config.Observe(said)
	}
	answer(w, out, err)
}

func read(w http.ResponseWriter, r *http.Request) (in input, err error) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		return in, refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	if r.Method != http.MethodPost || r.URL.Path != "/" || r.Header.Get("Content-Type") != mediaType {
		return in, refusal("UnknownOperationException", "")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil || json.Unmarshal(body, &in) != nil {
		return in, refusal("SerializationException", "")
	}
	return in, nil
}

// answer writes the output, or the error with status 400, as KMS does for all errors of requests.
func answer(w http.ResponseWriter, out output, err error) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set(wire.RequestIDHeader, wire.NewUUID())
	var body any = out
	if no, ok := errors.AsType[*refused](err); ok {
		w.WriteHeader(http.StatusBadRequest)
		body = map[string]string{"__type": no.code, "message": no.message}
	}
	_ = json.NewEncoder(w).Encode(body) // fails only if the client is gone
}
