package slack

import (
	"errors"
	"net/http"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"countersign/internal/channels/reply"
	"countersign/internal/notice"
	"countersign/internal/outbound"
)

const codeNoChannel = "channel_not_found"

// codes say what Slack's error codes mean. Those that are missing refuse this message.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors and the pages of the other
// methods
var codes = map[string]notice.FaultCode{
	codeNoChannel: notice.NoPlace, "is_archived": notice.NoPlace, "not_in_channel": notice.NoPlace,
	"user_not_found": notice.NoPlace, "users_not_found": notice.NoPlace, "user_disabled": notice.NoPlace, "user_not_visible": notice.NoPlace,
	"cannot_dm_bot": notice.NoPlace, "restricted_action_read_only_channel": notice.NoPlace,

	"message_not_found": notice.NoMessage, "cant_update_message": notice.NoMessage, "edit_window_closed": notice.NoMessage,

	"not_authed": notice.Denied, "invalid_auth": notice.Denied, "account_inactive": notice.Denied, "token_revoked": notice.Denied,
	"token_expired": notice.Denied, "no_permission": notice.Denied, "missing_scope": notice.Denied, "not_allowed_token_type": notice.Denied,
	"org_login_required": notice.Denied, "ekm_access_denied": notice.Denied, "access_denied": notice.Denied, "team_not_found": notice.Denied,
	"team_access_not_granted": notice.Denied, "restricted_action": notice.Denied, "messages_tab_disabled": notice.Denied, "two_factor_setup_required": notice.Denied,

	"ratelimited": notice.Busy, "rate_limited": notice.Busy, "service_unavailable": notice.Busy, "team_added_to_org": notice.Busy,

	// Slack says of these that a part of the request may have been done.
	"fatal_error": notice.Unanswered, "internal_error": notice.Unanswered, "request_timeout": notice.Unanswered,
}

// rateLimit is how long Slack is left alone if it does not say how long.
const rateLimit = 30 * time.Second

// faultOf says what an error of the library means.
func faultOf(err error) *notice.Fault {
	var limited *api.RateLimitedError
	var status api.StatusCodeError
	var said api.SlackErrorResponse
	var lost *outbound.Failure
	switch {
	case errors.As(err, &limited):
		return &notice.Fault{Code: notice.Busy, Words: "rate limit", RetryAfter: max(limited.RetryAfter, time.Second), Err: err}
	case errors.As(err, &said):
		return refusal(said)
	case errors.As(err, &lost):
		return reply.Lost(err)
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return &notice.Fault{Code: notice.Busy, Words: "rate limit", RetryAfter: rateLimit, Err: err}
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError:
		return &notice.Fault{Code: notice.Denied, Words: reply.Words("answers " + status.Status), Err: err}
	case errors.As(err, &status):
		return &notice.Fault{Code: notice.Unanswered, Words: reply.Words("answers " + status.Status), Err: err}
	}
	// An answer that cannot be read does not tell whether the request was taken.
	return &notice.Fault{Code: notice.Unanswered, Words: "the answer cannot be read", Err: errUnread}
}

// errUnread stands for the library's error, which may quote the answer.
var errUnread = errors.New("the answer is not what Slack's methods answer")

// refusal is the fault of an answer with one of Slack's codes.
func refusal(said api.SlackErrorResponse) *notice.Fault {
	code, known := codes[said.Err]
	if !known {
		code = notice.Refused
	}
	f := &notice.Fault{Code: code, Words: reply.Words(said.Err)}
	if said.Needed != "" {
		f.Words = reply.Words(said.Err + ": " + said.Needed)
	}
	if code == notice.Busy {
		f.RetryAfter = rateLimit
	}
	f.Here = said.Err == "restricted_action" || said.Err == "messages_tab_disabled"
	return f
}

// unread is the fault of reading a conversation. An app may lack the scope for that kind of
// conversation alone, and can write to others.
func unread(f *notice.Fault) *notice.Fault {
	f.Here = f.Here || strings.HasPrefix(f.Words, "missing_scope")
	return f
}
