package doctor

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/internal/plural"
)

// Provider has the facts about the OpenID provider.
type Provider struct {
	Issuer    string     // as configured
	Scopes    []string   // that sign-in requests
	Params    url.Values // that the operator adds to the request
	Document  string     // address of the discovery document
	Metadata  Metadata   // what the document says
	Signs     []string   // supported algorithms for ID tokens; none if the document lists none
	Keys      int        // that can check a signature
	KeysErr   error      // why they could not be read
	Clock     Reading
	Client    Client
	Redirects Redirects

	SignOutURL   string   // set by the operator; replaces the one in the document
	FourEyes     []string // queues that must tell the person who decides from the person who asks
	EmailTrusted bool     // set by the operator
	GroupsMaxAge time.Duration
}

// Metadata is the part of the provider's discovery document that sign-in uses (OpenID Connect
// Discovery 1.0, section 3).
type Metadata struct {
	Issuer         string   `json:"issuer"`
	Authorization  string   `json:"authorization_endpoint"`
	Token          string   `json:"token_endpoint"`
	UserInfo       string   `json:"userinfo_endpoint"`
	Keys           string   `json:"jwks_uri"`
	EndSession     string   `json:"end_session_endpoint"`
	ResponseTypes  []string `json:"response_types_supported"`
	GrantTypes     []string `json:"grant_types_supported"`
	Challenges     []string `json:"code_challenge_methods_supported"`
	Scopes         []string `json:"scopes_supported"`
	Authentication []string `json:"token_endpoint_auth_methods_supported"`
	Algorithms     []string `json:"id_token_signing_alg_values_supported"`
	Claims         []string `json:"claims_supported"`
	PushedOnly     bool     `json:"require_pushed_authorization_requests"` // RFC 9126 section 5
}

// Client is the provider's answer to our client ID and secret with a code that was never issued. A
// provider that accepts the client refuses the code.
type Client struct {
	Accepted bool
	Error    string // its error code, such as invalid_client; empty if there was none
}

// Redirects are the addresses that the provider must know, and its authorization endpoint's answer
// for the first one. The request shows no page (prompt=none). The provider sends the browser back
// only to a registered address.
type Redirects struct {
	Back, SignedOut string
	Accepted        bool
	Refused         bool // with 400
	// the error code with which it sent back, unless that means "nobody is signed in"
	Error      string
	PushedOnly bool // it said that this client must push its requests
}

// ProviderSections judges the provider. err is why its discovery document could not be read.
func ProviderSections(p Provider, err error) []Section {
	const title = "Identity provider"
	if err != nil {
		return []Section{{title, append([]Finding{problem("%s cannot be read: %s", p.Document, err).
			todo("COUNTERSIGN_OIDC_ISSUER must be the provider's issuer, without /.well-known, and reachable from this machine.")},
			p.Clock.skew("the provider")...)}}
	}
	// nothing else can be told before that is corrected
	if p.Metadata.PushedOnly || p.Redirects.PushedOnly {
		return []Section{{title, []Finding{p.pushed()}}}
	}
	findings := []Finding{p.issuer(), p.endpoints(), p.flow(), p.challenge(), p.authentication(), p.signature(), p.keys(), p.scopes(), p.groupsAgain(), p.addresses(), p.signOut()}
	findings = slices.DeleteFunc(append(findings, p.client(), p.redirects()), func(f Finding) bool { return f.Text == "" })
	return []Section{{title, append(findings, p.Clock.skew("the provider")...)}}
}

func (p Provider) issuer() Finding {
	if p.Metadata.Issuer != p.Issuer {
		return problem("the provider's issuer is %q, and COUNTERSIGN_OIDC_ISSUER is %q: they must match exactly", p.Metadata.Issuer, p.Issuer).
			todo("Set COUNTERSIGN_OIDC_ISSUER=%s, if that is the provider you mean.", p.Metadata.Issuer)
	}
	return ok("%s answers, and its issuer matches", p.Issuer)
}

// pushed is the finding about a provider that accepts requests from a browser only if they were
// pushed before (RFC 9126).
func (p Provider) pushed() Finding {
	return problem("%s requires pushed authorization requests (PAR), which Countersign does not send: nobody can sign in", p.Issuer).
		todo("Turn off the requirement for this client at the provider.")
}

// endpoints checks the addresses without which nobody can sign in.
func (p Provider) endpoints() Finding {
	var missing []string
	for _, e := range []struct{ name, address string }{
		{"authorization_endpoint", p.Metadata.Authorization}, {"token_endpoint", p.Metadata.Token}, {"jwks_uri", p.Metadata.Keys},
	} {
		if e.address == "" {
			missing = append(missing, e.name)
		}
	}
	if missing != nil {
		return problem("the discovery document lacks %s", strings.Join(missing, ", ")).
			todo("Check that %s is the document of an OpenID provider.", p.Document)
	}
	if p.Metadata.UserInfo == "" {
		return warning("the provider has no userinfo endpoint: groups must be in the ID token")
	}
	return ok("endpoints: authorization, token, userinfo, keys")
}

// flow checks for the authorization code flow. A provider that lists no flows has it by default.
func (p Provider) flow() Finding {
	m := p.Metadata
	if len(m.ResponseTypes) > 0 && !slices.Contains(m.ResponseTypes, "code") || len(m.GrantTypes) > 0 && !slices.Contains(m.GrantTypes, "authorization_code") {
		return problem("the authorization code flow is not offered (response types %s; grant types %s)", list(m.ResponseTypes), list(m.GrantTypes)).
			todo("Allow the authorization code flow for the client at the provider.")
	}
	return ok("authorization code flow")
}

// challenge checks for PKCE. Some providers support it without saying so.
func (p Provider) challenge() Finding {
	switch m := p.Metadata.Challenges; {
	case slices.Contains(m, "S256"):
		return ok("PKCE with S256")
	case len(m) == 0: // for instance Microsoft Entra ID, which supports it
		return ok("the provider does not say whether it supports PKCE; Countersign sends a challenge with S256 anyway")
	default:
		return problem("the provider supports PKCE only with %s, not with S256", list(m)).
			todo("Turn on PKCE with S256 at the provider.")
	}
}

// authentication checks for a way to send our secret; the default is Basic. What the provider did
// with the secret counts for more than what it lists.
func (p Provider) authentication() Finding {
	if p.wantsOtherProof() {
		return problem("the provider accepts no client secret, only %s, which Countersign does not support", list(p.Metadata.Authentication)).
			todo("Let the client authenticate with client_secret_basic or client_secret_post at the provider.")
	}
	return Finding{}
}

// wantsOtherProof reports whether the client must authenticate with something other than a secret.
func (p Provider) wantsOtherProof() bool {
	m := p.Metadata.Authentication
	return len(m) > 0 && !slices.Contains(m, "client_secret_basic") && !slices.Contains(m, "client_secret_post") && !p.Client.Accepted
}

// signature checks for a supported algorithm; the default is RS256.
func (p Provider) signature() Finding {
	if len(p.Metadata.Algorithms) == 0 || len(p.Signs) > 0 {
		return Finding{}
	}
	return problem("ID tokens are signed only with %s, which Countersign cannot check", list(p.Metadata.Algorithms)).
		todo("Make the provider sign ID tokens with RS256 or another algorithm that has a public key.")
}

func (p Provider) keys() Finding {
	switch {
	case p.Metadata.Keys == "":
		return Finding{} // endpoints reports it
	case p.KeysErr != nil:
		return problem("the signing keys cannot be read from %s: %s", p.Metadata.Keys, p.KeysErr).
			todo("Make that address reachable from this machine: nobody can sign in without the keys.")
	case p.Keys == 0:
		return problem("%s holds no key that checks signatures", p.Metadata.Keys).
			todo("Let the provider publish its signing keys there.")
	}
	return ok("%s at %s", plural.Count(p.Keys, "signing key"), p.Metadata.Keys)
}

// scopes reports the scopes but does not judge them, because a provider need not list what it
// supports (OpenID Connect Discovery section 3). A provider that refuses a scope does so in the
// sign-in request.
func (p Provider) scopes() Finding {
	asked := strings.Join(p.Scopes, " ")
	if len(p.Metadata.Scopes) == 0 {
		return ok("asks for scopes %s; the provider does not list its own", asked)
	}
	unlisted := slices.DeleteFunc(slices.Clone(p.Scopes), func(s string) bool { return slices.Contains(p.Metadata.Scopes, s) })
	if len(unlisted) > 0 {
		return ok("asks for scopes %s; the provider does not list %s, but may still support it", asked, strings.Join(unlisted, ", "))
	}
	return ok("scopes %s", asked)
}

// addresses checks whether people can decide in queues that require four eyes: for that, somebody
// must vouch for their addresses.
func (p Provider) addresses() Finding {
	queues := strings.Join(p.FourEyes, ", ")
	switch {
	case queues == "":
		return Finding{}
	case p.EmailTrusted:
		return ok("every email address counts as verified (COUNTERSIGN_OIDC_EMAIL_TRUSTED); four eyes in %s rely on that", queues)
	case slices.Contains(p.Metadata.Claims, "email_verified"):
		return ok("the provider says which email addresses are verified; four eyes in %s rely on that", queues)
	}
	return warning("the provider does not list the claim email_verified: without it, nobody in %s can decide a request whose requester is an email address", queues).
		todo("Let the provider send email_verified; or set COUNTERSIGN_OIDC_EMAIL_TRUSTED=true, if nobody can choose their own address there " +
			"(Microsoft Entra ID sends no such claim).")
}

// signOut knows Amazon Cognito: its logout endpoint takes other parameters than the standard's,
// although its document may name it.
func (p Provider) signOut() Finding {
	switch {
	case p.SignOutURL != "":
		return ok("signs people out at %s, as COUNTERSIGN_OIDC_SIGN_OUT_URL says", p.SignOutURL)
	case strings.HasPrefix(p.Issuer, "https://cognito-idp."):
		return warning("Amazon Cognito does not support the sign-out request of OpenID Connect: people who sign out here stay signed in there").
			todo("Set COUNTERSIGN_OIDC_SIGN_OUT_URL=https://<domain of the user pool>/logout?client_id={client_id}&logout_uri={return_to}")
	}
	if p.Metadata.EndSession == "" {
		return warning("the provider has no end_session_endpoint: people who sign out here stay signed in there").
			todo("Do nothing if that is acceptable.")
	}
	return ok("signs people out at %s", p.Metadata.EndSession)
}

func (p Provider) client() Finding {
	switch {
	case p.Client.Accepted:
		return ok("client ID and secret are accepted")
	case p.wantsOtherProof():
		return Finding{} // authentication reports it
	case p.Client.Error == "invalid_client", p.Client.Error == "unauthorized_client":
		return problem("client ID and secret are refused (%s)", p.Client.Error).
			todo("Compare COUNTERSIGN_OIDC_CLIENT_ID, …_CLIENT_SECRET and the authentication method with the client at the provider.")
	}
	return Finding{} // the answer says nothing
}

func (p Provider) redirects() Finding {
	register := fmt.Sprintf("Register for the client: redirect URI %s, post-logout redirect URI %s", p.Redirects.Back, p.Redirects.SignedOut)
	switch {
	case p.Redirects.Error == "invalid_scope":
		return problem("the provider refuses a scope of %s (invalid_scope)", strings.Join(p.Scopes, " ")).
			todo("Remove it from COUNTERSIGN_OIDC_SCOPES, or allow it for the client at the provider. It lists: %s.", list(p.Metadata.Scopes))
	case p.Redirects.Error == "unauthorized_client":
		return problem("the provider does not let this client ask for a sign-in (unauthorized_client)").
			todo("Allow the authorization code flow for the client at the provider.")
	case p.Redirects.Error != "":
		return problem("the provider accepts the redirect URI but refuses the sign-in request (%s)", p.Redirects.Error).
			todo("Look in the provider's log for the reason.")
	case p.Redirects.Accepted:
		return ok("redirect URI %s is registered; post-logout redirect URI: %s", p.Redirects.Back, p.Redirects.SignedOut)
	case p.Redirects.Refused:
		return problem("the provider refuses the redirect URI or the client").todo("%s", register)
	}
	return ok("doctor cannot tell whether the redirect URI is registered").todo("%s", register)
}

// list formats a list for people.
func list(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
