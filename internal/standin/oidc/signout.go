package oidc

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// signOut revokes the refresh tokens of the person that the hint names, and redirects the browser
// if the address is one of the client's (OpenID Connect RP-Initiated Logout 1.0). The provider has
// no session of its own to end.
func (p *Provider) signOut(w http.ResponseWriter, r *http.Request) {
	clientID, subject, hinted := p.readHint(r.FormValue("id_token_hint"))
	if p.like.SignOut.NeedsHint && !hinted {
		http.Error(w, "id_token_hint is missing.", http.StatusBadRequest)
		return
	}
	if hinted {
		p.mu.Lock()
		maps.DeleteFunc(p.offers, func(_ string, g grant) bool { return g.client == clientID && g.subject == subject })
		p.mu.Unlock()
	} else {
		clientID = r.FormValue("client_id")
	}
	client, _ := p.client(clientID)
	target, err := url.Parse(r.FormValue(p.like.returnParameter()))
	if err != nil || !slices.Contains(client.SignedOutURIs, target.String()) {
		showPage(w, "", page{Title: "You are signed out", Stylesheet: p.base + "/signin.css"})
		return
	}
	if state := r.FormValue("state"); state != "" {
		values := target.Query()
		values.Set("state", state)
		target.RawQuery = values.Encode()
	}
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}
