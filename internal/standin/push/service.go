package push

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// maxBody is the size of a message in bytes that every push service takes.
	// https://www.rfc-editor.org/rfc/rfc8030#section-7.2
	maxBody = 4096
	// maxKept is how many notifications of a browser are kept.
	maxKept = 100
)

// Path begins the path of every endpoint.
const Path = "/push/"

// base64url is how the Push API writes bytes.
var base64url = base64.RawURLEncoding

// Notification is what a browser got.
type Notification struct {
	Topic, Urgency string
	TTL            time.Duration
	Text           []byte // decrypted
	At             time.Time
	// Replaced is set when a later one of the same topic came.
	Replaced bool
}

// Browser takes pushes.
type Browser struct {
	Endpoint     string
	P256DH, Auth string // as the Push API gives them
	// sender is the key that pushes have to be signed with: the applicationServerKey.
	sender string
	key    *ecdh.PrivateKey
	auth   []byte
	gone   bool
	got    []Notification
}

// Service is a push service.
type Service struct {
	origin string // of its endpoints
	now    func() time.Time

	mu       sync.Mutex
	browsers map[string]*Browser // by path
	waits    int                 // requests that are asked to come again
	arrived  chan struct{}       // closed with the first message that a browser got
}

// New makes a push service that is reached at an origin, such as http://127.0.0.1:8090.
func New(origin string, now func() time.Time) *Service {
	return &Service{origin: origin, now: now, browsers: map[string]*Browser{}, arrived: make(chan struct{})}
}

// Arrived is closed once a browser got a message.
func (s *Service) Arrived() <-chan struct{} { return s.arrived }

// Subscribe makes a browser that takes the pushes of one sender: its public key, base64url.
func (s *Service) Subscribe(sender string) (*Browser, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	b := &Browser{sender: sender, key: key, auth: make([]byte, 16)}
	_, _ = rand.Read(b.auth) // never fails
	b.P256DH, b.Auth = base64url.EncodeToString(key.PublicKey().Bytes()), base64url.EncodeToString(b.auth)
	at := Path + rand.Text()
	b.Endpoint = s.origin + at
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers[at] = b
	return b, nil
}

// Expire ends a subscription, as browsers and push services do.
func (s *Service) Expire(b *Browser) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.gone = true
}

// Throttle asks the next n requests to come again.
func (s *Service) Throttle(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits = n
}

// Shown returns what a browser got, the oldest first.
func (s *Service) Shown(b *Browser) []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(b.got)
}

// ServeHTTP implements [http.Handler] for endpoints.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, known := s.browsers[r.URL.Path]
	switch {
	case !known:
		http.Error(w, "no such subscription", http.StatusNotFound)
	case b.gone: // https://www.rfc-editor.org/rfc/rfc8030#section-7.3
		http.Error(w, "push subscription has unsubscribed or expired", http.StatusGone)
	case r.Method != http.MethodPost:
		http.Error(w, "messages come by POST", http.StatusMethodNotAllowed)
	case s.waits > 0: // https://www.rfc-editor.org/rfc/rfc8030#section-8.4
		s.waits--
		w.Header().Set("Retry-After", "30")
		http.Error(w, "too many messages", http.StatusTooManyRequests)
	default:
		s.receive(w, r, b)
	}
}

// receive takes a message for a browser.
func (s *Service) receive(w http.ResponseWriter, r *http.Request, b *Browser) {
	if status, err := s.authorize(r, b); err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	n, err := headers(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the message is too large", http.StatusRequestEntityTooLarge)
		return
	}
	// A real service cannot see this: the browser would drop the message.
	if n.Text, err = b.decrypt(body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n.At = s.now()
	for i := range b.got {
		b.got[i].Replaced = b.got[i].Replaced || n.Topic != "" && b.got[i].Topic == n.Topic
	}
	b.got = append(b.got, n)
	select {
	case <-s.arrived:
	default:
		close(s.arrived)
	}
	if len(b.got) > maxKept {
		b.got = slices.Delete(b.got, 0, len(b.got)-maxKept)
	}
	w.Header().Set("Location", s.origin+"/message/"+rand.Text())
	w.WriteHeader(http.StatusCreated)
}

// topic is the form of a topic: at most 32 characters of base64url.
// https://www.rfc-editor.org/rfc/rfc8030#section-5.4
var topic = regexp.MustCompile(`^[A-Za-z0-9_-]{0,32}$`)

// urgencies are the words of https://www.rfc-editor.org/rfc/rfc8030#section-5.3; none means normal.
var urgencies = []string{"", "very-low", "low", "normal", "high"}

// headers reads those of a message.
func headers(r *http.Request) (Notification, error) {
	n := Notification{Topic: r.Header.Get("Topic"), Urgency: r.Header.Get("Urgency")}
	// https://www.rfc-editor.org/rfc/rfc8030#section-5.2: a message without TTL is refused.
	seconds, err := strconv.ParseUint(r.Header.Get("TTL"), 10, 31)
	switch {
	case err != nil:
		return n, fmt.Errorf("TTL is %q, no number of seconds", r.Header.Get("TTL"))
	case !topic.MatchString(n.Topic):
		return n, fmt.Errorf("the topic %q is not base64url of at most 32 characters", n.Topic)
	case !slices.Contains(urgencies, n.Urgency):
		return n, fmt.Errorf("there is no urgency %q", n.Urgency)
	case r.Header.Get("Content-Encoding") != "aes128gcm": // https://www.rfc-editor.org/rfc/rfc8291#section-4
		return n, fmt.Errorf("the content encoding is %q, not aes128gcm", r.Header.Get("Content-Encoding"))
	}
	n.TTL = time.Duration(seconds) * time.Second
	return n, nil
}
