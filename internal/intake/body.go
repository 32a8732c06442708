package intake

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// MaxBody is the most that a message may weigh, in bytes.
const MaxBody = 1 << 20

// Errors of [ReadBody].
var (
	ErrTooLarge  = errors.New("the body is larger than 1 MiB")
	ErrMediaType = errors.New("the body is not application/json without a content encoding")
	ErrBody      = errors.New("the body did not arrive whole")
)

// ReadBody reads a message of at most [MaxBody] bytes, as it is signed: before anything is decoded.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" || r.Header.Get("Content-Encoding") != "" {
		return nil, ErrMediaType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBody, err)
	}
	return body, nil
}
