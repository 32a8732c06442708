package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/keyring"
	"countersign/internal/people"
)

// Store keeps sessions, and also the sign-ins under way. It gets only hashes of tokens and sealed
// data.
type Store interface {
	// Find returns what a session holds. found is false if there is no session or it has expired.
	Find(ctx context.Context, tokenHash []byte) (sealed []byte, found bool, err error)
	// Insert adds a new session.
	Insert(ctx context.Context, s people.StoredSession) error
	// Update writes a session if it still holds what was found. Otherwise, if it was deleted or
	// written meanwhile, Update changes nothing and written is false.
	Update(ctx context.Context, s people.StoredSession, found []byte) (written bool, err error)
	// Delete ends a session. found is false if there is none.
	Delete(ctx context.Context, tokenHash []byte) (found bool, err error)
	// End deletes the session of an ID together with the audit entry that judge returns. If judge
	// returns an error, the session stays and End returns that error. If there is no session, End
	// returns [callbacks.ErrNotFound]. judge may run twice.
	End(ctx context.Context, id callbacks.ID, judge func(people.Session) (callbacks.AuditEntry, error)) (people.StoredSession, error)
	// List returns a page, the latest sign-in first, and the cursor of the next page, which is nil
	// on the last page.
	List(ctx context.Context, q people.SessionQuery) (page []people.Session, next *desk.Cursor, err error)
}

// errOver means that a session was ended, or written by another process, while a request worked
// with it.
var errOver = errors.New("the session ended or changed in the meantime")

// safe seals what the store keeps.
type safe struct {
	store    Store
	keys     *keyring.Ring
	log      *slog.Logger
	unopened atomic.Int64
	told     sync.Once
}

// opened returns what a session holds. If no key opens it, nobody is signed in with it: its person
// has to sign in again.
func (s *safe) opened(ctx context.Context, sealed, tokenHash []byte) (data []byte, ok bool) {
	if data, ok = s.keys.Open(sealed, tokenHash); !ok {
		s.unopened.Add(1)
		s.told.Do(func() {
			s.log.WarnContext(ctx, "a session is encrypted with a key that is not configured; its owner must sign in again. This is logged once; "+
				"if a key was replaced, list the old one after the new one for a day")
		})
	}
	return data, ok
}

// vault is the safe as scs uses it.
type vault struct {
	*safe
	// begins means that what is written is a new session. Otherwise a write succeeds only if the
	// session is still as it was found: a request that read a session before it was deleted must
	// not bring it back, nor put back a spent refresh token.
	begins bool
	// once means that deleting a session that is already gone returns errOver.
	once bool
}

var _ scs.CtxStore = vault{}

type aboutKey struct{}

// about passes what the list of sessions shows to [vault.CommitCtx], because scs hands over only
// the data to be sealed.
func about(ctx context.Context, s people.Session) context.Context {
	return context.WithValue(ctx, aboutKey{}, s)
}

type foundKey struct{}

// noting returns a context that notes what is found of a session, for the write that follows. The
// write cannot compute it: sealing the same data twice gives different bytes.
func noting(ctx context.Context) context.Context {
	return context.WithValue(ctx, foundKey{}, new([]byte))
}

func hashOf(token string) []byte {
	hash := sha256.Sum256([]byte(token))
	return hash[:]
}

// FindCtx implements [scs.CtxStore].
func (v vault) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	hash := hashOf(token)
	sealed, found, err := v.store.Find(ctx, hash)
	if err != nil || !found {
		return nil, false, err
	}
	if noted, ok := ctx.Value(foundKey{}).(*[]byte); ok {
		*noted = sealed
	}
	data, found = v.opened(ctx, sealed, hash)
	return data, found, nil
}

// CommitCtx implements [scs.CtxStore]. It returns [errOver] if the session is not as it was found.
func (v vault) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	hash := hashOf(token)
	s := people.StoredSession{TokenHash: hash, Sealed: v.keys.Seal(data, hash), ExpiresAt: expiry}
	s.Session, _ = ctx.Value(aboutKey{}).(people.Session)
	if v.begins {
		return v.store.Insert(ctx, s)
	}
	var found []byte
	if noted, ok := ctx.Value(foundKey{}).(*[]byte); ok {
		found = *noted
	}
	written, err := v.store.Update(ctx, s, found)
	if err == nil && !written {
		err = errOver
	}
	return err
}

// DeleteCtx implements [scs.CtxStore].
func (v vault) DeleteCtx(ctx context.Context, token string) error {
	found, err := v.store.Delete(ctx, hashOf(token))
	if err == nil && !found && v.once {
		err = errOver
	}
	return err
}

// Find, Commit and Delete are for callers without a context; scs uses the methods with one.

// Find implements [scs.Store].
func (v vault) Find(token string) ([]byte, bool, error) {
	return v.FindCtx(context.Background(), token)
}

// Commit implements [scs.Store].
func (v vault) Commit(token string, data []byte, expiry time.Time) error {
	return v.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements [scs.Store].
func (v vault) Delete(token string) error { return v.DeleteCtx(context.Background(), token) }
