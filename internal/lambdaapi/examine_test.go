package lambdaapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/doctor"
	"countersign/internal/lambdaapi"
	"countersign/internal/lambdaapi/lambdaapitest"
)

func examiner(t *testing.T, endpoint string) lambdaapi.Examiner {
	t.Helper()
	return lambdaapi.Examiner{Client: newClient(t, lambdaapi.Config{Endpoint: endpoint}), Now: time.Now}
}

// TestMeanings: what each answer tells of a permission, and that no answer gives the callback ID
// away.
func TestMeanings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reply http.HandlerFunc
		want  doctor.Meaning
		text  string
	}{
		"Done":         {ok, doctor.Done, ""},
		"Closed":       {refuse(400, "CallbackTimeoutException"), doctor.Closed, "CallbackTimeoutException: about (callback ID)"},
		"Denied":       {refuse(403, "AccessDeniedException"), doctor.Denied, "AccessDeniedException"},
		"DeniedBare":   {refuse(403, ""), doctor.Denied, ""},
		"Missing":      {refuse(404, "ResourceNotFoundException"), doctor.Missing, ""},
		"NoOperation":  {refuse(404, "UnknownOperationException"), doctor.Refused, ""},
		"Invalid":      {refuse(400, "InvalidParameterValueException"), doctor.Refused, ""},
		"Signature":    {refuse(403, "InvalidSignatureException"), doctor.Rejected, ""},
		"Expired":      {refuse(403, "ExpiredTokenException"), doctor.Rejected, ""},
		"UnknownKey":   {refuse(403, "UnrecognizedClientException"), doctor.Rejected, ""},
		"Throttled":    {refuse(429, "TooManyRequestsException"), doctor.Busy, ""},
		"Fault":        {refuse(500, "ServiceException"), doctor.Busy, ""},
		"KMS":          {refuse(502, "KMSDisabledException"), doctor.Busy, ""},
		"NoAnswer":     {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, doctor.Silent, ""},
		"OtherService": {refuse(301, ""), doctor.Busy, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tt.reply)
			x := examiner(t, s.url)
			for _, action := range []doctor.Action{doctor.SendSuccess, doctor.SendFailure, doctor.SendHeartbeat} {
				got := x.Send(t.Context(), "eu-west-1", action, string(callbackID))
				if got.Meaning != tt.want || !strings.Contains(got.Text, tt.text) || strings.Contains(got.Text, string(callbackID)) {
					t.Errorf("%s: got %+v, want %v", action, got, tt.want)
				}
			}
			if n := len(s.requests()); n != 3 {
				t.Errorf("%d requests for three questions", n)
			}
		})
	}
	nobody := httptest.NewServer(nil)
	nobody.Close()
	if got := examiner(t, nobody.URL).Execution(t.Context(), "eu-west-1", executionARN); got.Meaning != doctor.Silent || !strings.Contains(got.Text, "refused") {
		t.Errorf("got %+v", got)
	}
	if got := examiner(t, nobody.URL).Send(t.Context(), "", doctor.ListFunctions, ""); got.Meaning == doctor.Done {
		t.Errorf("an action that sends nothing: %+v", got)
	}
}

func TestExaminedClock(t *testing.T) {
	t.Parallel()
	date := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	s := serve(t, refuse(403, "AccessDeniedException", "Date", date.Format(http.TimeFormat)))
	got := examiner(t, s.url).Execution(t.Context(), "eu-west-1", executionARN).Clock
	if !got.Theirs.Equal(date) || time.Since(got.Ours) > time.Minute {
		t.Errorf("got %+v", got)
	}
}

func TestExaminedFunctions(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("Marker") == "" {
			answerJSON(w, event{"NextMarker": "m2", "Functions": []event{{"FunctionName": "pay", "FunctionArn": "arn:pay", "DurableConfig": event{"ExecutionTimeout": 60}}}})
			return
		}
		answerJSON(w, event{"Functions": []event{{"FunctionName": "thumbnails", "FunctionArn": "arn:thumbnails"}}})
	})
	got, reply := examiner(t, s.url).Functions(t.Context(), "eu-west-1")
	want := []doctor.KnownFunction{{Name: "pay", ARN: "arn:pay", Durable: true}, {Name: "thumbnails", ARN: "arn:thumbnails"}}
	if diff := cmp.Diff(want, got); diff != "" || reply.Meaning != doctor.Done {
		t.Errorf("%+v -want +got:\n%s", reply, diff)
	}
	endless := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, event{"NextMarker": "again", "Functions": make([]event, 50)})
	})
	if got, _ := examiner(t, endless.url).Functions(t.Context(), "eu-west-1"); len(got) != doctor.MaxFunctions {
		t.Errorf("read %d functions", len(got))
	}
}

// TestExaminedHistory: only a callback with a terminal event of its own is closed, whatever has
// ended around it.
func TestExaminedHistory(t *testing.T) {
	t.Parallel()
	started := func(operation, id string) event {
		return ev("CallbackStarted", operation, event{"CallbackStartedDetails": event{"CallbackId": id}})
	}
	for name, tt := range map[string]struct {
		events []event
		want   string
	}{
		"Closed":   {[]event{started("1", "AAAA"), started("2", "BBBB"), succeeded("2", event{}), ev("ExecutionSucceeded", "root", nil)}, "BBBB"},
		"Stopped":  {[]event{started("1", "AAAA"), ev("ExecutionStopped", "root", nil)}, ""},
		"NoStart":  {[]event{succeeded("2", event{})}, ""},
		"NoneEver": {nil, ""},
	} {
		g := engine{pageSize: 200, events: tt.events}
		got, reply := examiner(t, serve(t, g.ServeHTTP).url).History(t.Context(), "eu-west-1", executionARN)
		if got != tt.want || reply.Meaning != doctor.Done {
			t.Errorf("%s: got %q, %+v", name, got, reply)
		}
	}
}

// Not parallel: it sets the environment that the default chain reads.
func TestCaller(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	asked := 0
	token := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = io.WriteString(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/desk/i-1</Arn>`+
			`<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	}))
	t.Cleanup(token.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", token.URL)
	caller := func(c lambdaapi.Config) doctor.Caller {
		t.Helper()
		client, err := lambdaapi.New(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		got, reply := lambdaapi.Examiner{Client: client, Now: time.Now}.Caller(t.Context(), "")
		if reply.Meaning != doctor.Done {
			t.Fatal(reply)
		}
		return got
	}
	want := doctor.Caller{Source: "EnvConfigCredentials", ARN: "arn:aws:sts::123456789012:assumed-role/desk/i-1", Account: "123456789012"}
	if got := caller(lambdaapi.Config{Region: "eu-west-1"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	want.ARN, want.Account = "", ""
	if got := caller(lambdaapi.Config{Region: "eu-west-1", Endpoint: "http://127.0.0.1:9001"}); got != want || asked != 1 {
		t.Errorf("with an engine on this machine: got %+v after %d questions to AWS", got, asked)
	}
	token.Close()
	if got := caller(lambdaapi.Config{Region: "eu-west-1"}); got != want {
		t.Errorf("where AWS does not say: got %+v, want %+v", got, want)
	}
}

// Not parallel, as above.
func TestCaller_none(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	client, err := lambdaapi.New(t.Context(), lambdaapi.Config{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	if got, reply := (lambdaapi.Examiner{Client: client, Now: time.Now}).Caller(t.Context(), ""); reply.Meaning == doctor.Done || reply.Text == "" {
		t.Errorf("got %+v, %+v", got, reply)
	}
}

// TestCaller_role: the credentials of a role are those that calls are signed with, and STS is asked
// for them once a region. Not parallel, as above.
func TestCaller_role(t *testing.T) {
	sts := lambdaapitest.NewSTS(t)
	server := serve(t, refuse(403, "AccessDeniedException"))
	x := lambdaapi.Examiner{Client: withRoles(t, server.url), Account: theirs, Now: time.Now}
	caller, reply := x.Caller(t.Context(), "eu-central-1")
	want := doctor.Caller{Source: "AssumeRoleProvider", ARN: "arn:aws:sts::" + theirs + ":assumed-role/countersign/countersign", Account: theirs}
	if caller != want || reply.Meaning != doctor.Done {
		t.Errorf("got %+v, %+v", caller, reply)
	}
	if got := x.Execution(t.Context(), "eu-central-1", executionARN); got.Meaning != doctor.Denied {
		t.Errorf("got %+v", got)
	}
	if r := server.requests(); len(r) != 1 || accessKey(r[0]) != "ASIA"+theirs || len(sts.Assumed()) != 1 {
		t.Errorf("Lambda got %v, STS %v", r, sts.Assumed())
	}
	x.Account = ""
	if got, _ := x.Caller(t.Context(), ""); got.Account != "123456789012" {
		t.Errorf("the default credentials are of %+v", got)
	}
}

// TestCaller_refused: what STS answers in place of credentials. Not parallel, as above.
func TestCaller_refused(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1") // of STS; Lambda has one anyway
	sts := lambdaapitest.NewSTS(t)
	for _, test := range []struct {
		status int
		code   string
		want   doctor.Meaning
	}{
		{403, "AccessDenied", doctor.Denied}, {403, "ExpiredToken", doctor.Rejected}, {403, "InvalidClientTokenId", doctor.Rejected},
		{403, "RegionDisabledException", doctor.Refused}, {400, "ValidationError", doctor.Refused}, {400, "Throttling", doctor.Busy},
		{503, "ServiceUnavailable", doctor.Busy},
	} {
		sts.Refuse(test.status, test.code, "no & never")
		x := lambdaapi.Examiner{Client: withRoles(t, "http://127.0.0.1:1"), Account: theirs, Now: time.Now}
		if _, got := x.Caller(t.Context(), "eu-central-1"); got.Meaning != test.want || got.Text != test.code+": no & never" {
			t.Errorf("%s: got %+v, want %v", test.code, got, test.want)
		}
	}
	t.Setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
	x := lambdaapi.Examiner{Client: withRoles(t, "http://127.0.0.1:1"), Account: theirs, Now: time.Now}
	if _, got := x.Caller(t.Context(), "eu-central-1"); got.Meaning != doctor.Silent || !strings.Contains(got.Text, "connection refused") {
		t.Errorf("nobody listens: got %+v", got)
	}
}
