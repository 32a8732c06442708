package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/people"
	"countersign/internal/printable"
)

// recordKey is the key under which a session holds its record. The record is JSON, so that a later
// release can add fields.
const recordKey = "person"

// record is what a session remembers.
type record struct {
	identity
	ID         callbacks.ID `json:"id"`      // for pages; only the token signs in
	Browser    string       `json:"browser"` // the browser that used it last, as it names itself
	Address    string       `json:"address"` // the address that used it last
	Issuer     string       `json:"issuer"`  // the provider that named the person
	SignedInAt time.Time    `json:"signed_in_at"`
	SeenAt     time.Time    `json:"seen_at"`  // last activity, exact to touchInterval
	RenewAt    time.Time    `json:"renew_at"` // when to read the groups again
	Draft      *Draft       `json:"draft,omitempty"`
	// Earlier are the names and addresses that the provider ever gave the person, up to the sign-in:
	// whoever changes an address stays the requester that it named.
	Earlier []string `json:"earlier,omitempty"`
}

// person returns the person of the record for the domain. Roles, and whether addresses are trusted,
// follow the current configuration, so that a change takes effect at once.
func (r record) person(cfg *Config) callbacks.Person {
	p := callbacks.Person{
		ID: people.ID(r.Issuer, r.Subject), Issuer: r.Issuer, Subject: r.Subject,
		Name: r.Name, Email: r.Email, Groups: r.Groups, GroupsReadAt: r.GroupsReadAt,
		EmailVerified: r.Email != "" && (r.EmailVerified || cfg.EmailTrusted),
		GivenName:     r.GivenName, FamilyName: r.FamilyName,
		UserNames: slices.Clone(r.UserNames),
	}
	for _, name := range r.Earlier {
		if !slices.Contains(p.UserNames, name) {
			p.UserNames = append(p.UserNames, name)
		}
	}
	p.Roles = cfg.Roles.roles(p)
	return p
}

// listed returns what the list of sessions shows of the record.
func (r record) listed(cfg *Config) people.Session {
	p := r.person(cfg)
	return people.Session{
		ID: r.ID, Person: keyOf(p), Name: p.Actor().Name, Email: r.Email, Browser: r.Browser, Address: r.Address,
		SignedInAt: r.SignedInAt, SeenAt: r.SeenAt,
	}
}

// used notes that a request used the session.
func (r *record) used(req *http.Request, cfg *Config, now time.Time) {
	r.SeenAt, r.Browser, r.Address = now, BrowserName(req.UserAgent()), printable.Fold(cfg.ClientAddress(req), maxAddressText)
}

// maxAddressText bounds a network address. The longest IPv6 address with its zone is shorter.
const maxAddressText = 64

// session is the session of one request.
type session struct {
	// data is the context under which scs finds the session. It is kept apart from the request's
	// context, where it would also be taken for the sign-ins under way (see newManager).
	data     context.Context
	record   record
	signedIn bool
}

type sessionKey struct{}

// LoadSession is the middleware that finds the person of a request. It ends sessions whose time is
// over and renews groups that are old. It writes nothing while the handler runs and does not wrap
// the response, so streaming works.
//
// A stream of events does not count as activity, nor does a request with [BackgroundHeader].
func (a *Auth) LoadSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Cookie")
		s, err := a.load(w, r)
		if err != nil {
			a.cfg.SessionError(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, s)))
	})
}

// Person returns the person of the request of ctx, or false if nobody is signed in. The request
// must have passed [Auth.LoadSession].
func (a *Auth) Person(ctx context.Context) (callbacks.Person, bool) {
	s, ok := ctx.Value(sessionKey{}).(*session)
	if !ok || !s.signedIn {
		return callbacks.Person{}, false
	}
	return s.record.person(&a.cfg), true
}

// session returns the request's session, or a new one if LoadSession did not run.
func (a *Auth) session(r *http.Request) (*session, error) {
	if s, ok := r.Context().Value(sessionKey{}).(*session); ok {
		return s, nil
	}
	return a.read(r.Context(), "")
}

// load reads the request's session and does what is due: it ends it, renews it, or notes that it
// was used.
func (a *Auth) load(w http.ResponseWriter, r *http.Request) (*session, error) {
	token := tokenOf(a.sessions, r)
	s, err := a.read(r.Context(), token)
	if err != nil || !s.signedIn {
		return s, err
	}
	now := a.cfg.Now()
	switch {
	case a.over(s.record, now):
		return a.end(w, r, s)
	case a.renewalDue(s.record, now):
		return a.renew(w, r, token)
	case now.Sub(s.record.SeenAt) >= a.touchInterval() && !byItself(r):
		return a.touch(r, token, s, now)
	}
	return s, nil
}

// touch notes that a session is used. If that cannot be written now, a person who is signed in can
// still read.
func (a *Auth) touch(r *http.Request, token string, s *session, now time.Time) (*session, error) {
	ctx := r.Context()
	touched, err := a.change(ctx, token, func(rec *record) bool {
		rec.used(r, &a.cfg, now)
		return true
	})
	if errors.Is(err, callbacks.ErrUnavailable) {
		a.cfg.Logger.WarnContext(ctx, "the last use of a session was not recorded; it may end too early", "error", err)
		return s, nil
	}
	return touched, err
}

// BackgroundHeader marks a request that a page makes by itself. Its value does not matter.
const BackgroundHeader = "Countersign-Background"

// byItself reports whether a page made the request without its reader, because a forgotten tab must
// not keep a session alive.
func byItself(r *http.Request) bool {
	return r.Header.Get("Accept") == "text/event-stream" || r.Header.Get(BackgroundHeader) != ""
}

// over reports whether one of the session's two clocks has run out, or another provider than the
// configured one named its person, which then nobody vouches for any more. Sessions that an earlier
// version wrote name no provider and are over too.
func (a *Auth) over(rec record, now time.Time) bool {
	return rec.Issuer != a.cfg.Issuer || now.Sub(rec.SeenAt) >= a.cfg.SessionIdle || now.Sub(rec.SignedInAt) >= a.cfg.SessionLifetime
}

// touchInterval is how exact SeenAt is. Writing it on every request would cost a transaction each
// time.
func (a *Auth) touchInterval() time.Duration {
	return min(time.Minute, a.cfg.SessionIdle/10)
}

// end deletes the session and continues with nobody signed in.
func (a *Auth) end(w http.ResponseWriter, r *http.Request, s *session) (*session, error) {
	if err := destroy(s.data, a.sessions, w); err != nil {
		return nil, err
	}
	a.cfg.Ended(s.record.ID)
	return a.read(r.Context(), "")
}

// endOnRecord deletes a session together with an audit entry, both or neither, and then its cookie.
// It is no error if the session was already ended.
func (a *Auth) endOnRecord(ctx context.Context, w http.ResponseWriter, rec record, detail string) error {
	_, err := a.cfg.Store.End(ctx, rec.ID, func(people.Session) (callbacks.AuditEntry, error) {
		actor := rec.person(&a.cfg).Actor()
		return callbacks.AuditEntry{At: a.cfg.Now(), Actor: actor, Action: callbacks.ActionSignedOut, Detail: detail}, nil
	})
	if err != nil && !errors.Is(err, callbacks.ErrNotFound) {
		return fmt.Errorf("end the session: %w", err)
	}
	a.sessions.WriteSessionCookie(ctx, w, "", time.Time{})
	a.cfg.Ended(rec.ID)
	return nil
}

// read loads the session of a token. For an unknown token it returns a new, empty session, whose
// token is never the one that was sent.
func (a *Auth) read(ctx context.Context, token string) (*session, error) {
	data, err := a.sessions.Load(noting(ctx), token)
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	s := &session{data: data}
	if stored := a.sessions.GetBytes(data, recordKey); stored != nil {
		if err := json.Unmarshal(stored, &s.record); err != nil {
			return nil, fmt.Errorf("read the session: %w", err)
		}
		s.signedIn = true
	}
	return s, nil
}

// put changes the session in memory. A commit writes it to the store.
func (a *Auth) put(ctx context.Context, rec record) error {
	stored, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("write the session: %w", err)
	}
	a.sessions.Put(ctx, recordKey, stored)
	return nil
}

// change reads a stored session again, applies fn and writes the session if fn returns true. A
// session that was revoked meanwhile stays revoked. If another process wrote it meanwhile, change
// reads it once more, so fn may run twice.
func (a *Auth) change(ctx context.Context, token string, fn func(*record) bool) (*session, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	for {
		s, err := a.read(ctx, token)
		if err != nil || !s.signedIn || !fn(&s.record) {
			return s, err
		}
		if err := a.put(s.data, s.record); err != nil {
			return nil, err
		}
		switch _, _, err := a.sessions.Commit(about(s.data, s.record.listed(&a.cfg))); {
		case err == nil:
			return s, nil
		case !errors.Is(err, errOver):
			return nil, fmt.Errorf("write the session: %w", err)
		}
	}
}
