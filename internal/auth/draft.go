package auth

import (
	"net/http"
	"net/url"

	"countersign/internal/callbacks"
)

// Draft is a decision, or what an admin says of who asks, that waits for its person to sign in
// again. It stays in their session, so that it comes back in a browser that runs no scripts too. A
// session holds one.
type Draft struct {
	Callback callbacks.ID        `json:"callback"`
	Outcome  string              `json:"outcome,omitempty"`
	Comment  string              `json:"comment,omitempty"`
	Asker    callbacks.Statement `json:"asker,omitzero"`
}

// draftKey is the parameter of an address at which the page of a callback shows the draft. Without
// it the page has what the browser kept, which may be newer.
const draftKey = "draft"

// WithDraft is an address of the callback's page with the draft in it.
func WithDraft(query url.Values) url.Values {
	query.Set(draftKey, "1")
	return query
}

// KeepDraft keeps a draft in the request's session, in place of another.
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
		return nil // what nearly every session holds: no need to read it again
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

// draftOf is what the session before a sign-in hands on to the one that replaces it: the draft of
// the same person. Nobody else at this browser gets it.
func (s *session) draftOf(next record) *Draft {
	if s.signedIn && s.record.Issuer == next.Issuer && s.record.Subject == next.Subject {
		return s.record.Draft
	}
	return nil
}
