package wire

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// ReadBody reads at most limit bytes. Errors: RequestTooLargeException,
// InvalidRequestContentException.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, TooLarge(limit)
	}
	if err != nil {
		return nil, InvalidContent("Could not read the request body.")
	}
	return body, nil
}

// Decode reads a JSON body. An empty body leaves the target unchanged.
func Decode(body []byte, target any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, target); err != nil {
		return InvalidContent("Could not parse request body into json.")
	}
	return nil
}
