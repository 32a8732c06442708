package auth

import (
	"errors"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"

	"countersign/internal/printable"
)

// Errors that handlers tell apart with errors.Is. A provider's refusal is a [*RefusedError].
var (
	// ErrProviderUnavailable: the provider does not answer, or not as a provider does. Try again in
	// a moment.
	ErrProviderUnavailable = errors.New("the sign-in provider does not answer")
	// ErrStateMismatch: the sign-in was not begun in this browser, is over already, or took longer
	// than ten minutes. Nothing is wrong with the person: begin again.
	ErrStateMismatch = errors.New("this sign-in was not begun here or is no longer valid; begin again")
	// ErrTokenInvalid: what the provider issued cannot be accepted: a used code, a bad signature, a
	// wrong audience, an expired token. Begin again; if it stays, an operator has to look.
	ErrTokenInvalid = errors.New("the sign-in provider's answer is not valid")
	// ErrProviderUnfit: the provider answers, and wants what the desk does not do. An operator has
	// to look; see [FaultOf].
	ErrProviderUnfit = errors.New("the sign-in provider cannot be used as it is set up")
)

// RefusedError is a sign-in that the provider refused, for instance because the person pressed
// "cancel".
type RefusedError struct {
	// the error code of RFC 6749 section 4.1.2.1, such as access_denied; foreign text
	Code        string
	Description string // for people, often empty; foreign text of one line and bounded length
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("the sign-in provider refused: %q %q", e.Code, printable.Brief(e.Description, maxForeignText))
	if fault := e.fault(); fault != "" {
		text += ": " + fault.forOperators("")
	}
	return text
}

// maxForeignText bounds, in runes, what is kept of a provider's words. Error pages of proxies run
// to kilobytes.
const maxForeignText = 300

// foreignText is what somebody else wrote, as one line of bounded length. Whoever shows it marks
// what cannot be seen.
func foreignText(s string) string { return printable.Fold(s, maxForeignText) }

// providerError is the cause behind one of the errors above, for operators: libraries put whole
// response bodies into their error texts, so the text is cut.
type providerError struct {
	kind  error
	doing string
	cause error
}

func (e *providerError) Error() string {
	return fmt.Sprintf("%v: %s: %s", e.kind, e.doing, printable.Brief(causeText(e.cause), maxForeignText))
}

func (e *providerError) Unwrap() []error { return []error{e.kind, e.cause} }

// causeText leaves out the body of a token response: it may repeat what was sent, and tokens were.
func causeText(err error) string {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Sprintf("%s %q %q", refused.Response.Status, refused.ErrorCode, refused.ErrorDescription)
	}
	return err.Error()
}

// refusedClient tells whether the token endpoint refused us rather than the code or token, and why
// as far as can be told.
func (e *endpoints) refusedClient(err error) error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return nil
	}
	fault := refusalFault(refused.ErrorCode, refused.ErrorDescription)
	if fault == FaultClient && e.noSecret {
		fault = FaultClientMethod
	}
	if fault == "" {
		return nil
	}
	return &faultError{ErrTokenInvalid, fault, printable.Brief(causeText(err), maxForeignText)}
}

// classify tells a provider that does not answer from one whose answer cannot be accepted.
func classify(doing string, err error) error {
	kind := ErrTokenInvalid
	// what http.Client returns when there was no usable response
	if _, ok := errors.AsType[*url.Error](err); ok {
		kind = ErrProviderUnavailable
	}
	return &providerError{kind: kind, doing: doing, cause: err}
}
