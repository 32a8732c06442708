package oidc

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
)

// maxForm limits the size of a token request, in bytes.
const maxForm = 64 << 10

// tokenError is an error answer as RFC 6749 section 5.2 defines it.
type tokenError struct {
	status            int
	code, description string
}

// token exchanges a code or a refresh token.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	client, ok := p.authenticate(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		writeTokenError(w, tokenError{http.StatusUnauthorized, "invalid_client", "Client ID or secret is wrong."})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	g, failed := p.redeem(client, r)
	if failed != nil {
		writeTokenError(w, *failed)
		return
	}
	p.answer(w, g)
}

// authenticate reads the client's secret from the Authorization header or from the form, depending
// on what the metadata lists.
func (p *Provider) authenticate(r *http.Request) (Client, bool) {
	id, secret, method := r.PostFormValue("client_id"), r.PostFormValue("client_secret"), "client_secret_post"
	// both parts are form-encoded, RFC 6749 section 2.3.1
	if user, password, ok := r.BasicAuth(); ok {
		var errID, errSecret error
		method = "client_secret_basic"
		id, errID = url.QueryUnescape(user)
		secret, errSecret = url.QueryUnescape(password)
		if errID != nil || errSecret != nil {
			return Client{}, false
		}
	}
	client, ok := p.client(id)
	ok = ok && slices.Contains(p.like.list("token_endpoint_auth_methods_supported"), method)
	return client, ok && subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) == 1
}

// redeem finds the grant that the request stands for, and spends the code or the refresh token. The
// caller holds mu.
func (p *Provider) redeem(client Client, r *http.Request) (grant, *tokenError) {
	var g grant
	var ok bool
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		g, ok = p.codes.spend(r.PostFormValue("code"), p.now())
		ok = ok && g.redirectURI == r.PostFormValue("redirect_uri") && g.challenge == challenge(r.PostFormValue("code_verifier"))
	case "refresh_token":
		g, ok = p.offer(r.PostFormValue("refresh_token"))
	default:
		return grant{}, &tokenError{http.StatusBadRequest, "unsupported_grant_type", "Only codes and refresh tokens are taken."}
	}
	if _, known := p.user(g.subject); !ok || !known || g.client != client.ID {
		return grant{}, &tokenError{http.StatusBadRequest, "invalid_grant", "The code or token is used, ended, or not this client's."}
	}
	return g, nil
}

// offer returns the grant that a refresh token stands for. Either tokens rotate, as with strict
// providers, so that a spent one is refused, or a token stays valid. The caller holds mu.
func (p *Provider) offer(refreshToken string) (g grant, ok bool) {
	if p.like.Refresh.Keeps {
		g, ok = p.offers.use(refreshToken, p.now())
		g.offline = false
	} else {
		g, ok = p.offers.spend(refreshToken, p.now())
	}
	g.nonce = ""
	return g, ok
}

// challenge returns the S256 challenge of a verifier (RFC 7636 section 4.2).
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// answer issues the tokens of a grant. The caller holds mu.
func (p *Provider) answer(w http.ResponseWriter, g grant) {
	user, _ := p.user(g.subject)
	access := p.access.issue(g, p.now(), accessLifetime)
	idToken, err := p.idToken(g, user, access)
	if err != nil {
		writeTokenError(w, tokenError{http.StatusInternalServerError, "server_error", "The ID token could not be signed."})
		return
	}
	body := map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(accessLifetime.Seconds()), "id_token": idToken,
	}
	if g.offline {
		body["refresh_token"] = p.offers.issue(g, p.now(), refreshLifetime)
	}
	writeJSON(w, http.StatusOK, body)
}

// writeTokenError writes an error as RFC 6749 section 5.2 and RFC 6750 section 3.1 define it.
func writeTokenError(w http.ResponseWriter, e tokenError) {
	writeJSON(w, e.status, map[string]string{"error": e.code, "error_description": e.description})
}
