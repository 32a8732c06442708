package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// renewalRetry is the wait before groups are read again after the provider did not answer. It is
// also the lease of the request that reads them: most providers take a refresh token that is used
// twice for stolen.
const renewalRetry = time.Minute

// renewalDue reports whether the groups are old and can be read again.
func (a *Auth) renewalDue(rec record, now time.Time) bool {
	return a.cfg.RenewAfter > 0 && rec.renewable(now) && !now.Before(rec.RenewAt)
}

// renewable reports whether there is a token to ask the provider with: a refresh token, or an
// access token that is still valid.
func (id identity) renewable(now time.Time) bool {
	return id.RefreshToken != "" || id.AccessToken != "" && (id.AccessEndsAt.IsZero() || now.Before(id.AccessEndsAt))
}

// renew reads the groups again, with the refresh token or at userinfo. If the provider does not
// answer, or refuses the desk, the session stays as it is, because otherwise an outage would sign
// every reviewer out. If the provider refuses the person, the session ends. If it has nothing to
// tell, the person can still read, and can decide on the old groups for as long as
// [desk.ServiceConfig] allows.
func (a *Auth) renew(w http.ResponseWriter, r *http.Request, token string) (*session, error) {
	// The refresh token is spent once it is sent. So a browser that goes away must not cancel the
	// code that stores the next one.
	ctx := context.WithoutCancel(r.Context())
	now := a.cfg.Now()
	mine := false
	s, err := a.change(ctx, token, func(rec *record) bool {
		if mine = a.renewalDue(*rec, now); mine {
			rec.RenewAt = now.Add(renewalRetry)
		}
		return mine
	})
	if err != nil || !mine {
		return s, err
	}
	fresh, err := a.provider.askAgain(ctx, s.record.identity)
	next := now.Add(a.cfg.RenewAfter)
	switch {
	case errors.Is(err, errTellsNothing):
		a.cfg.Logger.InfoContext(ctx, "groups were not renewed: the provider sends them again only at the next sign-in",
			slog.String("subject", s.record.Subject), slog.Time("read_at", s.record.GroupsReadAt))
	case passes(err):
		a.cfg.Logger.WarnContext(ctx, "groups were not renewed; the session keeps those it has",
			slog.String("subject", s.record.Subject), slog.String("fault", string(FaultOf(err))), slog.Any("error", err))
		next = s.record.RenewAt
	case err != nil:
		return a.refused(w, r, s, err)
	}
	before := s.record
	renewed, failed := a.change(ctx, token, func(rec *record) bool {
		rec.identity, rec.RenewAt = fresh, next
		return true
	})
	if failed == nil && err == nil && renewed.signedIn {
		a.tellLost(ctx, before, renewed.record)
		a.keepRenewed(ctx, renewed.record)
	}
	return renewed, failed
}

// tellLost logs that a person's groups, read again, no longer give a role. The person may have left
// the groups; but a provider that stops naming groups as it did at the sign-in would lock everybody
// out, and nothing else reports that.
func (a *Auth) tellLost(ctx context.Context, before, after record) {
	if !before.person(&a.cfg).Roles.Any() || after.person(&a.cfg).Roles.Any() {
		return
	}
	l := after.lackOf()
	a.cfg.Logger.WarnContext(ctx, "the person lost all roles when the groups were renewed", slog.String("subject", after.Subject),
		slog.String("fault", string(l.fault)), slog.String("reason", l.String()))
}

// keepRenewed stores what was read again about a person. If that cannot be written now, the session
// goes on.
func (a *Auth) keepRenewed(ctx context.Context, rec record) {
	if err := a.keepPerson(ctx, rec); err != nil {
		a.cfg.Logger.WarnContext(ctx, "groups were renewed, but the person's profile was not", slog.Any("error", err))
	}
}

// askAgain reads an identity again: with the refresh token if there is one, else at userinfo. With
// an error it returns the old identity, with the tokens that are valid now.
func (p *provider) askAgain(ctx context.Context, old identity) (identity, error) {
	if old.RefreshToken != "" {
		return p.refresh(ctx, old)
	}
	return p.askUserinfo(ctx, old)
}

// passes reports whether an error says nothing about the person: the provider does not answer, or
// an operator has to correct the desk's setup at the provider, such as a secret that was replaced.
func passes(err error) bool {
	return errors.Is(err, ErrProviderUnavailable) || FaultOf(err) != ""
}

// refused ends the session of a person for whom the provider no longer vouches.
func (a *Auth) refused(w http.ResponseWriter, r *http.Request, s *session, cause error) (*session, error) {
	a.cfg.Logger.InfoContext(r.Context(), "the session ended: the provider refused to renew it",
		slog.String("subject", s.record.Subject), slog.Any("error", cause))
	if err := a.endOnRecord(r.Context(), w, s.record, "Signed out: the provider refused to renew the sign-in."); err != nil {
		return nil, err
	}
	return a.read(r.Context(), "")
}
