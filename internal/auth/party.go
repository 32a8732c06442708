package auth

import (
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// issuedLeeway is how far the provider's clock may be ahead of ours. The verifier gives as much to the beginning of a token's time.
const issuedLeeway = 5 * time.Minute

// checkIssued checks to whom an ID token was issued and when (OpenID Connect Core section 3.1.3.7, 4, 5 and 10). The verifier has
// found us among its audiences; where there are others, azp says for whom it is.
func checkIssued(verified *oidc.IDToken, clientID string, now time.Time) error {
	var party struct {
		Authorized string `json:"azp"`
	}
	if err := verified.Claims(&party); err != nil {
		return classify("read the ID token", err)
	}
	switch {
	case party.Authorized == "" && len(verified.Audience) > 1:
		return invalid("ID token", "it is for %d audiences and azp does not say which of them asked for it", len(verified.Audience))
	case party.Authorized != "" && party.Authorized != clientID:
		return invalid("ID token", "it was issued to another client, %q", party.Authorized)
	case verified.IssuedAt.After(now.Add(issuedLeeway)):
		return invalid("ID token", "it was issued at %s, our clock says %s: set both clocks by NTP",
			verified.IssuedAt.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return nil
}
