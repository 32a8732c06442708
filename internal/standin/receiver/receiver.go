// Package receiver is a program that gets events as Standard Webhooks has them, for the demo and
// for tests. It proves a signature by itself and refuses what the specification tells receivers to
// refuse. Events are in memory only.
//
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxBody is the size of an event in bytes; the specification recommends at most 20 KiB.
	maxBody = 20 << 10
	// maxAge is how far the timestamp may be from now.
	maxAge = 5 * time.Minute
	// maxEvents is how many events are kept.
	maxEvents = 200
)

// Event is one that was accepted.
type Event struct {
	ID       string
	At       time.Time
	Times    int // how often it came
	Body     []byte
	Verified int // how many of the signatures are of the receiver's secret
	Signed   int // how many signatures it had
}

// Receiver is a program that gets events.
type Receiver struct {
	key []byte
	now func() time.Time

	mu     sync.Mutex
	events []Event
}

// New makes a receiver. secret is "whsec_" and base64.
func New(secret string, now func() time.Time) (*Receiver, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return nil, err
	}
	return &Receiver{key: key, now: now}, nil
}

// Events returns the events, in the order in which they first came.
func (r *Receiver) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// ServeHTTP implements [http.Handler].
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	id := req.Header.Get("webhook-id")
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	switch {
	case req.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	case err != nil:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case id == "" || !r.fresh(req.Header.Get("webhook-timestamp")):
		http.Error(w, "the webhook-id is missing, or the webhook-timestamp is not of now", http.StatusBadRequest)
		return
	}
	signatures := strings.Fields(req.Header.Get("webhook-signature"))
	verified := r.verified(signatures, id+"."+req.Header.Get("webhook-timestamp")+"."+string(body))
	switch {
	case verified == 0:
		http.Error(w, "no signature is of this receiver's secret", http.StatusUnauthorized)
		return
	case !json.Valid(body):
		http.Error(w, "the event is not JSON", http.StatusBadRequest)
		return
	}
	r.keep(Event{ID: id, At: r.now(), Times: 1, Body: body, Verified: verified, Signed: len(signatures)})
	w.WriteHeader(http.StatusNoContent)
}

func (r *Receiver) fresh(timestamp string) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	return err == nil && r.now().Sub(time.Unix(seconds, 0)).Abs() <= maxAge
}

func (r *Receiver) verified(signatures []string, signed string) (n int) {
	mac := hmac.New(sha256.New, r.key)
	_, _ = io.WriteString(mac, signed)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, s := range signatures {
		if hmac.Equal([]byte(s), []byte(want)) {
			n++
		}
	}
	return n
}

// keep keeps an event. One whose ID is known counts as the same: that is what the ID is for.
func (r *Receiver) keep(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.events, func(known Event) bool { return known.ID == e.ID }); i >= 0 {
		r.events[i].Times++
		return
	}
	r.events = append(r.events, e)
	if len(r.events) > maxEvents {
		r.events = slices.Delete(r.events, 0, len(r.events)-maxEvents)
	}
}
