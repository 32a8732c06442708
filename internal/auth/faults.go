package auth

import (
	"errors"
	"fmt"
	"strings"
)

// Fault is the reason why nobody can sign in, or why a person who did has no role, if only an
// operator can correct it, at the provider or in the settings. Sessions store it, so its values
// must never change.
type Fault string

// Faults that prevent a sign-in.
const (
	FaultEncrypted    Fault = "encrypted_token"
	FaultNoIDToken    Fault = "no_id_token"
	FaultAlgorithm    Fault = "token_algorithm"
	FaultKey          Fault = "token_key"
	FaultPushed       Fault = "pushed_request"
	FaultClientMethod Fault = "client_method"
	FaultClient       Fault = "client"
	FaultScope        Fault = "scope"
)

// Faults that leave a signed-in person without a role.
const (
	FaultGroupsMissing Fault = "groups_missing"
	FaultGroupsOverage Fault = "groups_overage"
	FaultGroupsNone    Fault = "groups_none"
	FaultGroupsForm    Fault = "groups_form"
	FaultGroupsText    Fault = "groups_text"
	FaultGroupsPaths   Fault = "groups_paths"
	FaultGroupsCut     Fault = "groups_cut"
	FaultGroupsOther   Fault = "groups_other"
)

// words are the texts about a fault: for the person a sentence that shows nothing internal, for
// operators what came or was missing, and what to do.
type words struct{ person, cause, remedy string }

// faults has the texts that the log, the audit and the pages use.
var faults = map[Fault]words{
	FaultEncrypted: {
		"The sign-in provider answers in a form that this desk cannot read. Tell an operator.",
		"the ID token is encrypted, which the desk cannot read",
		"Turn encryption of ID tokens off for this client at the provider.",
	},
	FaultNoIDToken: {
		"The sign-in provider does not say who you are. Tell an operator.",
		"the answer has no ID token",
		"Let COUNTERSIGN_OIDC_SCOPES hold openid, and allow that scope for the client at the provider.",
	},
	FaultAlgorithm: {
		"The sign-in provider's answer cannot be checked. Tell an operator.",
		"the ID token is signed with an algorithm that the provider does not announce or the desk does not know",
		"Let the provider sign ID tokens with RS256 or another algorithm that has a public key, and announce it.",
	},
	FaultKey: {
		"The sign-in provider's answer cannot be checked. Begin again in a minute; if it stays like this, tell an operator.",
		"no key that the provider publishes fits the signature of the ID token",
		"Look whether the provider publishes the key that it signs with at its jwks_uri.",
	},
	FaultPushed: {
		"The sign-in provider demands a way of asking that this desk does not have. Tell an operator.",
		"the provider requires pushed authorization requests (PAR), which the desk does not send",
		"Turn the requirement off for this client at the provider.",
	},
	FaultClientMethod: {
		"The sign-in provider does not accept this desk. Tell an operator.",
		"the token endpoint wants another proof of the client than a secret, and the desk has no other",
		"Let the client authenticate by its secret at the provider: client_secret_basic or client_secret_post.",
	},
	FaultClient: {
		"The sign-in provider does not accept this desk. Tell an operator.",
		"the provider refuses the client",
		"Compare COUNTERSIGN_OIDC_CLIENT_ID and COUNTERSIGN_OIDC_CLIENT_SECRET with the client at the provider, and what it may do.",
	},
	FaultScope: {
		"The sign-in provider does not give what this desk asks for. Tell an operator.",
		"the provider refuses a scope",
		"Take the scope out of COUNTERSIGN_OIDC_SCOPES, or allow it for the client at the provider.",
	},
	FaultGroupsMissing: {
		"Your identity provider said nothing about your groups.",
		"neither ID token nor userinfo has the claim of the groups",
		"Let the provider send it, or set COUNTERSIGN_OIDC_GROUPS_CLAIM to the claim that names groups.",
	},
	FaultGroupsOverage: {
		"You are in more groups than your identity provider names.",
		"the provider left the groups out, because there are too many for a token",
		"Let the provider send fewer: only groups that are assigned to the application, or application roles.",
	},
	FaultGroupsNone: {
		"Your identity provider says that you are in no group.",
		"the claim of the groups came without a group",
		"Put the person into a group that has a role, and look which groups the provider may send to this client.",
	},
	FaultGroupsForm: {
		"Your identity provider names your groups in a form that this desk cannot read.",
		"the claim of the groups came in a form that names no group",
		"Let the provider send a list of texts. Of a list of objects COUNTERSIGN_OIDC_GROUPS_CLAIM can name the member to read, such as groups.name.",
	},
	FaultGroupsText: {
		"Your identity provider names your groups in a form that this desk cannot read.",
		"the groups came as one text that looks like a list; it counts as the name of one group",
		"Let the provider send a list of texts. A text is not taken apart, since a group's name may hold what would part it.",
	},
	FaultGroupsPaths: {
		"None of your groups has a role here.",
		"the groups came as paths, and none has a role",
		"Name the group with its slash, such as /approvers, under roles.reviewers in countersign.yaml, or turn full paths off at the provider.",
	},
	FaultGroupsCut: {
		"You are in more groups than this desk reads, and none of those has a role.",
		"more groups came than are read, and none of those has a role",
		"Let the provider send fewer: only groups that concern this desk.",
	},
	FaultGroupsOther: {
		"None of your groups has a role here.",
		"groups came, and none of them has a role",
		"Put the person into a group that has one, or name one of these under roles in countersign.yaml.",
	},
}

// ForPerson returns one or two sentences for the person at the desk. It is empty if there is no
// fault.
func (f Fault) ForPerson() string { return faults[f].person }

// forOperators returns the cause, with the detail that came, and the remedy.
func (f Fault) forOperators(detail string) string {
	w := faults[f]
	if detail != "" {
		detail = " (" + detail + ")"
	}
	return w.cause + detail + ". " + w.remedy
}

// faultError is a sign-in that ended with a fault. Unlike those of a [providerError], its words are
// all ours, except the detail, which the code that makes the error must bound.
type faultError struct {
	kind   error
	fault  Fault
	detail string
}

func (e *faultError) Error() string {
	return fmt.Sprintf("%v: %s", e.kind, e.fault.forOperators(e.detail))
}

func (e *faultError) Unwrap() error { return e.kind }

// FaultOf returns the fault behind an error of this package. It is empty if the desk cannot name
// one.
func FaultOf(err error) Fault {
	if failed, ok := errors.AsType[*faultError](err); ok {
		return failed.fault
	}
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return refused.fault()
	}
	return ""
}

// fault returns the fault that a refusal means. Only the description tells that a client has to
// push its requests: the code is invalid_request, as for many other reasons.
func (e *RefusedError) fault() Fault { return refusalFault(e.Code, e.Description) }

// refusalFault returns the fault that an error code of the authorization or token endpoint means
// (RFC 6749 sections 4.1.2.1 and 5.2).
func refusalFault(code, description string) Fault {
	description = strings.ToLower(description)
	says := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(description, word) {
				return true
			}
		}
		return false
	}
	switch {
	case says("pushed authorization", "pushed_authorization", "pushed request"):
		return FaultPushed
	case code == "invalid_client" && says("private_key_jwt", "client_assertion", "client assertion", "tls_client_auth", "client certificate"):
		return FaultClientMethod
	case code == "invalid_client", code == "unauthorized_client", code == "unsupported_grant_type":
		return FaultClient
	case code == "invalid_scope":
		return FaultScope
	}
	return ""
}
