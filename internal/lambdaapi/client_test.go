package lambdaapi_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/lambdaapi"
	"countersign/internal/replies"
)

// The region of a request is read off its signature.
func signedFor(r request) string {
	_, scope, _ := strings.Cut(r.authorization, "Credential=")
	if parts := strings.Split(scope, "/"); len(parts) > 2 {
		return parts[2]
	}
	return ""
}

func TestRegion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ region, arn, want string }{
		"Target":            {"ap-southeast-2", executionARN, "ap-southeast-2"},
		"ARN":               {"", executionARN, "eu-central-1"},
		"GovCloudARN":       {"", "arn:aws-us-gov:lambda:us-gov-west-1:1:function:f:1/x", "us-gov-west-1"},
		"SovereignCloudARN": {"", "arn:aws-eusc:lambda:eusc-de-east-1:1:function:f:1/x", "eusc-de-east-1"},
		"Default":           {"", "", "us-east-1"},
		"EmulatorARN":       {"", "0b4c/order-7", "us-east-1"},
		"ShortARN":          {"", "arn:aws:lambda", "us-east-1"},
		"HostName":          {"eu-west-1.example.com/", "", "us-east-1"},
		"HostNameInARN":     {"", "arn:aws:lambda:evil.example.com#:1:function:f", "us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, ok)
			client := newClient(t, lambdaapi.Config{Endpoint: server.url})
			to := callbacks.Target{CallbackID: callbackID, ExecutionARN: test.arn, Region: test.region}
			for range 2 { // the second time by the client that was kept
				if err := client.Heartbeat(t.Context(), to); err != nil {
					t.Fatal(err)
				}
			}
			for _, r := range server.requests() {
				if got := signedFor(r); got != test.want {
					t.Errorf("signed for %q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestManyRegions(t *testing.T) {
	t.Parallel()
	var regions []string // that AWS does not have, so the operator names them
	for i := range 100 {
		regions = append(regions, fmt.Sprintf("xx-north-%d", i))
	}
	server := serve(t, ok)
	client := newClient(t, lambdaapi.Config{Endpoint: server.url, Regions: regions})
	for _, region := range regions {
		to := callbacks.Target{CallbackID: callbackID, Region: region}
		if err := client.Heartbeat(t.Context(), to); err != nil {
			t.Fatal(err)
		}
	}
	if got := signedFor(server.requests()[99]); got != "xx-north-99" {
		t.Errorf("the last request is signed for %q", got)
	}
	if n := lambdaapi.KeptClients(client); n > 64 {
		t.Errorf("%d clients are kept, want at most 64", n)
	}
}

// Not parallel: it sets the environment that the default chain reads.
func TestEnvironment(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "5")
	t.Setenv("AWS_RETRY_MODE", "adaptive")
	t.Setenv("AWS_REGION", "sa-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	server := serve(t, refuse(503, ""))
	client, err := lambdaapi.New(t.Context(), lambdaapi.Config{Endpoint: server.url})
	if err != nil {
		t.Fatal(err)
	}

	wantAnswer(t, client.Heartbeat(t.Context(), callbacks.Target{CallbackID: callbackID}), replies.Fault)

	got := server.requests()
	if len(got) != 1 {
		t.Fatalf("%d requests were made, want exactly one", len(got))
	}
	if signedFor(got[0]) != "sa-east-1" || !strings.Contains(got[0].authorization, "AKENV") {
		t.Errorf("signed as %s", got[0].authorization)
	}
}

func TestNoRegion(t *testing.T) {
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_ACCESS_KEY_ID", "AKENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	client, err := lambdaapi.New(t.Context(), lambdaapi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, client.Heartbeat(t.Context(), callbacks.Target{CallbackID: callbackID}), replies.Credentials)
}

func TestBrokenConfiguration(t *testing.T) {
	t.Setenv("AWS_RETRY_MODE", "sometimes")
	if _, err := lambdaapi.New(t.Context(), lambdaapi.Config{}); err == nil {
		t.Error("no error for an AWS configuration that cannot be read")
	}
}
