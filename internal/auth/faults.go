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
		"Add openid to COUNTERSIGN_OIDC_SCOPES, and allow that scope for the client at the provider.",
	},
	FaultAlgorithm: {
		"The sign-in provider's answer cannot be checked. Tell an operator.",
		"the ID token is signed with an algorithm that the provider does not announce or the desk does not support",
		"Make the provider sign ID tokens with RS256 or another algorithm that has a public key, and announce it.",
	},
	FaultKey: {
		"The sign-in provider's answer cannot be checked. Start again in a minute. If this does not help, tell an operator.",
		"none of the provider's published keys matches the signature of the ID token",
		"Check that the provider publishes its signing key at its jwks_uri.",
	},
	FaultPushed: {
		"The sign-in provider requires a kind of request that this desk does not support. Tell an operator.",
		"the provider requires pushed authorization requests (PAR), which the desk does not send",
		"Turn off the requirement for this client at the provider.",
	},
	FaultClientMethod: {
		"The sign-in provider does not accept this desk. Tell an operator.",
		"the token endpoint does not accept a client secret, and the desk has no other credential",
		"Let the client authenticate with its secret at the provider: client_secret_basic or client_secret_post.",
	},
	FaultClient: {
		"The sign-in provider does not accept this desk. Tell an operator.",
		"the provider refuses the client",
		"Compare COUNTERSIGN_OIDC_CLIENT_ID and COUNTERSIGN_OIDC_CLIENT_SECRET with the client at the provider, and check what the client may do.",
	},
	FaultScope: {
		"The sign-in provider refuses a scope that this desk asks for. Tell an operator.",
		"the provider refuses a scope",
		"Remove the scope from COUNTERSIGN_OIDC_SCOPES, or allow it for the client at the provider.",
	},
	FaultGroupsMissing: {
		"Your identity provider did not send your groups.",
		"neither the ID token nor userinfo has the groups claim",
		"Make the provider send that claim, or set COUNTERSIGN_OIDC_GROUPS_CLAIM to the one that lists groups.",
	},
	FaultGroupsOverage: {
		"You are in more groups than your identity provider can send.",
		"the provider left out the groups, because they do not fit into a token",
		"Make the provider send fewer: only groups that are assigned to the application, or application roles.",
	},
	FaultGroupsNone: {
		"Your identity provider says that you are in no group.",
		"the groups claim was empty",
		"Add the person to a group that has a role, and check which groups the provider may send to this client.",
	},
	FaultGroupsForm: {
		"Your identity provider sent your groups in a form that this desk cannot read.",
		"the groups claim has a form in which no group can be found",
		"Make the provider send a list of strings. For a list of objects, COUNTERSIGN_OIDC_GROUPS_CLAIM can name the member to read, such as groups.name.",
	},
	FaultGroupsText: {
		"Your identity provider sent your groups in a form that this desk cannot read.",
		"the groups came as one string that looks like a list; the desk reads it as the name of one group",
		"Make the provider send a list of strings. The desk does not split a string, because a group's name may contain the separator.",
	},
	FaultGroupsPaths: {
		"None of your groups has a role here.",
		"the groups came as paths, and none has a role",
		"Write the group with its slash, such as /approvers, under roles.reviewers in countersign.yaml, or turn off full paths at the provider.",
	},
	FaultGroupsCut: {
		"You are in more groups than this desk reads, and none of those it read has a role.",
		"the provider sent more groups than the desk reads, and none of those it read has a role",
		"Make the provider send fewer: only groups that this desk needs.",
	},
	FaultGroupsOther: {
		"None of your groups has a role here.",
		"the provider sent groups, and none of them has a role",
		"Add the person to a group that has a role, or list one of these groups under roles in countersign.yaml.",
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
