package auth

import "net/http"

// SignOut ends the session and returns the address to redirect to: the provider, which then ends
// its own session, or [SignedOutPath] if the provider has no such endpoint or does not answer.
// Signing out twice is no error. Errors come from the store and mean that the session goes on.
func (a *Auth) SignOut(w http.ResponseWriter, r *http.Request) (redirectURL string, err error) {
	s, err := a.session(r)
	if err != nil {
		return "", err
	}
	if !s.signedIn {
		return SignedOutPath, nil
	}
	if err := a.endOnRecord(r.Context(), w, s.record, "Signed out."); err != nil {
		return "", err
	}
	s.signedIn = false
	return a.provider.signOutURL(r.Context(), s.record.IDToken), nil
}
