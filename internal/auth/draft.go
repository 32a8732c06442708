package auth

import (
	"net/http"
	"net/url"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/form"
)

// Draft is what somebody typed into a form of a callback's page, and that waits until they have
// signed in again: a decision, or the reason of another form. It is kept in the session, so that it
// also survives in a browser that runs no scripts. A session holds at most one. It is as large as a
// form may be, 1 MiB, because nothing that was typed may be lost; it leaves the session once it was
// sent.
type Draft struct {
	Callback callbacks.ID     `json:"callback"`
	Outcome  string           `json:"outcome,omitempty"`
	Comment  string           `json:"comment,omitempty"`
	Answer   callbacks.Answer `json:"answer,omitzero"`
	Fields   form.Posted      `json:"fields,omitempty"` // of the outcomes' forms
	Asker    desk.Statement   `json:"asker,omitzero"`
	// Withdrawal and Policy are why somebody withdraws their signature, or applies the present
	// rules.
	Withdrawal string `json:"withdrawal,omitempty"`
	Policy     string `json:"policy,omitempty"`
}

// draftKey is the query parameter with which the page of a callback shows the draft. Without it the
// page shows what the browser kept, which may be newer.
const draftKey = "draft"

// WithDraft adds to a query the parameter with which the callback's page shows the draft.
func WithDraft(query url.Values) url.Values {
	query.Set(draftKey, "1")
	return query
}

// KeepDraft stores a draft in the request's session. It replaces an earlier one.
func (a *Auth) KeepDraft(r *http.Request, d Draft) error {
	_, err := a.change(r.Context(), tokenOf(a.sessions, r), func(rec *record) bool {
		rec.Draft = &d
		return true
	})
	return err
}

// ForgetDraft drops the draft of a callback, if the request's session holds it.
func (a *Auth) ForgetDraft(r *http.Request, id callbacks.ID) error {
	if s, ok := r.Context().Value(sessionKey{}).(*session); !ok || s.record.Draft == nil {
		return nil // true for nearly every session: it need not be read again
	}
	_, err := a.change(r.Context(), tokenOf(a.sessions, r), func(rec *record) bool {
		held := rec.Draft != nil && rec.Draft.Callback == id
		if held {
			rec.Draft = nil
		}
		return held
	})
	return err
}

// Draft returns the draft of a callback, if the request asks for it and its session holds one.
func (a *Auth) Draft(r *http.Request, id callbacks.ID) (Draft, bool) {
	s, ok := r.Context().Value(sessionKey{}).(*session)
	if !ok || !s.signedIn || s.record.Draft == nil || s.record.Draft.Callback != id || !r.URL.Query().Has(draftKey) {
		return Draft{}, false
	}
	return *s.record.Draft, true
}

// draftOf returns the draft that the session before a sign-in hands on to the session that replaces
// it. Only the same person gets it, nobody else at this browser.
func (s *session) draftOf(next record) *Draft {
	if s.signedIn && s.record.Issuer == next.Issuer && s.record.Subject == next.Subject {
		return s.record.Draft
	}
	return nil
}
