package auth

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/oauth2"
)

// maxAttempts bounds the sign-ins under way in one browser; the oldest gives way.
const maxAttempts = 8

// attemptsKey is where the sign-ins under way are held, as JSON, oldest first.
const attemptsKey = "attempts"

// attempt is one sign-in under way. It is used once.
type attempt struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"` // PKCE, RFC 7636
	Return   string    `json:"return"`
	At       time.Time `json:"at"`
}

// newAttempt draws what nobody may guess: 128 random bits and more for each.
func newAttempt(returnPath string, now time.Time) attempt {
	return attempt{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Return: ReturnPath(returnPath), At: now,
	}
}

// keepAttempt adds an attempt to those of this browser, under a fresh token.
func (a *Auth) keepAttempt(w http.ResponseWriter, r *http.Request, at attempt) error {
	ctx, open, err := a.openAttempts(r)
	if err != nil {
		return err
	}
	open = append(open, at)
	if err := a.attempts.RenewToken(ctx); err != nil {
		return fmt.Errorf("keep the sign-in: %w", err)
	}
	return a.saveAttempts(ctx, w, open[max(0, len(open)-maxAttempts):])
}

// takeAttempt finds the attempt that a state belongs to and forgets it, or returns [ErrStateMismatch].
func (a *Auth) takeAttempt(w http.ResponseWriter, r *http.Request, state string) (attempt, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	ctx, open, err := a.openAttempts(r)
	if err != nil {
		return attempt{}, err
	}
	i := slices.IndexFunc(open, func(at attempt) bool { return at.State == state })
	if i < 0 {
		return attempt{}, ErrStateMismatch
	}
	at := open[i]
	if rest := slices.Delete(open, i, i+1); len(rest) > 0 {
		return at, a.saveAttempts(ctx, w, rest)
	}
	return at, destroy(ctx, a.attempts, w)
}

// openAttempts loads the attempts of this browser that are not too old.
func (a *Auth) openAttempts(r *http.Request) (context.Context, []attempt, error) {
	ctx, err := a.attempts.Load(r.Context(), tokenOf(a.attempts, r))
	if err != nil {
		return nil, nil, fmt.Errorf("read the sign-ins under way: %w", err)
	}
	var open []attempt
	if stored := a.attempts.GetBytes(ctx, attemptsKey); stored != nil {
		if err := json.Unmarshal(stored, &open); err != nil {
			return nil, nil, fmt.Errorf("read the sign-ins under way: %w", err)
		}
	}
	now := a.cfg.Now()
	open = slices.DeleteFunc(open, func(at attempt) bool { return now.Sub(at.At) > attemptLifetime })
	return ctx, open, nil
}

// saveAttempts writes the attempts and the cookie that leads to them.
func (a *Auth) saveAttempts(ctx context.Context, w http.ResponseWriter, open []attempt) error {
	stored, err := json.Marshal(open)
	if err != nil {
		return fmt.Errorf("keep the sign-in: %w", err)
	}
	a.attempts.Put(ctx, attemptsKey, stored)
	return save(ctx, a.attempts, w)
}
