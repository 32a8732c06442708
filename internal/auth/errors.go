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
	// ErrProviderUnavailable means that the provider does not answer, or does not answer like a
	// provider. Try again in a moment.
	ErrProviderUnavailable = errors.New("the sign-in provider does not answer")
	// ErrStateMismatch means that the sign-in was not begun in this browser, is already over, or
	// took longer than ten minutes. Nothing is wrong with the person: begin again.
	ErrStateMismatch = errors.New("this sign-in did not start in this browser or has expired; start again")
	// ErrTokenInvalid means that what the provider issued cannot be accepted: a used code, a bad
	// signature, a wrong audience, an expired token. Begin again; if it keeps happening, an
	// operator has to look into it.
	ErrTokenInvalid = errors.New("the sign-in provider's answer is not valid")
	// ErrProviderUnfit means that the provider answers but requires something that the desk does
	// not do. An operator has to look into it; see [FaultOf].
	ErrProviderUnfit = errors.New("the sign-in provider's configuration does not work with this desk")
)

// RefusedError is a sign-in that the provider refused, for instance because the person pressed
// "cancel".
type RefusedError struct {
	// the error code of RFC 6749 section 4.1.2.1, such as access_denied; the provider's text
	Code string
	// for people, often empty; the provider's text, as one line of bounded length
	Description string
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("the sign-in provider refused: %q %q", e.Code, printable.Brief(e.Description, maxForeignText))
	if fault := e.fault(); fault != "" {
		text += ": " + fault.forOperators("")
	}
	return text
}

// maxForeignText bounds, in runes, how much of a provider's text is kept. Error pages of proxies
// can have kilobytes.
const maxForeignText = 300

// foreignText returns text from outside as one line of bounded length. Code that shows it must mark
// invisible characters.
func foreignText(s string) string { return printable.Fold(s, maxForeignText) }

// providerError is the cause behind one of the errors above, for operators. Its text is cut,
// because libraries put whole response bodies into their error texts.
type providerError struct {
	kind  error
	doing string
	cause error
}

func (e *providerError) Error() string {
	return fmt.Sprintf("%v: %s: %s", e.kind, e.doing, printable.Brief(causeText(e.cause), maxForeignText))
}

func (e *providerError) Unwrap() []error { return []error{e.kind, e.cause} }

// causeText returns an error's text without the body of a token response, which may repeat what was
// sent, including tokens.
func causeText(err error) string {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Sprintf("%s %q %q", refused.Response.Status, refused.ErrorCode, refused.ErrorDescription)
	}
	return err.Error()
}

// refusedClient returns an error if the token endpoint refused the client rather than the code or
// token, with the reason as far as it can be told.
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

// classify distinguishes a provider that does not answer from one whose answer cannot be accepted.
func classify(doing string, err error) error {
	kind := ErrTokenInvalid
	// what http.Client returns when there was no usable response
	if _, ok := errors.AsType[*url.Error](err); ok {
		kind = ErrProviderUnavailable
	}
	return &providerError{kind: kind, doing: doing, cause: err}
}
