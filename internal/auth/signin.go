package auth

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"countersign/internal/callbacks"
)

// Begin starts a sign-in and returns the provider's address to redirect to. The person comes back
// to returnPath if [ReturnPath] accepts it. Errors: [ErrProviderUnavailable], [ErrProviderUnfit],
// or the store's.
func (a *Auth) Begin(w http.ResponseWriter, r *http.Request, returnPath string) (redirectURL string, err error) {
	e, err := a.provider.ready(r.Context())
	if err != nil {
		return "", err
	}
	at := newAttempt(returnPath, a.cfg.Now())
	if err := a.keepAttempt(w, r, at); err != nil {
		return "", err
	}
	options := append(a.cfg.authOptions(), oidc.Nonce(at.Nonce), oauth2.S256ChallengeOption(at.Verifier))
	return e.oauth.AuthCodeURL(at.State, options...), nil
}

// authOptions returns the parameters of an authorization request that do not depend on the attempt.
func (c *Config) authOptions() (options []oauth2.AuthCodeOption) {
	parameters := url.Values{}
	if slices.Contains(c.Scopes, oidc.ScopeOfflineAccess) {
		// Without consent a provider must ignore the scope (OpenID Connect Core section 11).
		parameters.Set("prompt", "consent")
	}
	maps.Copy(parameters, c.AuthParams)
	for name := range parameters {
		if value := parameters.Get(name); value != "" {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	return options
}

// Finish ends a sign-in at [CallbackPath]. It checks the provider's answer, opens a session under a
// fresh token, and returns the person and the path to go on to. The return path is also set with an
// error, so that the sign-in can be begun again.
//
// Errors: [ErrStateMismatch], [ErrProviderUnavailable], [ErrTokenInvalid], [*RefusedError], or the
// store's. A person without any role is signed in all the same; what they may see is decided
// elsewhere.
func (a *Auth) Finish(w http.ResponseWriter, r *http.Request) (returnPath string, person callbacks.Person, err error) {
	reply := r.URL.Query()
	at, err := a.takeAttempt(w, r, reply.Get("state"))
	if err != nil {
		return ReturnPath(at.Return), callbacks.Person{}, err
	}
	id, err := a.provider.redeem(r.Context(), at, reply)
	if err != nil {
		return at.Return, callbacks.Person{}, err
	}
	person, err = a.open(w, r, id)
	return at.Return, person, err
}

// open records the sign-in and replaces the browser's session with a new one.
func (a *Auth) open(w http.ResponseWriter, r *http.Request, id identity) (callbacks.Person, error) {
	now := a.cfg.Now()
	rec := record{identity: id, ID: callbacks.NewID(), Issuer: a.cfg.Issuer, SignedInAt: now, RenewAt: now.Add(a.cfg.RenewAfter)}
	rec.used(r, &a.cfg, now)
	person := rec.person(&a.cfg)
	if err := a.audit(r.Context(), person.Actor(), callbacks.ActionSignedIn, signedInAs(person.Roles, rec)); err != nil {
		return callbacks.Person{}, err
	}
	if err := a.keepPerson(r.Context(), rec); err != nil {
		return callbacks.Person{}, err
	}
	known, err := a.cfg.People.Profile(r.Context(), person.ID)
	if err != nil {
		return callbacks.Person{}, fmt.Errorf("read the person's profile: %w", err)
	}
	rec.Earlier = a.Known(known).UserNames
	s, err := a.session(r)
	if err != nil {
		return callbacks.Person{}, err
	}
	rec.Draft = s.draftOf(rec)
	former := s.record.ID
	if err := a.opening.RenewToken(s.data); err != nil {
		return callbacks.Person{}, fmt.Errorf("open a session: %w", err)
	}
	if err := a.put(s.data, rec); err != nil {
		return callbacks.Person{}, err
	}
	if err := save(about(s.data, rec.listed(&a.cfg)), a.opening, w); err != nil {
		return callbacks.Person{}, err
	}
	if former != "" {
		a.cfg.Ended(former)
	}
	s.record, s.signedIn = rec, true
	a.tellUnread(r.Context(), person, rec)
	return person, nil
}

// tellUnread logs what an operator has to correct: nothing else reports groups that gave no role or
// could not be read.
func (a *Auth) tellUnread(ctx context.Context, person callbacks.Person, rec record) {
	switch {
	case !person.Roles.Any():
		l := rec.lackOf()
		a.cfg.Logger.WarnContext(ctx, "signed in without a role", slog.String("subject", person.Subject),
			slog.String("fault", string(l.fault)), slog.String("reason", l.String()))
	case rec.Unread.Left > 0:
		a.cfg.Logger.WarnContext(ctx, "the person has more groups than the desk reads; queues of the other groups stay closed to them",
			slog.String("subject", person.Subject), slog.Int("read", len(rec.Groups)), slog.Int("unread", rec.Unread.Left))
	}
}

// signedInAs is the sentence for the audit: the roles at that moment, which a configuration may
// change later, or why there is none.
func signedInAs(roles callbacks.Roles, rec record) string {
	var names []string
	for _, role := range []struct {
		name string
		has  bool
	}{{"reviewer", roles.Reviewer}, {"admin", roles.Admin}, {"auditor", roles.Auditor}} {
		if role.has {
			names = append(names, role.name)
		}
	}
	if len(names) == 0 {
		return "Signed in without a role: " + rec.lackOf().String()
	}
	return "Signed in as " + strings.Join(names, ", ") + "."
}
