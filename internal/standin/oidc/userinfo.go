package oidc

import (
	"net/http"
	"strings"
)

// userinfo describes the person behind an access token (OpenID Connect Core section 5.3) as they
// are now, not as they were at the sign-in.
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	g, ok := p.access.use(token, p.now())
	user, known := p.user(g.subject)
	p.mu.Unlock()
	if !ok || !known {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeTokenError(w, tokenError{http.StatusUnauthorized, "invalid_token", "The access token is not known or has ended."})
		return
	}
	writeJSON(w, http.StatusOK, user.inUserinfo())
}
