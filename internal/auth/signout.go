package auth

import "net/http"

// SignOut ends the session and returns where to redirect to: the provider, to end its own session
// as well, or [SignedOutPath] where it has no place for that or does not answer. Signing out twice
// is no error; the errors are the store's, and mean that the session goes on.
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
