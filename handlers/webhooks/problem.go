package webhooks

import (
	"errors"
	"net/http"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/inflight"
	"countersign/internal/intake"
	"countersign/internal/problem"
	"countersign/internal/ratelimit"
)

// unavailablePause is how long a sender should wait while something is away or busy.
const unavailablePause = 5 * time.Second

// errOff says that a way in is off.
var errOff = errors.New("this endpoint is off")

// problems is what a sender learns of each error.
var problems = problem.Table{
	{Err: intake.ErrNoCredentials, Status: http.StatusUnauthorized, Code: "no_credentials",
		Detail: "Sign the message (headers webhook-id, webhook-timestamp, " +
			"webhook-signature) or send Authorization: Bearer and a token."},
	// Its own text names the header.
	{Err: intake.ErrHeader, Status: http.StatusUnauthorized, Code: "bad_header"},
	{Err: intake.ErrStale, Status: http.StatusUnauthorized, Code: "stale_timestamp",
		Detail: "The webhook-timestamp is more than 5 minutes off. Sign when sending, " +
			"and check the sender's clock."},
	{Err: intake.ErrNoMatch, Status: http.StatusUnauthorized, Code: "no_match",
		Detail: "No signature or token matches. Check the secret, and that the body is " +
			"signed byte for byte as it is sent."},
	// Its own text names the limit.
	{Err: intake.ErrTooLarge, Status: http.StatusRequestEntityTooLarge, Code: "too_large"},
	{Err: intake.ErrMediaType, Status: http.StatusUnsupportedMediaType, Code: "media_type",
		Detail: "Send the body as Content-Type: application/json, without Content-Encoding."},
	{Err: intake.ErrBody, Status: http.StatusBadRequest, Code: "incomplete",
		Detail: "The body arrived incomplete."},
	{Err: errOff, Status: http.StatusNotFound, Code: "off",
		Detail: "This endpoint is off. An operator can turn it on with a setting (docs/intake.md)."},
	{Err: intake.ErrAPIKey, Status: http.StatusUnauthorized, Code: "bad_key",
		Detail: "X-Api-Key is missing or unknown. Check the connection of the API destination."},
	{Err: intake.ErrRawDelivery, Status: http.StatusBadRequest, Code: "raw_delivery",
		Detail: "A raw message is not signed. Set RawMessageDelivery of the subscription " +
			"to false."},
	{Err: intake.ErrUnknownTopic, Status: http.StatusForbidden, Code: "unknown_topic",
		Detail: "This topic is not configured here."},
	{Err: intake.ErrStaleNotification, Status: http.StatusForbidden, Code: "stale_notification",
		Detail: "The Timestamp is more than an hour off."},
	{Err: intake.ErrNotFromSNS, Status: http.StatusForbidden, Code: "not_from_sns",
		Detail: "A signature, certificate or address in the message does not match its " +
			"topic. The desk's log says which."},
	{Err: intake.ErrSNSUnreachable, Status: http.StatusServiceUnavailable, Code: "sns_unreachable",
		RetryAfter: unavailablePause,
		Detail: "SNS did not answer when asked for its certificate or to confirm the subscription. " +
			"Send the same message again in a moment."},
	// The desk is full, whoever sends. 429 would say that the sender is over its rate.
	{Err: inflight.ErrFull, Status: http.StatusServiceUnavailable, Code: "busy",
		RetryAfter: unavailablePause,
		Detail:     "The desk is busy. Send the same message again later."},
	{Err: ratelimit.ErrBusy, Status: http.StatusServiceUnavailable, Code: "busy",
		RetryAfter: unavailablePause,
		Detail:     "Too many messages. Send the same message again later."},
	{Err: intake.ErrBusy, Status: http.StatusServiceUnavailable, Code: "busy",
		RetryAfter: unavailablePause,
		Detail:     "Too many messages. Send the same message again later."},
	{Err: callbacks.ErrDifferent, Status: http.StatusConflict, Code: "different",
		Detail: "This callback was announced before with other content. Nothing changed."},
	{Err: callbacks.ErrReused, Status: http.StatusConflict, Code: "reused_id",
		Detail: "This webhook-id was used before for another announcement. Nothing was " +
			"recorded. Give each callback a webhook-id of its own: derive it from " +
			"the callbackId."},
	{Err: callbacks.ErrUncertain, Status: http.StatusServiceUnavailable, Code: "uncertain",
		RetryAfter: unavailablePause,
		Detail: "The message may or may not be recorded. Send it again in a moment: it " +
			"is recorded once."},
	{Err: callbacks.ErrUnavailable, Status: http.StatusServiceUnavailable, Code: "unavailable",
		RetryAfter: unavailablePause,
		Detail:     "Nothing was recorded. Send the same message again in a moment."},
}

// ProblemOf says what a sender learns of an error of [Handlers]. One that is not in the table is a
// 500 that tells nothing; the caller logs it.
func ProblemOf(err error) problem.Problem {
	if invalid, ok := errors.AsType[fault.List](err); ok {
		return invalidProblem(invalid)
	}
	if limit, ok := errors.AsType[*ratelimit.Error](err); ok {
		return problem.Problem{
			Err: err, Status: http.StatusTooManyRequests, Code: "rate_limited", RetryAfter: limit.RetryAfter,
			Detail: "Too many messages. Wait for the seconds in Retry-After.",
		}
	}
	if p, known := problems.Of(err); known {
		return p
	}
	return problem.Problem{
		Err: err, Status: http.StatusInternalServerError, Code: "internal",
		Detail: "The desk met an internal error. Send the same message again later.",
	}
}

func invalidProblem(invalid fault.List) problem.Problem {
	p := problem.Problem{
		Err: invalid, Status: http.StatusUnprocessableEntity, Code: "invalid",
		Detail: "The message is not valid. Nothing was recorded.",
	}
	for _, fault := range invalid {
		p.Faults = append(p.Faults, problem.Fault(fault))
	}
	return p
}
