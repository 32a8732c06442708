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
	return a.cfg.RenewAfter > 0 && rec.RefreshToken != "" && !now.Before(rec.RenewAt)
}

// renew reads the groups again. A provider that does not answer leaves the session as it is, because its outage must not
// send every reviewer away; one that refuses ends it.
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
	fresh, err := a.provider.refresh(ctx, s.record.identity)
	switch {
	case errors.Is(err, ErrProviderUnavailable):
		a.cfg.Logger.WarnContext(ctx, "groups not renewed; the session goes on with those it has",
			slog.String("subject", s.record.Subject), slog.Any("error", err))
		return s, nil
	case err != nil:
		return a.refused(w, r, s, err)
	}
	return a.change(ctx, token, func(rec *record) bool {
		rec.identity, rec.RenewAt = fresh, now.Add(a.cfg.RenewAfter)
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
