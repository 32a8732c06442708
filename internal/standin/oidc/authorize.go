package oidc

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// request is an authorization request whose client and redirect URI have been checked, so it is
// safe to redirect to.
type request struct {
	client      Client
	redirectURI string
	query       url.Values
}

// authorize shows the sign-in page.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	req, ok := p.request(w, r)
	if !ok {
		return
	}
	if code, description := p.fault(req); code != "" {
		p.redirect(w, r, req, url.Values{"error": {code}, "error_description": {description}})
		return
	}
	p.mu.Lock()
	users := slices.Clone(p.users)
	p.mu.Unlock()
	showPage(w, req.redirectURI, page{
		Title: "Who are you?", Users: users, Action: r.URL.RequestURI(), Stylesheet: p.base + "/signin.css",
	})
}

// choose signs in the person whose button was pressed and sends the browser back with a code.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request) {
	req, ok := p.request(w, r)
	if !ok {
		return
	}
	if code, description := p.fault(req); code != "" {
		p.redirect(w, r, req, url.Values{"error": {code}, "error_description": {description}})
		return
	}
	// The "Cancel" button sends no subject.
	subject := r.PostFormValue("subject")
	p.mu.Lock()
	_, known := p.user(subject)
	p.mu.Unlock()
	if !known {
		p.redirect(w, r, req, url.Values{"error": {"access_denied"}, "error_description": {"Nobody was chosen."}})
		return
	}
	p.redirect(w, r, req, url.Values{"code": {p.grant(req, subject)}})
}

// request checks the client and the redirect URI. If one is wrong it writes the answer itself,
// because an address that is not registered must not be redirected to (RFC 6749 section 4.1.2.1).
func (p *Provider) request(w http.ResponseWriter, r *http.Request) (request, bool) {
	query := r.URL.Query()
	client, ok := p.client(query.Get("client_id"))
	redirectURI := query.Get("redirect_uri")
	if !ok || !slices.Contains(client.RedirectURIs, redirectURI) {
		http.Error(w, "This client or redirect URI is not registered here.", http.StatusBadRequest)
		return request{}, false
	}
	return request{client: client, redirectURI: redirectURI, query: query}, true
}

// fault returns what is wrong with a request, as an error code and a sentence; both are empty if
// nothing is.
func (p *Provider) fault(req request) (code, description string) {
	p.mu.Lock()
	refuse := p.faults.Refuse
	p.mu.Unlock()
	switch q := req.query; {
	case refuse != "":
		return refuse, "The provider was told to refuse."
	case q.Get("response_type") != "code":
		return "unsupported_response_type", "Only the code flow is offered."
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		return "invalid_scope", "The scope openid is missing."
	case !p.like.takesScopes(strings.Fields(q.Get("scope"))):
		return "invalid_scope", "A scope is not known here."
	case q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "":
		return "invalid_request", "PKCE with S256 is required."
	case q.Get("prompt") == "none":
		return "login_required", "Nobody is ever signed in here."
	}
	return "", ""
}

// grant records what the person allowed and returns the code that stands for it.
func (p *Provider) grant(req request, subject string) (code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.codes.issue(grant{
		client:      req.client.ID,
		redirectURI: req.redirectURI,
		subject:     subject,
		nonce:       req.query.Get("nonce"),
		challenge:   req.query.Get("code_challenge"),
		offline:     p.like.givesRefreshToken(req.query),
	}, p.now(), codeLifetime)
}

// redirect sends the browser back to the client, with the client's state and, if the provider is
// one that does so, the issuer's name (RFC 9207).
func (p *Provider) redirect(w http.ResponseWriter, r *http.Request, req request, answer url.Values) {
	p.mu.Lock()
	issuer := p.faults.Issuer
	p.mu.Unlock()
	if issuer == "" && p.like.sendsIssuer() {
		issuer = p.issuer
	}
	if issuer != "" {
		answer.Set("iss", issuer)
	}
	if state := req.query.Get("state"); state != "" {
		answer.Set("state", state)
	}
	separator := "?"
	if strings.Contains(req.redirectURI, "?") {
		separator = "&"
	}
	http.Redirect(w, r, req.redirectURI+separator+answer.Encode(), http.StatusSeeOther)
}
