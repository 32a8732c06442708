package intake

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"countersign/internal/inflight"
)

// MaxBody is the largest message, in bytes.
const MaxBody = 1 << 20

// Errors of [ReadBody], [ReadEvent] and [ReadNotification].
var (
	ErrTooLarge  = errors.New("the body is too large")
	ErrMediaType = errors.New("the body is not application/json without a content encoding")
	ErrBody      = errors.New("the body arrived incomplete")
)

// ReadBody reads a message of at most [MaxBody] bytes and decodes nothing, because its bytes are
// signed.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return readBody(w, r, MaxBody, "application/json")
}

// readBody reads at most limit bytes of one of the media types.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, types ...string) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(types, media) || r.Header.Get("Content-Encoding") != "" {
		return nil, ErrMediaType
	}
	tooLarge := fmt.Errorf("%w: at most %s are taken; send a link to the data in place of the data", ErrTooLarge, size(limit))
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, tooLarge
	}
	if errors.Is(err, inflight.ErrFull) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBody, err)
	}
	return body, nil
}

// size writes a limit in the largest unit that divides it.
func size(bytes int64) string {
	if bytes%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}
