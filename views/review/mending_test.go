package review

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/views/viewstest"
)

const (
	grantOn = "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:*"
	aKey    = "arn:aws:kms:eu-central-1:123456789012:key/0f2c"
)

// refusedReview is a decision on its way that Lambda does not take until an operator mends
// something.
func refusedReview(a replies.Reply, status int, code string) Review {
	m := retryingReview()
	m.Callback.ExecutionARN = "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP-2291/0f2c"
	m.Callback.Problem = a
	for i := range m.Delivery.Attempts {
		m.Delivery.Attempts[i].Reply, m.Delivery.Attempts[i].Status, m.Delivery.Attempts[i].Code = a, status, code
	}
	m.Audit = append([]callbacks.AuditEntry{{
		Seq: 48115, At: viewstest.Now, Actor: viewstest.System, Action: callbacks.ActionAttemptFailed, Callback: m.Callback.ID, Facts: callbacks.Facts{Attempt: 1, Reply: a},
	}}, m.Audit...)
	return m
}

// TestMending: an admin reads what to do about a refusal, exactly; a reviewer that an admin was
// told, and no internals.
func TestMending(t *testing.T) {
	t.Parallel()
	admin, reviewer := viewstest.Shell("mine", "/"), viewstest.Shell("mine", "/")
	reviewer.Viewer = viewstest.Lena
	rejected := refusedReview(replies.Denied, 403, "AccessDeniedException")
	d := *rejected.Callback.Decision
	d.Kind = callbacks.Failure
	rejected.Callback.Decision = &d
	theirs := refusedReview(replies.Denied, 403, "AccessDeniedException")
	theirs.Delivery.Lane.Account = "123456789012"
	withKey := refusedReview(replies.KMS, 502, "KMSDisabledException")
	withKey.Delivery.Attempts[0].Key = aKey
	for name, tt := range map[string]struct {
		m    Review
		want string
	}{
		"Denied":        {refusedReview(replies.Denied, 403, "AccessDeniedException"), "access denied. Allow lambda:SendDurableExecutionCallbackSuccess on " + grantOn + ". AWS takes a moment to apply it."},
		"DeniedFailure": {rejected, "Allow lambda:SendDurableExecutionCallbackFailure on " + grantOn + "."},
		"DeniedInRole":  {theirs, "on " + grantOn + " in the role of account 123456789012."},
		"KMS":           {refusedReview(replies.KMS, 502, "KMSDisabledException"), "Enable the KMS key of the function, and allow kms:Decrypt and kms:GenerateDataKey with it."},
		"KMSKey":        {withKey, "Enable " + aKey + ", and allow kms:Decrypt and kms:GenerateDataKey with it."},
		"Skew":          {refusedReview(replies.Skew, 403, "RequestTimeTooSkewed"), "Set the clock of the machine (NTP)"},
		"Credentials":   {refusedReview(replies.Credentials, 403, "ExpiredTokenException"), "Give the desk valid AWS credentials"},
		"NothingToMend": {retryingReview(), "Lambda did not accept it: throttled. Nothing for you to do:"},
		"OutOfReachByIt": {func() Review {
			m := refusedReview(replies.Denied, 403, "AccessDeniedException")
			m.Callback.State, m.Callback.Ending = callbacks.Undeliverable, &callbacks.Ending{By: callbacks.EndedByUnknown, Cause: callbacks.CauseTimeout, Assumed: true}
			return m
		}(), "Allow lambda:SendDurableExecutionCallbackSuccess on " + grantOn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := viewstest.Words(viewstest.HTML(t, Page(admin, tt.m)).Find("#verdict")); !strings.Contains(got, tt.want) {
				t.Errorf("an admin reads %q, want %q", got, tt.want)
			}
			page := viewstest.HTML(t, Page(reviewer, tt.m))
			if !tt.m.Callback.Problem.NeedsOperator() {
				return
			}
			if got := viewstest.Words(page.Find("#verdict")); tt.m.Callback.State == callbacks.Decided && !strings.Contains(got, "Lambda did not accept it: an admin was told. Nothing for you to do: Countersign keeps trying until") {
				t.Errorf("a reviewer reads %q", got)
			}
			if got := viewstest.Words(page.Find("[aria-label=Attempts]")); !strings.Contains(got, "not accepted") || strings.Contains(got, "told") {
				t.Errorf("a reviewer reads of the attempts %q", got)
			}
			all := viewstest.Words(page.Find("#item"))
			for _, internal := range []string{"lambda:Send", grantOn, "kms:", "403", "502", "Exception", "denied", "credentials", "NTP"} {
				if strings.Contains(all, internal) {
					t.Errorf("a reviewer reads %q in %q", internal, all)
				}
			}
		})
	}
}

// TestMending_PassedSince: what an admin was told stays with admins, also once it has passed.
func TestMending_PassedSince(t *testing.T) {
	t.Parallel()
	admin, reviewer := viewstest.Shell("mine", "/"), viewstest.Shell("mine", "/")
	reviewer.Viewer = viewstest.Lena
	m := refusedReview(replies.Denied, 403, "AccessDeniedException")
	m.Callback.Problem = replies.Throttled
	if got := viewstest.Words(viewstest.HTML(t, Page(admin, m)).Find("#item")); !strings.Contains(got, "Attempt 1: access denied.") {
		t.Errorf("an admin reads %q", got)
	}
	if got := viewstest.Words(viewstest.HTML(t, Page(reviewer, m)).Find("#item")); strings.Contains(got, "denied") {
		t.Errorf("a reviewer reads %q", got)
	}
}
