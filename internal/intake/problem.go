package intake

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/inflight"
	"countersign/internal/problem"
	"countersign/internal/ratelimit"
)

// unavailablePause is when a sender should try again while the database does not answer.
const unavailablePause = 5 * time.Second

// problems is what a sender learns of each error.
var problems = problem.Table{
	{Err: ErrNoCredentials, Status: http.StatusUnauthorized, Code: "no_credentials",
		Detail: "Sign the message (headers webhook-id, webhook-timestamp, webhook-signature) or send Authorization: Bearer and a token."},
	{Err: ErrHeader, Status: http.StatusUnauthorized, Code: "bad_header"}, // its own text names the header
	{Err: ErrStale, Status: http.StatusUnauthorized, Code: "stale_timestamp",
		Detail: "The webhook-timestamp is more than 5 minutes off. Sign when sending, and check the sender's clock."},
	{Err: ErrNoMatch, Status: http.StatusUnauthorized, Code: "no_match",
		Detail: "No signature or token matches. Check the secret, and that the body is signed byte for byte as it is sent."},
	{Err: ErrTooLarge, Status: http.StatusRequestEntityTooLarge, Code: "too_large"}, // its own text names the limit
	{Err: ErrMediaType, Status: http.StatusUnsupportedMediaType, Code: "media_type",
		Detail: "Send the body as Content-Type: application/json, without Content-Encoding."},
	{Err: ErrBody, Status: http.StatusBadRequest, Code: "incomplete",
		Detail: "The body did not arrive whole."},
	{Err: ErrOff, Status: http.StatusNotFound, Code: "off",
		Detail: "This way in is off. An operator turns it on with a setting (docs/intake.md)."},
	{Err: ErrAPIKey, Status: http.StatusUnauthorized, Code: "bad_key",
		Detail: "X-Api-Key is missing or unknown. Check the connection of the API destination."},
	{Err: ErrRawDelivery, Status: http.StatusBadRequest, Code: "raw_delivery",
		Detail: "A raw message is not signed. Set RawMessageDelivery of the subscription to false."},
	{Err: ErrUnknownTopic, Status: http.StatusForbidden, Code: "unknown_topic",
		Detail: "The topic is not one of those that are configured here."},
	{Err: ErrStaleNotification, Status: http.StatusForbidden, Code: "stale_notification",
		Detail: "The Timestamp is more than an hour off."},
	{Err: ErrNotFromSNS, Status: http.StatusForbidden, Code: "not_from_sns",
		Detail: "A signature, certificate or address in the message does not fit its topic. The desk's log says which."},
	{Err: ErrSNSUnreachable, Status: http.StatusServiceUnavailable, Code: "sns_unreachable", RetryAfter: unavailablePause,
		Detail: "SNS could not be asked for its certificate or for the subscription. Send the same message again in a moment."},
	{Err: inflight.ErrFull, Status: http.StatusServiceUnavailable, Code: "busy", RetryAfter: unavailablePause,
		Detail: "Too many messages. Send the same message again later."},
	{Err: ErrBusy, Status: http.StatusServiceUnavailable, Code: "busy", RetryAfter: unavailablePause,
		Detail: "Too many messages. Send the same message again later."},
	{Err: callbacks.ErrDifferent, Status: http.StatusConflict, Code: "different",
		Detail: "This callback was announced before with other content. Nothing was changed."},
	{Err: callbacks.ErrReused, Status: http.StatusConflict, Code: "reused_id",
		Detail: "This webhook-id was used before for another announcement. Nothing was recorded. Give each callback a webhook-id of its own: derive it from the callbackId."},
	{Err: callbacks.ErrUncertain, Status: http.StatusServiceUnavailable, Code: "uncertain", RetryAfter: unavailablePause,
		Detail: "It may be recorded or not. Send the same message again in a moment: it is recorded once."},
	{Err: callbacks.ErrUnavailable, Status: http.StatusServiceUnavailable, Code: "unavailable", RetryAfter: unavailablePause,
		Detail: "Nothing was recorded. Send the same message again in a moment."},
}

// ProblemOf says what a sender learns of an error of this package or of [callbacks.Service.Receive].
// Other errors are a 500 that tells nothing; the caller logs those.
func ProblemOf(err error) problem.Problem {
	if invalid, ok := errors.AsType[callbacks.Invalid](err); ok {
		return invalidProblem(invalid)
	}
	if limit, ok := errors.AsType[*ratelimit.Error](err); ok {
		return problem.Problem{
			Err: err, Status: http.StatusTooManyRequests, Code: "rate_limited", RetryAfter: limit.RetryAfter,
			Detail: "Too many messages. Wait as long as Retry-After says.",
		}
	}
	if p, known := problems.Of(err); known {
		return p
	}
	return problem.Problem{
		Err: err, Status: http.StatusInternalServerError, Code: "internal",
		Detail: "Something went wrong here. Send the same message again later.",
	}
}

func invalidProblem(invalid callbacks.Invalid) problem.Problem {
	p := problem.Problem{
		Err: invalid, Status: http.StatusUnprocessableEntity, Code: "invalid",
		Detail: "The message is not valid. Nothing was recorded.",
	}
	for _, fault := range invalid {
		p.Faults = append(p.Faults, problem.Fault(fault))
	}
	return p
}

// WriteReceipt answers that a callback is recorded: 201 the first time, 200 when it was already. origin
// is the desk's own. What became of the callback since is not said, so that a repeated message gets
// the same answer.
func WriteReceipt(w http.ResponseWriter, origin string, receipt callbacks.Receipt) error {
	status := http.StatusOK
	if receipt.Created {
		status = http.StatusCreated
	}
	page := origin + receipt.Callback.ID.Path()
	w.Header().Set("Location", page)
	body, err := json.Marshal(struct {
		ID  callbacks.ID `json:"id"`
		URL string       `json:"url"`
	}{receipt.Callback.ID, page})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err = w.Write(append(body, '\n'))
	return err
}
