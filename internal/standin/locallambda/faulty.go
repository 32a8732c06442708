package locallambda

import (
	"bytes"
	"net"
	"net/http"
)

// serveFaulty serves a call that a fault may have struck.
func (e *Engine) serveFaulty(f Fault, w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
	switch f.Kind {
	case "":
		serve(w, r)
	case FaultConnectionReset:
		reset(w)
	case FaultAnswerLost:
		serve(newHeldAnswer(), r)
		panic(http.ErrAbortHandler) // closes the connection without an answer, and without a line in the log
	case FaultSlow:
		e.serveSlowly(f, w, r, serve)
	default:
		err := &APIError{Status: faultStatus[f.Kind], Code: string(f.Kind), Message: "A fault on demand.", RetryAfter: f.RetryAfter}
		if f.Kind == FaultThrottled {
			err.Reason = callerRateExceeded
		}
		writeError(w, err)
	}
}

// serveSlowly does the work at once and holds the answer back. The delay begins before the work, so that who sees the work's
// effect knows that the clock is set.
func (e *Engine) serveSlowly(f Fault, w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
	over := make(chan struct{})
	stop := e.config.Clock.AfterFunc(f.Delay, func() { close(over) })
	defer stop()
	held := newHeldAnswer()
	serve(held, r)
	select {
	case <-over:
		held.release(w)
	case <-r.Context().Done():
	case <-e.context.Done():
		writeError(w, engineClosed())
	}
}

// reset closes the client's connection with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // no bare connection beneath; closing is the nearest
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the close is merely an orderly one
	}
	_ = conn.Close()
}

// heldAnswer keeps an answer in memory.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// newHeldAnswer returns an answer of status 200 until the handler says something else.
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
