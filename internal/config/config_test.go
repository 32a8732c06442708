package config

import (
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	goodSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
	goodToken  = "t0ken-t0ken-t0ken-t0ken-t0ken-t0ken"
	goodTopic  = "arn:aws:sns:eu-central-1:123456789012:approvals"
)

// variables are an environment with the required settings, changed by pairs of short name and
// value.
func variables(pairs ...string) map[string]string {
	env := map[string]string{
		"COUNTERSIGN_BASE_URL":             "https://desk.example.com",
		"COUNTERSIGN_DATABASE_URL":         "sqlite:///var/lib/countersign/countersign.db",
		"COUNTERSIGN_OIDC_ISSUER":          "https://login.example.com/",
		"COUNTERSIGN_OIDC_CLIENT_ID":       "desk",
		"COUNTERSIGN_OIDC_CLIENT_SECRET":   "s3cret-of-the-client",
		"COUNTERSIGN_ROLE_REVIEWER_GROUPS": "approvers",
	}
	for i := 0; i < len(pairs); i += 2 {
		env[Prefix+pairs[i]] = pairs[i+1]
	}
	return env
}

// load runs Load over maps instead of the process and its disk.
func load(env, files map[string]string) (Config, error) {
	read := func(path string) ([]byte, error) {
		text, ok := files[path]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return []byte(text), nil
	}
	return Load(env, read)
}

func TestLoadFillsDefaults(t *testing.T) {
	t.Parallel()
	got, err := load(variables(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Addr:        "127.0.0.1:8080",
		BaseURL:     "https://desk.example.com",
		DatabaseURL: "sqlite:///var/lib/countersign/countersign.db",
		Log:         Log{Level: slog.LevelInfo, Format: LogJSON},
		OIDC: OIDC{
			Issuer: "https://login.example.com/", ClientID: "desk", ClientSecret: "s3cret-of-the-client",
			Scopes: Scopes{"openid", "email", "profile", "groups"}, GroupsClaim: "groups", ProviderName: "single sign-on",
		},
		Roles:   Roles{ReviewerGroups: Names{"approvers"}},
		Queues:  Queues{"default": {Groups: []string{"approvers"}}},
		Intake:  Intake{Rate: 50, Burst: 100},
		Groups:  Groups{MaxAge: 8 * time.Hour},
		Session: Session{Idle: 8 * time.Hour, Lifetime: 24 * time.Hour},
		Review:  Review{IdleBudget: 30 * time.Minute, Max: 8 * time.Hour}, WatchRate: 5,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLoadReadsEverySetting(t *testing.T) {
	t.Parallel()
	got, err := load(variables(
		"ADDR", ":9000", "BASE_URL", "http://localhost:9000/", "DATABASE_URL", "postgres://desk:pw@db/countersign",
		"TRUSTED_PROXIES", "10.1.2.3/8, 192.0.2.7", "LOG_LEVEL", "debug", "LOG_FORMAT", "text",
		"OIDC_SCOPES", "openid email", "OIDC_GROUPS_CLAIM", "roles", "OIDC_PROVIDER_NAME", "Example ID",
		"ROLE_ADMIN_GROUPS", "Platform Team,root", "ROLE_AUDITOR_GROUPS", "audit",
		"QUEUES", `{"finance":{"groups":["fin"],"keepAlive":"queued","fourEyes":true,"rejectAs":"success"},"default":{"groups":["all"]}}`,
		"SOURCES", `{"expenses":{"secrets":["`+goodSecret+`"],"tokens":["`+goodToken+`"],"queues":["finance","default"]}}`,
		"EVENTBRIDGE_KEYS", goodToken+"-old, "+goodToken+"-new", "SNS_TOPICS", `{"`+goodTopic+`":{"source":"expenses","queues":["finance"]}}`,
		"INTAKE_RATE", "0.5", "INTAKE_BURST", "3", "GROUPS_MAX_AGE", "4h", "SESSION_KEY", goodKey+", "+olderKey, "SESSION_IDLE", "1h", "SESSION_LIFETIME", "2h",
		"REVIEW_IDLE_BUDGET", "5m", "REVIEW_MAX", "1h", "LAMBDA_REGION", "eu-west-1", "LAMBDA_ENDPOINT", "http://127.0.0.1:9001",
		"WATCH", `{"expense-approval":{"queue":"finance"},"arn:aws:lambda:us-east-1:123456789012:function:pay":{},"*":{"region":"eu-north-1"},"arn:aws:lambda:us-east-1:111122223333:function:*":{},"refund":{"account":"111122223333"}}`,
		"ACCOUNTS", `{"111122223333":{"roleArn":"arn:aws:iam::111122223333:role/desk/countersign","externalId":"9f2c"}}`,
		"WATCH_RATE", "2.5", "TRACE_ENDPOINT", "http://otel-collector:4318", "SUPPORT_CONTACT", "#help", "CONSOLE_LINKS", "true",
	), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Addr: ":9000", BaseURL: "http://localhost:9000", DatabaseURL: "postgres://desk:pw@db/countersign",
		TrustedProxies: Networks{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")},
		Log:            Log{Level: slog.LevelDebug, Format: LogText},
		OIDC: OIDC{
			Issuer: "https://login.example.com/", ClientID: "desk", ClientSecret: "s3cret-of-the-client",
			Scopes: Scopes{"openid", "email"}, GroupsClaim: "roles", ProviderName: "Example ID",
		},
		Roles: Roles{ReviewerGroups: Names{"approvers"}, AdminGroups: Names{"Platform Team", "root"}, AuditorGroups: Names{"audit"}},
		Queues: Queues{
			"finance": {Groups: []string{"fin"}, KeepAlive: "queued", FourEyes: true, RejectAs: "success"},
			"default": {Groups: []string{"all"}},
		},
		Sources:   Sources{"expenses": {Secrets: []Secret{goodSecret}, Tokens: []Secret{goodToken}, Queues: []string{"finance", "default"}}},
		EventKeys: APIKeys{goodToken + "-old", goodToken + "-new"}, Topics: Topics{goodTopic: {Source: "expenses", Queues: []string{"finance"}}},
		Intake:  Intake{Rate: 0.5, Burst: 3},
		Groups:  Groups{MaxAge: 4 * time.Hour},
		Session: Session{Idle: time.Hour, Lifetime: 2 * time.Hour, Keys: SessionKeys{Secret(goodKey), Secret(olderKey)}},
		Review:  Review{IdleBudget: 5 * time.Minute, Max: time.Hour},
		Watch: Watches{
			"expense-approval": {Queue: "finance", Region: "eu-west-1"}, "*": {Queue: "default", Region: "eu-north-1"},
			"arn:aws:lambda:us-east-1:123456789012:function:pay": {Queue: "default", Region: "us-east-1"},
			"arn:aws:lambda:us-east-1:111122223333:function:*":   {Queue: "default", Region: "us-east-1", Account: "111122223333"},
			"refund": {Queue: "default", Region: "eu-west-1", Account: "111122223333"},
		},
		Accounts:  Accounts{"111122223333": {RoleARN: "arn:aws:iam::111122223333:role/desk/countersign", ExternalID: "9f2c"}},
		WatchRate: 2.5, TraceEndpoint: "http://otel-collector:4318/v1/traces",
		Lambda: Lambda{Region: "eu-west-1", Endpoint: "http://127.0.0.1:9001"}, SupportContact: "#help", ConsoleLinks: true,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLoadTellsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(map[string]string{
		"COUNTERSIGN_ADDR":               "8080",
		"COUNTERSIGN_BASE_URL":           "desk.example.com",
		"COUNTERSIGN_OIDC_ISSUER":        "https://login.example.com",
		"COUNTERSIGN_INTAKE_RATE":        "fast",
		"COUNTERSIGN_SESSION_IDLE":       "48h",
		"COUNTERSIGN_OIDC_CLIENT_SECRET": "",
	}, nil)
	if err == nil {
		t.Fatal("no error")
	}
	var names []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, rest, _ := strings.Cut(line, " ")
		if !strings.Contains(rest, "; a right value: ") {
			t.Errorf("%q does not say what a right value looks like", line)
		}
		names = append(names, strings.TrimPrefix(name, Prefix))
	}
	want := []string{
		"ADDR", "BASE_URL", "DATABASE_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "ROLE_REVIEWER_GROUPS", "INTAKE_RATE", "SESSION_LIFETIME",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("-want +got:\n%s\n%v", diff, err)
	}
}

// TestStringIsReadable: the log's first line is where an operator compares what is meant with what
// is set.
func TestStringIsReadable(t *testing.T) {
	t.Parallel()
	c, err := load(variables("QUEUES", `{"finance":{"groups":["finance approvers"],"fourEyes":true}}`, "SOURCES", `{"expenses":{"secrets":["`+goodSecret+`"]}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"finance":{"groups":["finance approvers"],"keepAlive":"","fourEyes":true,"rejectAs":""}`, `"expenses":{"secrets":["redacted"]`,
	} {
		if !strings.Contains(c.String(), want) {
			t.Errorf("%s is not in\n%s", want, c)
		}
	}
}
