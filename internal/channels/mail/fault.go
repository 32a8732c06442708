package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"regexp"

	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

// step is how far a mail came with the server.
type step int

// The steps, by what the server had taken before the failure.
const (
	nothing   step = iota // no sender: the greeting, TLS, the sign-in, or the sender failed
	sender                // the recipient failed
	recipient             // the content failed
	content               // the answer to the content failed
)

// failure is why a mail was not sent.
type failure struct {
	after step
	err   error
}

// Error implements error.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.err }

// refused reports whether the server said no. Else the connection failed.
func (f *failure) refused() bool {
	var answer *textproto.Error
	return errors.As(f.err, &answer) && answer.Code != closing
}

// Codes of answers, by RFC 5321 section 4.2.3 and RFC 4954 section 6.
const (
	closing      = 421 // the server closes the connection
	noMailbox    = 550
	notLocal     = 551
	noName       = 553
	firstForever = 500 // refusals from here on are for good
)

// enhanced is a code by RFC 3463 at the beginning of an answer's text.
var enhanced = regexp.MustCompile(`^[245]\.(\d{1,3}\.\d{1,3})\b`)

// noPlaces are the enhanced codes of a recipient who does not exist any more or takes no mail.
var noPlaces = map[string]bool{
	"1.1": true, "1.2": true, "1.3": true, "1.6": true, "1.10": true, "2.1": true,
}

// longestWords is the length of a server's words that are kept, in characters. Each takes at most
// three bytes after printable marked it, but for rare ones; notice asks for 200 bytes.
const longestWords = 66

// faultOf says what an error means for the worker.
func faultOf(err error) *notice.Fault {
	var answer *textproto.Error
	switch {
	case errors.As(err, &answer):
		return &notice.Fault{Code: codeOf(after(err), answer), Words: words(fmt.Sprintf("%d %s", answer.Code, answer.Msg)), Err: err}
	case after(err) >= content:
		return &notice.Fault{Code: notice.Unanswered, Err: err}
	case unreachable(err):
		return &notice.Fault{Code: notice.Unreachable, Err: err}
	}
	return &notice.Fault{Code: notice.Denied, Words: words(err.Error()), Err: err}
}

// after is the step after which an error came.
func after(err error) step {
	var f *failure
	if errors.As(err, &f) {
		return f.after
	}
	return nothing
}

// codeOf says what a server's refusal means.
func codeOf(after step, answer *textproto.Error) notice.FaultCode {
	switch {
	case answer.Code < firstForever:
		return notice.Busy
	case after == nothing:
		return notice.Denied
	case after == sender && goneForever(answer):
		return notice.NoPlace
	}
	return notice.Refused
}

// goneForever reports whether a refusal says that the recipient does not exist. Servers without
// enhanced codes say so by the plain one; with them, 550 may be a matter of policy.
func goneForever(answer *textproto.Error) bool {
	if found := enhanced.FindStringSubmatch(answer.Msg); found != nil {
		return noPlaces[found[1]]
	}
	return answer.Code == noMailbox || answer.Code == notLocal || answer.Code == noName
}

// unreachable reports whether an error is one of the network. Others are ours or the operator's to
// settle: a certificate, a missing extension, a sign-in that the server does not offer.
func unreachable(err error) bool {
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.As(err, &certificate):
		return false
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, errTooMuch), errors.Is(err, context.Canceled):
		return true
	}
	return errors.As(err, &network)
}

// words cuts what a server said to what is kept.
func words(text string) string { return wording.Cut(wording.Line(text), longestWords) }
