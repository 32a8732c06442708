package auth

import "github.com/coreos/go-oidc/v3/oidc"

// checkParty checks which client an ID token was issued to (OpenID Connect Core section 3.1.3.7, 4
// and 5). The verifier has found us among its audiences; if there are others, azp names the client
// that it is for.
func checkParty(verified *oidc.IDToken, clientID string) error {
	var party struct {
		Authorized string `json:"azp"`
	}
	if err := verified.Claims(&party); err != nil {
		return classify("read the ID token", err)
	}
	switch {
	case party.Authorized == "" && len(verified.Audience) > 1:
		return invalid("ID token", "it is for %d audiences, and azp does not name the one that requested it", len(verified.Audience))
	case party.Authorized != "" && party.Authorized != clientID:
		return invalid("ID token", "it was issued to another client, %q", party.Authorized)
	}
	return nil
}
