package doctor

import (
	"slices"
	"strings"
	"time"
)

const offlineAccess = "offline_access"

// google is the issuer that gives refresh tokens only for a parameter of its own.
const google = "https://accounts.google.com"

// groupsAgain reports how a person's groups are read again after the sign-in: with a refresh token,
// at userinfo, or not at all.
func (p Provider) groupsAgain() Finding {
	asked, listed := slices.Contains(p.Scopes, offlineAccess), slices.Contains(p.Metadata.Scopes, offlineAccess)
	// No list of grant types means code and implicit (OpenID Connect Discovery 1.0, section 3), but
	// hardly any provider intends that: some that refresh do not say so.
	refreshes := len(p.Metadata.GrantTypes) == 0 || slices.Contains(p.Metadata.GrantTypes, "refresh_token")
	var f Finding
	offline := p.Params.Get("access_type") == "offline"
	switch {
	case asked && refreshes:
		return ok("groups are read again with the refresh token that scope offline_access asks for")
	case offline && p.Params.Get("prompt") == "consent":
		return ok("groups are read again with the refresh token that access_type=offline asks for")
	case offline:
		return warning("groups are read again with the refresh token that access_type=offline asks for, which Google gives once for each person; %s", p.then()).
			todo("Add prompt=consent to COUNTERSIGN_OIDC_AUTH_PARAMS: the desk keeps no refresh token beyond a session.")
	case p.Metadata.UserInfo != "":
		f = ok("groups are read again from userinfo, if it lists them, while the access token is valid (usually an hour); %s", p.then())
	default:
		f = warning("groups are not read again after the sign-in; %s", p.then())
	}
	switch {
	case p.Issuer == google:
		return f.todo("To have them read again for as long as the session lasts, set COUNTERSIGN_OIDC_AUTH_PARAMS=access_type=offline&prompt=consent.")
	case asked:
		return f.todo("Allow the client to use refresh tokens at the provider, which lists the grant types %s.", list(p.Metadata.GrantTypes))
	case listed && refreshes:
		return f.todo("To have them read again for as long as the session lasts, add %s to COUNTERSIGN_OIDC_SCOPES.", offlineAccess)
	}
	return f
}

// then returns what happens to a person whose groups are not read again.
func (p Provider) then() string {
	return "unless the provider issues a refresh token unasked, a person must sign in again to decide once their groups are " +
		short(p.GroupsMaxAge) + " old (COUNTERSIGN_GROUPS_MAX_AGE)"
}

// short formats a time without units that are zero: 8h, not 8h0m0s.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
