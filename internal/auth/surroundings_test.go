package auth_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2/memstore"

	"countersign/internal/callbacks"
)

// brittleStore counts what is asked of it and fails when told to.
type brittleStore struct {
	*memstore.MemStore
	finds    atomic.Int64
	commits  atomic.Int64
	broken   atomic.Bool
	readOnly atomic.Bool

	afterFind atomic.Pointer[func()] // called once, between a read and what its reader does next
}

var errStore = fmt.Errorf("%w: the store is broken", callbacks.ErrUnavailable)

func (s *brittleStore) Find(token string) ([]byte, bool, error) {
	if s.broken.Load() {
		return nil, false, errStore
	}
	s.finds.Add(1)
	b, found, err := s.MemStore.Find(token)
	if fn := s.afterFind.Swap(nil); fn != nil {
		(*fn)()
	}
	return b, found, err
}

func (s *brittleStore) Commit(token string, b []byte, expiry time.Time) error {
	s.commits.Add(1)
	if s.readOnly.Load() {
		return errStore
	}
	return s.MemStore.Commit(token, b, expiry)
}

func (s *brittleStore) Delete(token string) error {
	if s.readOnly.Load() {
		return errStore
	}
	return s.MemStore.Delete(token)
}

// wire carries our server's requests to the provider. It can be cut, and can answer in the provider's place.
type wire struct {
	next     http.RoundTripper
	cut      atomic.Bool
	requests atomic.Int64

	mu      sync.Mutex
	replace func(*http.Request) *http.Response
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.requests.Add(1)
	if w.cut.Load() {
		return nil, errors.New("connection refused")
	}
	w.mu.Lock()
	replace := w.replace
	w.mu.Unlock()
	if replace != nil {
		if resp := replace(req); resp != nil {
			return resp, nil
		}
	}
	return w.next.RoundTrip(req)
}

// answer sets who answers in the provider's place; a nil response lets the request pass.
func (w *wire) answer(replace func(*http.Request) *http.Response) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replace = replace
}

// answerInPlace replaces the answers to requests whose path ends so.
func (w *wire) answerInPlace(pathEnd string, status int, body string) {
	w.answer(func(req *http.Request) *http.Response {
		if !strings.HasSuffix(req.URL.Path, pathEnd) {
			return nil
		}
		return jsonResponse(req, status, body)
	})
}

func jsonResponse(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// before calls fn once, before a request whose path ends so.
func (w *wire) before(pathEnd string, fn func()) {
	var once sync.Once
	w.answer(func(req *http.Request) *http.Response {
		if strings.HasSuffix(req.URL.Path, pathEnd) {
			once.Do(fn)
		}
		return nil
	})
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
