package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/sqlstore"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

// examined is a desk that is set up and does not run, and what stands around it.
type examined struct {
	*rig
	iam      *iam
	settings map[string]string
	folder   string // of the database
	accounts string // of countersign.yaml, without their braces
}

// newExamined sets up a desk without a fault. It sets the environment that the AWS default chain
// reads, so that tests which call it do not run in parallel.
func newExamined(t *testing.T) *examined {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDOFTHESETESTS")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the AWS secret of these tests")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	x := &examined{rig: newRig(t, "127.0.0.1:18099"), folder: t.TempDir()}
	x.iam = newIAM(x.rig, "123456789012")
	server := httptest.NewServer(x.iam)
	t.Cleanup(server.Close)
	url := "sqlite:" + filepath.Join(x.folder, "desk.db")
	store, err := sqlstore.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	x.settings = x.rig.settings(url, server.URL)
	x.watch("{expense-approval: {watch: {}}}")
	return x
}

// watch changes the functions of the desk.
func (x *examined) watch(functions string) {
	x.t.Helper()
	x.settings["CONFIG_FILE"] = deskFile(x.t, rigDesk+"accounts: {"+x.accounts+"}\nfunctions: "+functions+"\n")
}

// endOne runs an execution to its end, by completing its callback, and leaves another one waiting.
func (r *rig) endOne(t *testing.T) (open string) {
	t.Helper()
	ended := make(chan struct{})
	r.engine.Observe(func(o locallambda.Observation) {
		if o.Kind == locallambda.ExecutionEnded {
			close(ended)
		}
	})
	client := lambda.New(lambda.Options{Region: rigRegion, BaseEndpoint: aws.String(r.lambda(nil)), Credentials: rigCredentials})
	_, err := client.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{
		CallbackId: aws.String(r.ask(0).CallbackID), Result: []byte(`{}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	await(t, ended, "the end of the execution")
	return r.ask(0).CallbackID
}

// doctor runs the command and asserts that it neither changes the database nor tells a secret.
func (x *examined) doctor(t *testing.T, args ...string) (string, error) {
	t.Helper()
	before := hashes(t, x.folder)
	var out, errOut strings.Builder
	err := run(t.Context(), append([]string{"doctor"}, args...), prefixed(x.settings), &out, &errOut)
	if after := hashes(t, x.folder); !maps.Equal(before, after) {
		t.Errorf("the database's folder had %v and has %v", before, after)
	}
	for _, secret := range []string{rigSecret, rigToken, "AWS secret", "hunter2"} {
		if strings.Contains(out.String()+errOut.String(), secret) {
			t.Errorf("it tells %q:\n%s", secret, out.String())
		}
	}
	return out.String(), err
}

// hashes are the contents of a folder's files, by name.
func hashes(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = fmt.Sprintf("%x", sha256.Sum256(text))
	}
	return all
}

// The ARNs of the rig's function.
const (
	rigARN      = "arn:aws:lambda:eu-central-1:123456789012:function:" + rigFunction
	rigVersions = rigARN + ":*"
)

const (
	sendActions = `"lambda:SendDurableExecutionCallbackSuccess", "lambda:SendDurableExecutionCallbackFailure", "lambda:SendDurableExecutionCallbackHeartbeat"`
	readActions = `"lambda:GetDurableExecution", "lambda:GetDurableExecutionHistory"`
	listAction  = `"lambda:ListDurableExecutionsByFunction"`
)

func allow(actions string, resources ...string) string {
	return fmt.Sprintf(`{"Effect": "Allow", "Action": [%s], "Resource": [%s]}`, actions, `"`+strings.Join(resources, `", "`)+`"`)
}

func policyOf(statements ...string) string {
	return `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ",") + `]}`
}

// TestDoctorMendsPolicies: broken policies, each diagnosed by the line that is missing; the policy
// that is printed passes.
func TestDoctorMendsPolicies(t *testing.T) {
	x := newExamined(t)
	open := x.endOne(t)
	all := sendActions + "," + readActions + "," + listAction
	for name, tt := range map[string]struct {
		policy string
		want   []string
	}{
		"Unqualified": {policyOf(allow(all, rigARN)), []string{
			"problem  the policy names the function without the suffix :*",
			"→ allow lambda:SendDurableExecutionCallbackSuccess on " + rigVersions + "\n",
			"→ allow lambda:GetDurableExecutionHistory on " + rigVersions + "\n",
		}},
		"NoHistory": {policyOf(allow(sendActions+`, "lambda:GetDurableExecution"`, rigVersions), allow(listAction, rigARN, rigVersions)), []string{
			"problem  a decision whose answer is lost stays unconfirmed, and callbacks are not found: GetDurableExecutionHistory denied (AWS: no identity-based policy allows",
			"→ allow lambda:GetDurableExecutionHistory on " + rigVersions + "\n",
		}},
		"SuffixOnTheListOnly": {policyOf(allow(sendActions+","+readActions, rigARN), allow(listAction, rigARN, rigVersions)), []string{
			"GetDurableExecution, GetDurableExecutionHistory denied",
			"→ If the policy does name them, check its ARN: without :* it never matches",
		}},
		"NoFailure": {policyOf(allow(`"lambda:SendDurableExecutionCallbackSuccess", "lambda:SendDurableExecutionCallbackHeartbeat",`+readActions, rigVersions), allow(listAction, rigARN, rigVersions)), []string{
			"problem  decisions cannot be delivered: SendDurableExecutionCallbackFailure denied",
			"→ allow lambda:SendDurableExecutionCallbackFailure on " + rigVersions + "\n",
		}},
		"ListByVersionOnly": {policyOf(allow(all, rigVersions)), []string{
			"problem  its callbacks are not found: ListDurableExecutionsByFunction denied",
			"→ allow lambda:ListDurableExecutionsByFunction on " + rigARN + "\n",
		}},
		"OtherRegion": {policyOf(allow(all, strings.Replace(rigARN, "eu-central-1", "eu-west-1", 1)+"*")), []string{
			"problem  no policy of these credentials names this function in this region and account",
			"→ allow lambda:ListDurableExecutionsByFunction on " + rigARN + "\n",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			x.iam.attach(t, tt.policy)
			x.watch(`{"` + rigARN + `": {watch: {}}}`)
			out, err := x.doctor(t)
			if !errors.Is(err, errProblems) {
				t.Errorf("it ends with %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("want %q in\n%s", want, out)
				}
			}
			printed, err := x.doctor(t, "--policy")
			if err != nil {
				t.Fatal(err)
			}
			x.iam.attach(t, printed)
			out, err = x.doctor(t)
			if err != nil || !strings.Contains(out, "allowed: everything that it needs") || !strings.HasSuffix(out, "No problems.\n") {
				t.Errorf("with its own policy it ends with %v:\n%s", err, out)
			}
			for _, id := range x.iam.sent {
				if id == open {
					t.Error("it touched a callback that waits")
				}
			}
		})
	}
	if closed := len(x.settled); closed != 1 {
		t.Errorf("%d callbacks are closed, want the one of the test", closed)
	}
}

// TestDoctorWithoutProblems: a desk that is set up well, and the report of it.
func TestDoctorWithoutProblems(t *testing.T) {
	x := newExamined(t)
	x.endOne(t)
	x.iam.attach(t, policyOf(allow(`"lambda:*"`, "*")))
	x.watch(`{"*": {watch: {}}, expense-approval: {watch: {region: eu-central-1}}}`)
	out, err := x.doctor(t)
	if err != nil || strings.Contains(out, "warning") || strings.Contains(out, "problem ") {
		t.Errorf("it ends with %v:\n%s", err, out)
	}
	for _, want := range []string{
		"ok       complete; the public address is http://127.0.0.1:18099\n",
		"ok       the tables have version",
		"ok       client ID and secret are accepted\n",
		"ok       redirect URI http://127.0.0.1:18099/auth/callback is registered; post-logout redirect URI: http://127.0.0.1:18099/signin\n",
		"ok       from EnvConfigCredentials",
		"ok       the clock of AWS agrees with ours\n",
		"ok       * matches 1 durable function\n",
		`"arn:aws:lambda:eu-central-1:123456789012:function:*:*"`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	if n := strings.Count(out, "Function expense-approval in eu-central-1\n"); n != 1 {
		t.Errorf("the function is examined %d times", n)
	}
}

// TestDoctorFaults: each operation that Lambda denies is told, and what only fails is not called
// denied.
func TestDoctorFaults(t *testing.T) {
	x := newExamined(t)
	x.iam.attach(t, policyOf(allow(`"lambda:*"`, "*")))
	for operation, want := range map[string]string{
		"SendDurableExecutionCallbackSuccess":   "problem  decisions cannot be delivered: SendDurableExecutionCallbackSuccess denied",
		"SendDurableExecutionCallbackHeartbeat": "problem  functions with a heartbeat timeout time out while somebody reviews: SendDurableExecutionCallbackHeartbeat denied",
		"GetDurableExecution":                   "problem  a decision whose answer is lost stays unconfirmed, and callbacks are not found: GetDurableExecution denied",
	} {
		x.engine.SetFaults(nil, fault.Fault{Operation: operation, Kind: fault.AccessDenied})
		out, err := x.doctor(t)
		if !errors.Is(err, errProblems) || !strings.Contains(out, want) || !strings.Contains(out, "→ allow lambda:"+operation+" on "+rigVersions) {
			t.Errorf("%s: it ends with %v:\n%s", operation, err, out)
		}
	}
	x.engine.SetFaults(nil, fault.Fault{Operation: "GetDurableExecution", Kind: fault.Throttled})
	out, err := x.doctor(t)
	if err != nil || !strings.Contains(out, "warning  could not be determined: GetDurableExecution (TooManyRequestsException") {
		t.Errorf("throttled: it ends with %v:\n%s", err, out)
	}
	x.engine.SetFaults(nil, fault.Fault{Operation: "ListFunctions", Kind: fault.AccessDenied})
	x.watch(`{"*": {watch: {}}}`)
	out, err = x.doctor(t)
	if !errors.Is(err, errProblems) || !strings.Contains(out, "problem  no function matches *: ListFunctions denied") || !strings.Contains(out, "→ allow lambda:ListFunctions on *\n") {
		t.Errorf("no list of functions: it ends with %v:\n%s", err, out)
	}
}

// TestDoctorFunctions: functions that are not where they should be, or not what they should be.
func TestDoctorFunctions(t *testing.T) {
	x := newExamined(t)
	x.iam.attach(t, policyOf(allow(`"lambda:*"`, "*")))
	for name, tt := range map[string]struct {
		watch string
		args  []string
		want  string
	}{
		"Unknown":   {"{refunds: {watch: {}}}", nil, "problem  there is no function of this name in eu-central-1\n           → Compare name, region and account in countersign.yaml with the AWS console"},
		"Announced": {"{}", []string{"--function", rigFunction}, "ok       not denied (tested with a made-up ID only): GetDurableExecution,"},
		"NotNamed":  {"{}", nil, "warning  no function is configured, so doctor cannot check permissions\n           → countersign doctor --function NAME"},
	} {
		x.watch(tt.watch)
		out, _ := x.doctor(t, tt.args...)
		if !strings.Contains(out, tt.want) {
			t.Errorf("%s: want %q in\n%s", name, tt.want, out)
		}
	}

	// Another region has the function; and in this one there is one that is not durable.
	gate := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		here := strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/lambda/")
		switch list := strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/functions"); {
		case list && here:
			fmt.Fprint(w, `{"Functions": [{"FunctionName": "thumbnails", "FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:thumbnails"}]}`)
		case here:
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
			w.WriteHeader(http.StatusNotFound)
		default:
			x.iam.ServeHTTP(w, r)
		}
	})
	server := httptest.NewServer(gate)
	t.Cleanup(server.Close)
	x.settings["LAMBDA_ENDPOINT"] = server.URL
	x.watch("{expense-approval: {watch: {}}, thumbnails: {watch: {}}, other: {watch: {region: eu-west-1}}}")
	out, err := x.doctor(t)
	for _, want := range []string{
		"problem  there is no function of this name in eu-central-1\n           → There is one in eu-west-1: set that region in countersign.yaml.",
		"problem  it exists, but is not durable: it has no DurableConfig\n",
	} {
		if !errors.Is(err, errProblems) || !strings.Contains(out, want) {
			t.Errorf("it ends with %v, want %q in\n%s", err, want, out)
		}
	}
}

// TestDoctorAway: nothing answers, and the report comes all the same.
func TestDoctorAway(t *testing.T) {
	x := newExamined(t)
	x.settings["DATABASE_URL"], x.settings["SESSION_KEY"] = "postgres://desk:hunter2@127.0.0.1:1/desk", rigSessionKey
	x.settings["OIDC_ISSUER"] = "http://127.0.0.1:1"
	x.settings["LAMBDA_ENDPOINT"] = "http://127.0.0.1:1"
	x.settings["CONFIG_FILE"] = deskFile(t, "roles: {reviewers: [approvers], admins: [platform-team]}\n"+
		"functions: {expense-approval: {watch: {}}}\n")
	out, err := x.doctor(t)
	if !errors.Is(err, errProblems) || strings.Count(out, "  problem  ") != 3 || !strings.HasSuffix(out, "\n3 problems, 0 warnings.\n") {
		t.Errorf("it ends with %v:\n%s", err, out)
	}
	if strings.Contains(out, "Function ") {
		t.Errorf("a region that does not answer is asked on:\n%s", out)
	}
	printed, err := x.doctor(t, "--policy")
	if err != nil || !strings.Contains(printed, "arn:aws:lambda:eu-central-1:ACCOUNT_ID:function:expense-approval:*") {
		t.Errorf("it ends with %v:\n%s", err, printed)
	}
}

// TestDoctorClock: AWS's clock is ten minutes off, and its signatures are not accepted any more.
func TestDoctorClock(t *testing.T) {
	x := newExamined(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat))
		w.Header().Set("X-Amzn-Errortype", "InvalidSignatureException")
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	x.settings["LAMBDA_ENDPOINT"] = server.URL
	out, err := x.doctor(t)
	for _, want := range []string{"problem  the credentials are not accepted: InvalidSignatureException", "problem  our clock is 10m0s behind that of AWS"} {
		if !errors.Is(err, errProblems) || !strings.Contains(out, want) {
			t.Errorf("it ends with %v, want %q in\n%s", err, want, out)
		}
	}
}

func TestDoctorUnconfigured(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := run(t.Context(), []string{"doctor"}, nil, &out, io.Discard)
	if served := run(t.Context(), []string{"serve"}, nil, io.Discard, io.Discard); err == nil || err.Error() != served.Error() || out.Len() > 0 {
		t.Errorf("doctor says %v, serve says %v; printed %q", err, served, out.String())
	}
}

// TestDoctorKeyFile: the doctor refuses a key file as serve does, and makes none.
func TestDoctorKeyFile(t *testing.T) {
	x := newExamined(t)
	x.settings["SESSION_KEY"] = ""
	if out, _ := x.doctor(t); strings.Contains(out, "session-key") {
		t.Errorf("a key file that serve will make:\n%s", out)
	}
	path := filepath.Join(x.folder, "desk.db"+keyFileSuffix)
	if err := os.WriteFile(path, []byte(rigSessionKey), 0o640); err != nil {
		t.Fatal(err)
	}
	const want = "has mode 640, so other users of this machine can read it"
	out, err := x.doctor(t)
	if !errors.Is(err, errProblems) || !strings.Contains(out, want) || strings.Contains(out, rigSessionKey) {
		t.Errorf("it ends with %v, want %q in\n%s", err, want, out)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _ := x.doctor(t); strings.Contains(out, "session-key") {
		t.Errorf("a key file for its owner alone:\n%s", out)
	}
}
