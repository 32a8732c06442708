package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/people"
)

// keyOf returns the key under which a person's sessions are listed.
func keyOf(p callbacks.Person) string { return p.Actor().ID }

// OwnSessions returns a page of a person's sessions. The query says where the page begins and how
// long it is.
func (a *Auth) OwnSessions(ctx context.Context, p callbacks.Person, q people.SessionQuery) ([]people.Session, *desk.Cursor, error) {
	q.Person = keyOf(p)
	return a.list(ctx, q)
}

// AllSessions returns a page of everybody's sessions. It is for admins.
func (a *Auth) AllSessions(ctx context.Context, p callbacks.Person, q people.SessionQuery) ([]people.Session, *desk.Cursor, error) {
	if !p.Roles.Admin {
		return nil, nil, &callbacks.Refusal{Code: "role", Reason: "This page is for admins."}
	}
	q.Person = ""
	return a.list(ctx, q)
}

// list returns a page of sessions without those that are over but that no request has ended yet.
func (a *Auth) list(ctx context.Context, q people.SessionQuery) ([]people.Session, *desk.Cursor, error) {
	now := a.cfg.Now()
	q.SeenAfter, q.SignedInAfter = now.Add(-a.cfg.SessionIdle), now.Add(-a.cfg.SessionLifetime)
	page, next, err := a.cfg.Store.List(ctx, q)
	if err != nil {
		return nil, nil, fmt.Errorf("list sessions: %w", err)
	}
	return page, next, nil
}

// SessionID returns the ID of the session of the request of ctx. It is empty if nobody is signed
// in.
func (a *Auth) SessionID(ctx context.Context) callbacks.ID {
	if s, ok := ctx.Value(sessionKey{}).(*session); ok && s.signedIn {
		return s.record.ID
	}
	return ""
}

// EndSession ends a session of the person, or of anybody if the person is an admin. It returns
// [callbacks.ErrNotFound] if there is no such session or it is not theirs.
func (a *Auth) EndSession(ctx context.Context, by callbacks.Person, id callbacks.ID) (people.Session, error) {
	ended, err := a.cfg.Store.End(ctx, id, func(s people.Session) (callbacks.AuditEntry, error) {
		own := s.Person == keyOf(by)
		if !own && !by.Roles.Admin {
			return callbacks.AuditEntry{}, callbacks.ErrNotFound
		}
		return callbacks.AuditEntry{At: a.cfg.Now(), Actor: by.Actor(), Action: callbacks.ActionSessionEnded, Detail: endedWords(s, own)}, nil
	})
	if err != nil {
		return people.Session{}, fmt.Errorf("end a session: %w", err)
	}
	a.cfg.Ended(id)
	return ended.Session, nil
}

// EndOthers ends all sessions of the person except that of ctx.
func (a *Auth) EndOthers(ctx context.Context, by callbacks.Person) error {
	this := a.SessionID(ctx)
	var after *desk.Cursor
	for {
		page, next, err := a.OwnSessions(ctx, by, people.SessionQuery{After: after, Limit: desk.MaxPage})
		if err != nil {
			return err
		}
		for _, s := range page {
			if s.ID == this {
				continue
			}
			if _, err := a.EndSession(ctx, by, s.ID); err != nil && !errors.Is(err, callbacks.ErrNotFound) {
				return err
			}
		}
		if after = next; next == nil {
			return nil
		}
	}
}

// endedWords is the sentence for the audit.
func endedWords(s people.Session, own bool) string {
	whose := "a session of " + s.Name
	if own {
		whose = "their own session"
	}
	words := fmt.Sprintf("Ended %s, signed in %s", whose, s.SignedInAt.UTC().Format("2006-01-02 15:04 UTC"))
	if s.Address != "" {
		words += " and last used from " + s.Address
	}
	if s.Browser != "" {
		words += " with " + s.Browser
	}
	return words + "."
}

// lookTimeout bounds one read of a session.
const lookTimeout = 10 * time.Second

// SessionLasts returns how long the session of ctx lasts at least, unless it is ended before; zero
// once it is over. It reads the session from the store. While the store cannot be read, the session
// counts as valid.
func (a *Auth) SessionLasts(ctx context.Context) time.Duration {
	s, ok := ctx.Value(sessionKey{}).(*session)
	if !ok || !s.signedIn {
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	stored, err := a.read(ctx, a.sessions.Token(s.data))
	now := a.cfg.Now()
	switch {
	case err != nil:
		return time.Minute
	case !stored.signedIn || a.over(stored.record, now):
		return 0
	}
	return min(a.cfg.SessionIdle-now.Sub(stored.record.SeenAt), a.cfg.SessionLifetime-now.Sub(stored.record.SignedInAt))
}

// UnopenedSessions returns how many sessions no key could open.
func (a *Auth) UnopenedSessions() int64 { return a.safe.unopened.Load() }
