package fault

import (
	"bytes"
	"net/http"
)

// heldAnswer keeps an answer in memory.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// newHeldAnswer returns an answer with status 200 until the handler sets another one.
func newHeldAnswer() *heldAnswer {
	return &heldAnswer{header: http.Header{}, status: http.StatusOK}
}

// Header implements http.ResponseWriter.
func (h *heldAnswer) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter.
func (h *heldAnswer) WriteHeader(status int) { h.status = status }

// Write implements http.ResponseWriter.
func (h *heldAnswer) Write(b []byte) (int, error) { return h.body.Write(b) }

// release sends the answer.
func (h *heldAnswer) release(w http.ResponseWriter) {
	for key, values := range h.header {
		w.Header()[key] = values
	}
	w.WriteHeader(h.status)
	_, _ = h.body.WriteTo(w)
}
