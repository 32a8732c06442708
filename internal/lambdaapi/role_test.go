package lambdaapi_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/lambdaapi"
	"countersign/internal/lambdaapi/lambdaapitest"
	"countersign/internal/replies"
)

const theirs, others = "111122223333", "444455556666"

func targetIn(account string) callbacks.Target {
	return callbacks.Target{CallbackID: callbackID, ExecutionARN: "arn:aws:lambda:eu-central-1:" + account + ":function:pay:3/durable-execution/order-7/4f2a"}
}

func withRoles(t *testing.T, endpoint string) *lambdaapi.Client {
	t.Helper()
	return newClient(t, lambdaapi.Config{Endpoint: endpoint, Accounts: map[string]lambdaapi.Role{
		theirs: {ARN: "arn:aws:iam::" + theirs + ":role/countersign", ExternalID: "9f2c"},
		others: {ARN: "arn:aws:iam::" + others + ":role/countersign"},
	}})
}

// accessKey is whose request it is.
func accessKey(r request) string {
	_, scope, _ := strings.Cut(r.authorization, "Credential=")
	key, _, _ := strings.Cut(scope, "/")
	return key
}

// Not parallel, as the others here: they set the environment that the default chain reads.
func TestRoles(t *testing.T) {
	sts := lambdaapitest.NewSTS(t)
	server := serve(t, ok)
	client := withRoles(t, server.url)
	for _, account := range []string{theirs, others, "123456789012", theirs, "999999999999"} {
		if err := client.Heartbeat(t.Context(), targetIn(account)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.DurableFunctions(t.Context(), arn.Lane{Account: theirs, Region: "eu-central-1"}, ""); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range server.requests() {
		keys = append(keys, accessKey(r))
	}
	if got, want := strings.Join(keys, " "), "ASIA"+theirs+" ASIA"+others+" AKID ASIA"+theirs+" AKID ASIA"+theirs; got != want {
		t.Errorf("signed by %s\nwant %s", got, want)
	}
	want := []string{
		"arn:aws:iam::" + theirs + ":role/countersign 9f2c countersign eu-central-1",
		"arn:aws:iam::" + others + ":role/countersign  countersign eu-central-1",
	}
	if got := sts.Assumed(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("STS was asked for\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestRoleRenewed: credentials that have expired are asked for again.
func TestRoleRenewed(t *testing.T) {
	sts := lambdaapitest.NewSTS(t)
	sts.Life(-time.Minute)
	client := withRoles(t, serve(t, ok).url)
	for range 2 {
		if err := client.Heartbeat(t.Context(), targetIn(theirs)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(sts.Assumed()); n != 2 {
		t.Errorf("STS was asked %d times, want once for each call", n)
	}
}

// TestRoleRefused: nothing was sent, so that nothing is in doubt, and operators read why.
func TestRoleRefused(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		code   string
		want   replies.Reply
	}{
		"Denied":    {403, "AccessDenied", replies.Denied},
		"Expired":   {403, "ExpiredToken", replies.Credentials},
		"Skewed":    {403, "SignatureDoesNotMatch", replies.Skew},
		"Invalid":   {400, "ValidationError", replies.Denied},
		"Throttled": {400, "Throttling", replies.Unsent},
		"Fault":     {503, "ServiceUnavailable", replies.Unsent},
	} {
		t.Run(name, func(t *testing.T) {
			sts := lambdaapitest.NewSTS(t)
			sts.Refuse(test.status, test.code, "no")
			t.Setenv("AWS_MAX_ATTEMPTS", "1") // of STS; Lambda has one anyway
			server := serve(t, ok)
			client := withRoles(t, server.url)
			for what, err := range map[string]error{
				"complete": client.Complete(t.Context(), targetIn(theirs), approved),
				"history": func() error {
					_, err := client.Page(t.Context(), history.Query{Lane: client.Lanes().Of(targetIn(theirs).ExecutionARN, ""), Target: targetIn(theirs), Limit: 1})
					return err
				}(),
			} {
				le := lambdaError(t, err)
				if le.Reply != test.want || le.Reply.Doubtful() || le.Code != test.code || !strings.Contains(err.Error(), "AssumeRole") {
					t.Errorf("%s: %v, want %s", what, err, test.want)
				}
			}
			if n := len(server.requests()); n != 0 {
				t.Errorf("Lambda got %d requests", n)
			}
			if err := client.Heartbeat(t.Context(), targetIn("123456789012")); err != nil {
				t.Errorf("another account: %v", err)
			}
		})
	}
}
