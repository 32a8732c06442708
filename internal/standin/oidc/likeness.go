package oidc

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Likeness describes another provider, so that this one answers as that one does. The zero value of
// each field means what the demo's provider does.
type Likeness struct {
	// Discovery is the other provider's discovery document. Its endpoints are served here, at the
	// same paths.
	Discovery map[string]any `json:"discovery"`
	// Algorithm signs ID tokens. If it is empty, the first one that the document lists does.
	Algorithm jose.SignatureAlgorithm `json:"algorithm"`
	// Person is a user as the other provider describes them, with all claims.
	Person User `json:"person"`

	Refresh      Refresh `json:"refresh"`
	StrictScopes bool    `json:"strictScopes"` // refuse scopes that the document does not list
	SignOut      SignOut `json:"signOut"`
}

// Refresh says when the provider issues refresh tokens.
type Refresh struct {
	// For is the parameter of the authorization request that asks for a refresh token, such as
	// access_type=offline. "always" means that none is needed; empty means the scope
	// offline_access.
	For string `json:"for"`
	// Keeps says that a refresh token may be used again and that using it brings no new one.
	Keeps bool `json:"keeps"`
}

// SignOut is how sign-out differs from OpenID Connect RP-Initiated Logout 1.0.
type SignOut struct {
	// Address is the sign-out address, if the discovery document does not give it or should not be
	// asked.
	Address   string `json:"address"`
	ReturnTo  string `json:"returnTo"`  // the parameter that holds the address to return to
	NeedsHint bool   `json:"needsHint"` // without id_token_hint it is an error
}

// ownLikeness is the likeness of the demo's provider.
func ownLikeness(issuer string) Likeness {
	return Likeness{Discovery: map[string]any{
		"issuer":                   issuer,
		"authorization_endpoint":   issuer + "/authorize",
		"token_endpoint":           issuer + "/token",
		"userinfo_endpoint":        issuer + "/userinfo",
		"jwks_uri":                 issuer + "/keys",
		"end_session_endpoint":     issuer + "/signout",
		"response_types_supported": []any{"code"},
		"response_modes_supported": []any{"query"},
		"grant_types_supported":    []any{"authorization_code", "refresh_token"},
		"subject_types_supported":  []any{"public"},
		// ES256 keys are quick to make
		"id_token_signing_alg_values_supported":          []any{string(jose.ES256)},
		"scopes_supported":                               []any{"openid", "profile", "email", "groups", "offline_access"},
		"claims_supported":                               []any{"sub", "name", "email", "email_verified", "groups"},
		"code_challenge_methods_supported":               []any{"S256"},
		"token_endpoint_auth_methods_supported":          []any{"client_secret_basic", "client_secret_post"},
		"authorization_response_iss_parameter_supported": true,
	}}
}

// at returns the likeness with all its addresses moved to the origin.
func (l Likeness) at(origin string) (Likeness, error) {
	moved, err := json.Marshal(l.Discovery)
	if err != nil {
		return l, fmt.Errorf("discovery document: %w", err)
	}
	var document map[string]any
	if err := json.Unmarshal(moved, &document); err != nil {
		return l, fmt.Errorf("discovery document: %w", err)
	}
	for name, value := range document {
		if address, ok := value.(string); ok {
			document[name] = moveTo(origin, address)
		}
	}
	l.Discovery, l.SignOut.Address = document, moveTo(origin, l.SignOut.Address)
	return l, nil
}

// moveTo replaces the origin of an address. Text that is not an address stays unchanged.
func moveTo(origin, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return origin + strings.TrimPrefix(address, u.Scheme+"://"+u.Host)
}

// text returns a value of the discovery document, or "" if it is not there.
func (l Likeness) text(name string) string {
	value, _ := l.Discovery[name].(string)
	return value
}

// list returns a list of the discovery document.
func (l Likeness) list(name string) (list []string) {
	values, _ := l.Discovery[name].([]any)
	for _, value := range values {
		if text, ok := value.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

// firstAlgorithm returns the first listed algorithm that signs with a private key.
func (l Likeness) firstAlgorithm() jose.SignatureAlgorithm {
	for _, name := range l.list("id_token_signing_alg_values_supported") {
		if name != "none" && !strings.HasPrefix(name, "HS") {
			return jose.SignatureAlgorithm(name)
		}
	}
	return ""
}

// path returns the path of an endpoint, or "" if there is none.
func (l Likeness) path(name string) string {
	u, err := url.Parse(l.text(name))
	if err != nil {
		return ""
	}
	return u.Path
}

// signOutPath returns the path where people sign out, or "" if they cannot.
func (l Likeness) signOutPath() string {
	if u, err := url.Parse(l.SignOut.Address); err == nil && u.Path != "" {
		return u.Path
	}
	return l.path("end_session_endpoint")
}

// returnParameter returns the parameter of a sign-out that holds the address to return to.
func (l Likeness) returnParameter() string {
	if l.SignOut.ReturnTo != "" {
		return l.SignOut.ReturnTo
	}
	return "post_logout_redirect_uri"
}

// sendsIssuer reports whether redirects name the issuer (RFC 9207).
func (l Likeness) sendsIssuer() bool {
	return l.Discovery["authorization_response_iss_parameter_supported"] == true
}

// takesScopes reports whether the provider accepts the scopes: some providers refuse a request with
// an unknown one.
func (l Likeness) takesScopes(scopes []string) bool {
	known := l.list("scopes_supported")
	return !l.StrictScopes || !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(known, s) })
}

// givesRefreshToken reports whether an authorization request asks for a refresh token.
func (l Likeness) givesRefreshToken(query url.Values) bool {
	switch name, value, _ := strings.Cut(l.Refresh.For, "="); name {
	case "":
		return slices.Contains(strings.Fields(query.Get("scope")), "offline_access")
	case "always":
		return true
	default:
		return query.Get(name) == value
	}
}
