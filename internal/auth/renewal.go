package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// renewalRetry is the wait before groups are read again after the provider did not answer. It is also the lease of the
// request that does it: most providers take a refresh token used twice for stolen.
const renewalRetry = time.Minute

// renewalDue reports whether the groups are old and can be read again.
func (a *Auth) renewalDue(rec record, now time.Time) bool {
	return a.cfg.RenewAfter > 0 && rec.renewable(now) && !now.Before(rec.RenewAt)
}

// renewable reports whether there is something to ask the provider with: a refresh token, or an access token that lives.
func (id identity) renewable(now time.Time) bool {
	return id.RefreshToken != "" || id.AccessToken != "" && (id.AccessEndsAt.IsZero() || now.Before(id.AccessEndsAt))
}

// renew reads the groups again, with the refresh token or at userinfo. A provider that does not answer, or refuses the desk, leaves
// the session as it is, because neither may send every reviewer away; one that refuses the person ends it. One that has nothing to
// tell is asked no more: its person reads on, and decides for as long as [callbacks.ServiceConfig] allows by groups that grow old.
func (a *Auth) renew(w http.ResponseWriter, r *http.Request, token string) (*session, error) {
	// The refresh token is spent once it is sent, so a browser that goes away must not stop what stores its successor.
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
	switch {
	case errors.Is(err, errTellsNothing):
		return a.change(ctx, token, func(rec *record) bool {
			rec.AccessToken = ""
			return true
		})
	case passes(err):
		return a.notRenewed(ctx, s, token, fresh.RefreshToken, err)
	case err != nil:
		return a.refused(w, r, s, err)
	}
	renewed, err := a.change(ctx, token, func(rec *record) bool {
		rec.identity, rec.RenewAt = fresh, now.Add(a.cfg.RenewAfter)
		return true
	})
	if err == nil && renewed.signedIn {
		a.keepRenewed(ctx, renewed.record)
	}
	return renewed, err
}

// keepRenewed keeps what was read again of a person. A session does not end because that cannot be written now.
func (a *Auth) keepRenewed(ctx context.Context, rec record) {
	if err := a.keepPerson(ctx, rec); err != nil {
		a.cfg.Logger.WarnContext(ctx, "groups were renewed, but the person's profile was not", slog.Any("error", err))
	}
}

// askAgain reads an identity again: with the refresh token where there is one, else at userinfo.
func (p *provider) askAgain(ctx context.Context, old identity) (identity, error) {
	if old.RefreshToken != "" {
		return p.refresh(ctx, old)
	}
	return p.askUserinfo(ctx, old)
}

// passes reports whether an error says nothing about the person: the provider does not answer, or an operator has to mend how the
// desk is set up with it, such as a secret that was replaced.
func passes(err error) bool {
	return errors.Is(err, ErrProviderUnavailable) || FaultOf(err) != ""
}

// notRenewed lets a session go on with the groups that it has, and with the refresh token that is good now.
func (a *Auth) notRenewed(ctx context.Context, s *session, token, refreshToken string, cause error) (*session, error) {
	a.cfg.Logger.WarnContext(ctx, "groups not renewed; the session goes on with those it has",
		slog.String("subject", s.record.Subject), slog.String("fault", string(FaultOf(cause))), slog.Any("error", cause))
	if refreshToken == s.record.RefreshToken {
		return s, nil
	}
	return a.change(ctx, token, func(rec *record) bool {
		rec.RefreshToken = refreshToken
		return true
	})
}

// refused ends the session of somebody for whom the provider does not vouch any more.
func (a *Auth) refused(w http.ResponseWriter, r *http.Request, s *session, cause error) (*session, error) {
	a.cfg.Logger.InfoContext(r.Context(), "session ended: the provider refused to renew it",
		slog.String("subject", s.record.Subject), slog.Any("error", cause))
	if err := a.endOnRecord(r.Context(), w, s.record, "Signed out: the provider refused to renew the sign-in."); err != nil {
		return nil, err
	}
	return a.read(r.Context(), "")
}
