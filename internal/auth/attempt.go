package auth

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"golang.org/x/oauth2"

	"countersign/internal/callbacks"
	"countersign/internal/people"
)

const (
	// maxAttempts bounds the sign-ins under way in one browser. A new one beyond that replaces the
	// oldest.
	maxAttempts = 8
	// maxForgotten bounds how many attempts are dropped at once, since each needs a header in the
	// response.
	maxForgotten = 4
	// attemptCookie is the prefix of the names of the attempts' cookies. Each attempt has a session
	// of its own, which holds it as JSON under attemptKey.
	attemptCookie = "countersign-signin"
	attemptKey    = "attempt"
	// stateInName is how many characters of the state go into the cookie's name: enough to tell
	// attempts apart.
	stateInName = 10
)

// attempt is one sign-in under way. It can be used once.
type attempt struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"` // PKCE, RFC 7636
	Return   string    `json:"return"`
	At       time.Time `json:"at"`
}

// newAttempt draws the secrets of a sign-in, each from at least 128 random bits.
func newAttempt(returnPath string, now time.Time) attempt {
	return attempt{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Return: ReturnPath(returnPath), At: now,
	}
}

// attemptsOf returns the session manager for one attempt. Its cookie is named after the attempt's
// state, so that two tabs that begin at the same moment do not replace each other's cookie.
func (a *Auth) attemptsOf(state string) *scs.SessionManager {
	return newManager(a.cfg, vault{safe: a.safe, begins: true, once: true}, attemptCookie+"-"+state[:min(len(state), stateInName)], attemptLifetime)
}

// keepAttempt stores an attempt and sets the cookie that leads to it.
func (a *Auth) keepAttempt(w http.ResponseWriter, r *http.Request, at attempt) error {
	a.forgetOldest(w, r)
	attempts := a.attemptsOf(at.State)
	ctx, err := attempts.Load(r.Context(), "")
	if err != nil {
		return fmt.Errorf("store the sign-in: %w", err)
	}
	stored, err := json.Marshal(at)
	if err != nil {
		return fmt.Errorf("store the sign-in: %w", err)
	}
	attempts.Put(ctx, attemptKey, stored)
	return save(about(ctx, people.Session{ID: callbacks.NewID()}), attempts, w)
}

// forgetOldest makes room for one more attempt in this browser. Browsers send the oldest cookie
// first (RFC 6265 section 5.4). It deletes only the cookies; the sessions behind them expire.
func (a *Auth) forgetOldest(w http.ResponseWriter, r *http.Request) {
	all := a.attemptsOf("")
	var open []*http.Cookie
	for _, cookie := range r.Cookies() {
		if strings.HasPrefix(cookie.Name, all.Cookie.Name) && len(cookie.Name) == len(all.Cookie.Name)+stateInName {
			open = append(open, cookie)
		}
	}
	tooMany := open[:max(0, len(open)-maxAttempts+1)]
	for _, cookie := range tooMany[:min(len(tooMany), maxForgotten)] {
		all.Cookie.Name = cookie.Name
		all.WriteSessionCookie(r.Context(), w, "", time.Time{})
	}
}

// takeAttempt finds the attempt that a state belongs to and forgets it, or returns
// [ErrStateMismatch].
func (a *Auth) takeAttempt(w http.ResponseWriter, r *http.Request, state string) (attempt, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	attempts := a.attemptsOf(state)
	ctx, err := attempts.Load(r.Context(), tokenOf(attempts, r))
	if err != nil {
		return attempt{}, fmt.Errorf("read the pending sign-in: %w", err)
	}
	var at attempt
	if stored := attempts.GetBytes(ctx, attemptKey); stored != nil {
		if err := json.Unmarshal(stored, &at); err != nil {
			return attempt{}, fmt.Errorf("read the pending sign-in: %w", err)
		}
	}
	if at.State == "" || at.State != state || a.cfg.Now().Sub(at.At) > attemptLifetime {
		return attempt{}, ErrStateMismatch
	}
	switch err := destroy(ctx, attempts, w); {
	case errors.Is(err, errOver): // another replica was faster
		return attempt{}, ErrStateMismatch
	default:
		return at, err
	}
}
