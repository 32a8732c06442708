// Package problem answers HTTP requests of programs that failed, as problem+json (RFC 9457).
//
// It knows how a problem is written. Which error is which problem is said by the caller, in a
// [Table] of its own.
package problem

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/internal/printable"
)

// Problem is what a program is told of a failure. Code is for the program, Detail for the people
// who read its log.
type Problem struct {
	Err        error // the failure itself, which is not told
	Status     int
	Code       string
	Detail     string
	Faults     []Fault       // of the body that was sent
	RetryAfter time.Duration // zero where trying again does not help
}

// Fault is one fault of a body. Pointer is a JSON pointer (RFC 6901), empty for the whole document.
type Fault struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Table says which problem an error is: the first with that Err or one that it wraps.
type Table []Problem

// Of looks an error up. A problem without a detail has the error's own text, as a sentence.
func (t Table) Of(err error) (_ Problem, known bool) {
	for _, p := range t {
		if !errors.Is(err, p.Err) {
			continue
		}
		p.Err = err
		if p.Detail == "" {
			p.Detail = sentence(err.Error())
		}
		return p, true
	}
	return Problem{}, false
}

// sentence writes the text of an error as a sentence.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// document is a problem on the wire. Its type is about:blank, which the RFC lets us leave out, so
// that its title is the status in words.
type document struct {
	Status int     `json:"status"`
	Title  string  `json:"title"`
	Code   string  `json:"code"`
	Detail string  `json:"detail"`
	Errors []Fault `json:"errors,omitempty"`
}

// Write answers with the problem. Characters of foreign text that cannot be seen are spelled by
// number, since people read answers in terminals and logs.
func (p Problem) Write(w http.ResponseWriter) error {
	body, err := json.Marshal(document{p.Status, http.StatusText(p.Status), p.Code, p.Detail, p.Faults})
	if err != nil {
		return err
	}
	h := w.Header()
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110 wants a challenge with each 401
	}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.RetryAfter.Seconds()))))
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_, err = w.Write(append(printable.JSON(body), '\n'))
	return err
}
