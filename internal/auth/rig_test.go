package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/people"
	"countersign/internal/standin/oidc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "a secret:with signs"

var dana = oidc.User{
	Subject: "dana", Name: "Dana Whitfield", Email: "dana@harborline.example", Groups: []string{"finance", "approvers"},
}

// rig is a provider and our server on real sockets, and what stands around them: clock, store,
// audit, log.
type rig struct {
	*oidc.Provider
	cfg    auth.Config
	auth   atomic.Pointer[auth.Auth]
	app    *httptest.Server
	origin string
	issuer string
	store  *brittleStore
	wire   *wire
	log    *syncBuffer

	start time.Time
	ahead atomic.Int64 // nanoseconds

	mu           sync.Mutex
	audit        []callbacks.AuditEntry
	recording    error // what Record answers
	ended        []callbacks.ID
	people       map[string]people.Profile
	people.Store       // what the desk does not ask of it here
	keeping      error // what KeepPerson answers
}

// option changes the configuration before the server is made.
type option func(*rig, *auth.Config)

func newRig(t *testing.T, options ...option) *rig {
	t.Helper()
	return startRig(t, false, options...)
}

func startRig(t *testing.T, https bool, options ...option) *rig {
	t.Helper()
	r := &rig{start: time.Now(), log: &syncBuffer{}, people: map[string]people.Profile{}}
	r.store = &brittleStore{Sessions: newStore(t), rig: r}
	r.app = httptest.NewUnstartedServer(http.HandlerFunc(r.serve))
	r.origin = "http://" + r.app.Listener.Addr().String()
	if https {
		r.origin = "https://" + r.app.Listener.Addr().String()
	}
	r.startProvider(t)
	cfg := auth.Config{
		Issuer: r.issuer, ClientID: "countersign", ClientSecret: secret, BaseURL: r.origin,
		Roles: auth.RoleGroups{Reviewer: []string{"approvers"}, Admin: []string{"operators"}, Auditor: []string{"audit"}},
		Store: r.store, SessionKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Ended: r.sessionEnded, HTTPClient: &http.Client{Transport: r.wire}, Now: r.now, Record: r.record, People: r,
		Logger: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, o := range options {
		o(r, &cfg)
	}
	r.cfg = cfg
	r.restart(t)
	if https {
		r.app.StartTLS()
	} else {
		r.app.Start()
	}
	t.Cleanup(r.app.Close)
	return r
}

// restart forgets what our server holds in memory.
func (r *rig) restart(t *testing.T) {
	t.Helper()
	fresh, err := auth.New(r.cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.auth.Store(fresh)
}

func (r *rig) startProvider(t *testing.T) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	r.issuer = "http://" + server.Listener.Addr().String()
	provider, err := oidc.New(r.issuer, []oidc.Client{{
		ID: "countersign", Secret: secret, RedirectURIs: []string{r.origin + auth.CallbackPath}, SignedOutURIs: []string{r.origin + auth.SignedOutPath},
	}}, []oidc.User{dana}, r.now)
	if err != nil {
		t.Fatal(err)
	}
	r.Provider = provider
	server.Config.Handler = provider.Handler()
	server.Start()
	r.wire = &wire{next: server.Client().Transport}
	t.Cleanup(server.Close)
}

func (r *rig) now() time.Time { return r.start.Add(time.Duration(r.ahead.Load())) }

func (r *rig) pass(d time.Duration) { r.ahead.Add(int64(d)) }

func (r *rig) record(_ context.Context, e callbacks.AuditEntry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recording == nil {
		r.audit = append(r.audit, e)
	}
	return r.recording
}

func (r *rig) recordingError() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.recording
}

func (r *rig) sessionEnded(id callbacks.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = append(r.ended, id)
}

// endedSessions are the sessions whose end was told.
func (r *rig) endedSessions() []callbacks.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ended)
}

func (r *rig) failRecording(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recording = err
}

// KeepPerson and Profile are the contract's simplest keeper.
func (r *rig) KeepPerson(_ context.Context, said people.Profile) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keeping != nil {
		return r.keeping
	}
	if known, ok := r.people[said.ID]; ok {
		said = known.Add(said)
	}
	r.people[said.ID] = said
	return nil
}

func (r *rig) Profile(_ context.Context, id string) (people.Profile, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.people[id]; ok {
		return known, nil
	}
	return people.Profile{}, callbacks.ErrNotFound
}

func (r *rig) failKeeping(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeping = err
}

// id is the key of somebody at the rig's provider.
func (r *rig) id(subject string) string { return people.ID(r.issuer, subject) }

// actions are the audit's lines so far.
func (r *rig) actions() (lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.audit {
		subject := e.Actor.ID
		if known, ok := r.people[subject]; ok { // the key differs from run to run
			subject = known.Subject
		}
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", e.Actor.Kind, subject, e.Action, e.Detail))
	}
	return lines
}

// serve stands for package handlers.
func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	a := r.auth.Load()
	a.LoadSession(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/auth/login":
			target, err := a.Begin(w, req, req.FormValue("return"))
			redirect(w, req, target, "", err)
		case auth.CallbackPath:
			target, _, err := a.Finish(w, req)
			redirect(w, req, target, target, err)
		case "/auth/logout":
			target, err := a.SignOut(w, req)
			redirect(w, req, target, "", err)
		case "/why":
			fault, reason := a.WithoutRole(req.Context())
			w.Header().Set("Fault", string(fault))
			_, _ = io.WriteString(w, reason)
		case "/end-others":
			person, _ := a.Person(req.Context())
			if err := a.EndOthers(req.Context(), person); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
			}
		case "/lasts":
			_, _ = io.WriteString(w, a.SessionLasts(req.Context()).String())
		default:
			person, ok := a.Person(req.Context())
			if !ok {
				w.WriteHeader(http.StatusUnauthorized)
			}
			_ = json.NewEncoder(w).Encode(person)
		}
	})).ServeHTTP(w, req)
}

// redirect answers 303, or 400 with the kind of the error, its fault and the return path.
func redirect(w http.ResponseWriter, r *http.Request, target, returnPath string, err error) {
	if err == nil {
		http.Redirect(w, r, target, http.StatusSeeOther)
		return
	}
	w.Header().Set("Return", returnPath)
	w.Header().Set("Fault", string(auth.FaultOf(err)))
	http.Error(w, kindOf(err)+"\n"+err.Error(), http.StatusBadRequest)
}

func kindOf(err error) string {
	refused, ok := errors.AsType[*auth.RefusedError](err)
	switch {
	case ok:
		return "refused " + refused.Code + " " + refused.Description
	case errors.Is(err, auth.ErrStateMismatch):
		return "state"
	case errors.Is(err, auth.ErrProviderUnavailable):
		return "unavailable"
	case errors.Is(err, auth.ErrTokenInvalid):
		return "token"
	case errors.Is(err, auth.ErrProviderUnfit):
		return "unfit"
	}
	return "other"
}
