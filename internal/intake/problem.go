package intake

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/printable"
)

// Problem is an answer to a sender that something is wrong, as problem+json (RFC 9457). The type is about:blank, so Title is
// the status in words; Code is for programs.
type Problem struct {
	Status     int           `json:"status"`
	Title      string        `json:"title"`
	Code       string        `json:"code"`
	Detail     string        `json:"detail"`
	Errors     []FieldError  `json:"errors,omitempty"`
	RetryAfter time.Duration `json:"-"`
}

// FieldError is one fault of a body. Pointer is a JSON pointer (RFC 6901), empty for the whole document.
type FieldError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// unavailablePause is when a sender should try again while the database does not answer.
const unavailablePause = 5 * time.Second

// problems is what a sender learns of each error.
var problems = []struct {
	err     error
	problem Problem
}{
	{ErrNoCredentials, Problem{Status: http.StatusUnauthorized, Code: "no_credentials",
		Detail: "Sign the message (headers webhook-id, webhook-timestamp, webhook-signature) or send Authorization: Bearer and a token."}},
	{ErrHeader, Problem{Status: http.StatusUnauthorized, Code: "bad_header"}}, // its own text names the header
	{ErrStale, Problem{Status: http.StatusUnauthorized, Code: "stale_timestamp",
		Detail: "The webhook-timestamp is more than 5 minutes off. Sign when sending, and check the sender's clock."}},
	{ErrNoMatch, Problem{Status: http.StatusUnauthorized, Code: "no_match",
		Detail: "No signature or token matches. Check the secret, and that the body is signed byte for byte as it is sent."}},
	{ErrTooLarge, Problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large"}}, // its own text names the limit
	{ErrMediaType, Problem{Status: http.StatusUnsupportedMediaType, Code: "media_type",
		Detail: "Send the body as Content-Type: application/json, without Content-Encoding."}},
	{ErrBody, Problem{Status: http.StatusBadRequest, Code: "incomplete",
		Detail: "The body did not arrive whole."}},
	{ErrOff, Problem{Status: http.StatusNotFound, Code: "off",
		Detail: "This way in is off. An operator turns it on with a setting (docs/intake.md)."}},
	{ErrAPIKey, Problem{Status: http.StatusUnauthorized, Code: "bad_key",
		Detail: "X-Api-Key is missing or unknown. Check the connection of the API destination."}},
	{ErrRawDelivery, Problem{Status: http.StatusBadRequest, Code: "raw_delivery",
		Detail: "A raw message is not signed. Set RawMessageDelivery of the subscription to false."}},
	{ErrUnknownTopic, Problem{Status: http.StatusForbidden, Code: "unknown_topic",
		Detail: "The topic is not one of those that are configured here."}},
	{ErrStaleNotification, Problem{Status: http.StatusForbidden, Code: "stale_notification",
		Detail: "The Timestamp is more than an hour off."}},
	{ErrNotFromSNS, Problem{Status: http.StatusForbidden, Code: "not_from_sns",
		Detail: "A signature, certificate or address in the message does not fit its topic. The desk's log says which."}},
	{ErrSNSUnreachable, Problem{Status: http.StatusServiceUnavailable, Code: "sns_unreachable", RetryAfter: unavailablePause,
		Detail: "SNS could not be asked for its certificate or for the subscription. Send the same message again in a moment."}},
	{ErrBusy, Problem{Status: http.StatusServiceUnavailable, Code: "busy", RetryAfter: unavailablePause,
		Detail: "Too many messages. Send the same message again later."}},
	{callbacks.ErrDifferent, Problem{Status: http.StatusConflict, Code: "different",
		Detail: "This callback was announced before with other content. Nothing was changed."}},
	{callbacks.ErrReused, Problem{Status: http.StatusConflict, Code: "reused_id",
		Detail: "This webhook-id was used before for another announcement. Nothing was recorded. Give each callback a webhook-id of its own: derive it from the callbackId."}},
	{callbacks.ErrUncertain, Problem{Status: http.StatusServiceUnavailable, Code: "uncertain", RetryAfter: unavailablePause,
		Detail: "It may be recorded or not. Send the same message again in a moment: it is recorded once."}},
	{callbacks.ErrUnavailable, Problem{Status: http.StatusServiceUnavailable, Code: "unavailable", RetryAfter: unavailablePause,
		Detail: "Nothing was recorded. Send the same message again in a moment."}},
}

// ProblemOf says what a sender learns of an error of this package or of [callbacks.Service.Receive]. Other errors are a 500
// that tells nothing; the caller logs those.
func ProblemOf(err error) Problem {
	if invalid, ok := errors.AsType[callbacks.Invalid](err); ok {
		return invalidProblem(invalid)
	}
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return titled(Problem{Status: http.StatusTooManyRequests, Code: "rate_limited", RetryAfter: limit.RetryAfter,
			Detail: "Too many messages. Wait as long as Retry-After says."})
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			if p.problem.Detail == "" {
				p.problem.Detail = err.Error()
			}
			return titled(p.problem)
		}
	}
	return titled(Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "Something went wrong here. Send the same message again later."})
}

func titled(p Problem) Problem {
	p.Title = http.StatusText(p.Status)
	return p
}

func invalidProblem(invalid callbacks.Invalid) Problem {
	p := titled(Problem{Status: http.StatusUnprocessableEntity, Code: "invalid", Detail: "The message is not valid. Nothing was recorded."})
	for _, fault := range invalid {
		p.Errors = append(p.Errors, FieldError(fault))
	}
	return p
}

// Write answers with the problem.
func (p Problem) Write(w http.ResponseWriter) error {
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.RetryAfter.Seconds()))))
	}
	return write(w, "application/problem+json", p.Status, p)
}

// WriteReceipt answers that a callback is recorded: 201 the first time, 200 when it was already. origin is the desk's own. What
// became of the callback since is not said, so that a repeated message gets the same answer.
func WriteReceipt(w http.ResponseWriter, origin string, receipt callbacks.Receipt) error {
	status := http.StatusOK
	if receipt.Created {
		status = http.StatusCreated
	}
	page := origin + receipt.Callback.ID.Path()
	w.Header().Set("Location", page)
	return write(w, "application/json", status, struct {
		ID  callbacks.ID `json:"id"`
		URL string       `json:"url"`
	}{receipt.Callback.ID, page})
}

func write(w http.ResponseWriter, media string, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err = w.Write(append(printable.JSON(body), '\n')) // senders read it in terminals and logs
	return err
}
