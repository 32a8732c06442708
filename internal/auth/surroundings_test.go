package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/people"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// brittleStore is a real one that counts what is asked of it and fails when told to.
type brittleStore struct {
	*sqlstore.Sessions
	rig      *rig
	finds    atomic.Int64
	writes   atomic.Int64
	broken   atomic.Bool
	readOnly atomic.Bool

	afterFind atomic.Pointer[func()] // called once, between a read and what its reader does next
}

var errStore = fmt.Errorf("%w: the store is broken", callbacks.ErrUnavailable)

// newStore is a store of sessions in a database of its own. Its clock is the machine's: the clocks
// of sessions are checked by auth.
func newStore(t *testing.T) *sqlstore.Sessions {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store.Sessions(time.Now)
}

func (s *brittleStore) Find(ctx context.Context, hash []byte) ([]byte, bool, error) {
	if s.broken.Load() {
		return nil, false, errStore
	}
	s.finds.Add(1)
	sealed, found, err := s.Sessions.Find(ctx, hash)
	if fn := s.afterFind.Swap(nil); fn != nil {
		(*fn)()
	}
	return sealed, found, err
}

func (s *brittleStore) Insert(ctx context.Context, session people.StoredSession) error {
	s.writes.Add(1)
	if s.readOnly.Load() {
		return errStore
	}
	return s.Sessions.Insert(ctx, session)
}

func (s *brittleStore) Update(ctx context.Context, session people.StoredSession, was []byte) (bool, error) {
	s.writes.Add(1)
	if s.readOnly.Load() {
		return false, errStore
	}
	return s.Sessions.Update(ctx, session, was)
}

func (s *brittleStore) Delete(ctx context.Context, hash []byte) (bool, error) {
	if s.readOnly.Load() {
		return false, errStore
	}
	return s.Sessions.Delete(ctx, hash)
}

// End writes its audit entry where the rig keeps the others, too.
func (s *brittleStore) End(ctx context.Context, id callbacks.ID, judge func(people.Session) (callbacks.AuditEntry, error)) (people.StoredSession, error) {
	if s.readOnly.Load() {
		return people.StoredSession{}, errStore
	}
	var entry callbacks.AuditEntry
	ended, err := s.Sessions.End(ctx, id, func(session people.Session) (_ callbacks.AuditEntry, err error) {
		if entry, err = judge(session); err == nil {
			err = s.rig.recordingError()
		}
		return entry, err
	})
	if err == nil {
		err = s.rig.record(ctx, entry)
	}
	return ended, err
}

// forget deletes the session of a token, as somebody who works in the database would.
func (s *brittleStore) forget(t *testing.T, token string) {
	t.Helper()
	if found, err := s.Sessions.Delete(t.Context(), auth.HashOf(token)); err != nil || !found {
		t.Errorf("found %t, %v", found, err)
	}
}

// there reports whether the store has the session of a token.
func (s *brittleStore) there(t *testing.T, token string) bool {
	t.Helper()
	_, found, err := s.Sessions.Find(t.Context(), auth.HashOf(token))
	if err != nil {
		t.Error(err)
	}
	return found
}

// wire carries our server's requests to the provider. It can be cut, and can answer in the
// provider's place.
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
func (w *wire) reply(replace func(*http.Request) *http.Response) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replace = replace
}

// answerInPlace replaces the answers to requests whose path ends so.
func (w *wire) answerInPlace(pathEnd string, status int, body string) {
	w.reply(func(req *http.Request) *http.Response {
		if !strings.HasSuffix(req.URL.Path, pathEnd) {
			return nil
		}
		return jsonResponse(req, status, body)
	})
}

// edit lets answers pass with their JSON changed, by the end of the path.
func (w *wire) edit(t *testing.T, edits map[string]func(body map[string]any)) {
	w.reply(func(req *http.Request) *http.Response {
		for pathEnd, change := range edits {
			if strings.HasSuffix(req.URL.Path, pathEnd) {
				return w.edited(t, req, change)
			}
		}
		return nil
	})
}

func (w *wire) edited(t *testing.T, req *http.Request, change func(map[string]any)) *http.Response {
	resp, err := w.next.RoundTrip(req)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	var body map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Error(err)
	}
	change(body)
	text, err := json.Marshal(body)
	if err != nil {
		t.Error(err)
	}
	return jsonResponse(req, resp.StatusCode, string(text))
}

// without takes a member from a JSON body.
func without(name string) func(map[string]any) {
	return func(body map[string]any) { delete(body, name) }
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
	w.reply(func(req *http.Request) *http.Response {
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
