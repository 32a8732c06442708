// Package reply says what the answer of another program over HTTP means for a notice. The channels
// that speak HTTP share it.
package reply

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"syscall"
	"time"

	"countersign/internal/notice"
	"countersign/internal/outbound"
	"countersign/internal/printable"
)

// maxWords is how much of another side's text is kept, in bytes; see [notice.Fault].
const maxWords = 160

// Lost is the fault of an exchange that got no answer. err comes from [outbound.Client.Do].
func Lost(err error) *notice.Fault {
	f := &notice.Fault{Code: notice.Unanswered, Words: "no answer came", Err: err}
	if failure := new(outbound.Failure); errors.As(err, &failure) && !failure.Sent {
		f.Code, f.Words = notice.Unreachable, "no connection"
	}
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, outbound.ErrClosed):
		f.Code, f.Words = notice.Denied, "the address is in a private network, and the configuration does not allow that"
	case errors.As(err, &name):
		f.Words = "the name of the host cannot be resolved"
	case errors.As(err, &certificate):
		f.Words = "the certificate of the host is not accepted"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Words = "nobody listens at the address"
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Words = "no answer came in time"
	}
	return f
}

// Of says what an answer means: nil if the other side took the request, otherwise a
// [*notice.Fault]. It reads the body.
func Of(answer *http.Response, now time.Time) error {
	if answer.StatusCode/100 == 2 {
		return nil
	}
	return &notice.Fault{
		Code: code(answer.StatusCode), Words: words(answer),
		RetryAfter: outbound.RetryAfter(answer.Header, now),
	}
}

func code(status int) notice.FaultCode {
	switch status {
	case http.StatusGone:
		return notice.NoPlace
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired:
		return notice.Denied
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return notice.Busy
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return notice.Unanswered // a gateway answers for a server that may have taken it
	}
	switch status / 100 {
	case 5:
		return notice.Busy
	case 3:
		return notice.Denied // nobody configured the place to which it leads
	}
	return notice.Refused
}

// words quotes the answer, if it is text that people may read.
func words(answer *http.Response) string {
	said := fmt.Sprintf("answers %d", answer.StatusCode)
	if name := http.StatusText(answer.StatusCode); name != "" {
		said += " " + name
	}
	if answer.StatusCode/100 == 3 {
		return said + ", a redirect, which is not followed"
	}
	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" && kind != "application/json" {
		return said
	}
	body, _ := io.ReadAll(answer.Body) // what arrived; package outbound bounds it
	if text := Words(string(body)); text != "" {
		said += ": " + text
	}
	return said
}

// Words is text of another side as one printable line, short enough for a [notice.Fault].
func Words(text string) string {
	line := printable.Brief(text, maxWords)
	if len(line) <= maxWords {
		return line
	}
	return printable.Cut(line, maxWords-len("…")) + "…"
}
