package config

import (
	"io/fs"
	"log/slog"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	goodSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
	goodToken  = "t0ken-t0ken-t0ken-t0ken-t0ken-t0ken"

	deskPath = "/etc/countersign/countersign.yaml"
	deskText = "roles: {reviewers: [approvers]}\n" +
		"sources: {expenses: {secrets: [{env: COUNTERSIGN_EXPENSES}], tokens: [{file: token}]}}\n"
)

// variables are an environment with the required settings, changed by pairs of short name and
// value.
func variables(pairs ...string) map[string]string {
	env := map[string]string{
		"COUNTERSIGN_BASE_URL":           "https://desk.example.com",
		"COUNTERSIGN_DATABASE_URL":       "sqlite:///var/lib/countersign/countersign.db",
		"COUNTERSIGN_CONFIG_FILE":        deskPath,
		"COUNTERSIGN_EXPENSES":           goodSecret,
		"COUNTERSIGN_OIDC_ISSUER":        "https://login.example.com/",
		"COUNTERSIGN_OIDC_CLIENT_ID":     "desk",
		"COUNTERSIGN_OIDC_CLIENT_SECRET": "s3cret-of-the-client",
	}
	for i := 0; i < len(pairs); i += 2 {
		env[Prefix+pairs[i]] = pairs[i+1]
	}
	return env
}

// load runs Load over maps instead of the process and its disk, which has a countersign.yaml.
func load(env, files map[string]string) (Config, error) {
	all := map[string]string{deskPath: deskText, "/etc/countersign/token": goodToken}
	maps.Copy(all, files)
	read := func(path string) ([]byte, error) {
		text, ok := all[path]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return []byte(text), nil
	}
	return Load(env, read, nil, nil) // none of the files has rules or forms
}

// sameSettings compares everything but what countersign.yaml says.
var sameSettings = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmpopts.IgnoreFields(Config{}, "Desk", "ReadDesk"),
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
		ConfigFile: deskPath,
		Intake:     Intake{Rate: 50, Burst: 100},
		Groups:     Groups{MaxAge: 8 * time.Hour},
		Session:    Session{Idle: 8 * time.Hour, Lifetime: 24 * time.Hour},
		Review:     Review{IdleBudget: 30 * time.Minute, Max: 8 * time.Hour}, WatchRate: 5,
	}
	if diff := cmp.Diff(want, got, sameSettings...); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLoadReadsEverySetting(t *testing.T) {
	t.Parallel()
	got, err := load(variables(
		"ADDR", ":9000", "BASE_URL", "http://localhost:9000/", "DATABASE_URL", "postgres://desk:pw@db/countersign",
		"TRUSTED_PROXIES", "10.1.2.3/8, 192.0.2.7", "LOG_LEVEL", "debug", "LOG_FORMAT", "text",
		"OIDC_SCOPES", "openid email", "OIDC_GROUPS_CLAIM", "roles", "OIDC_PROVIDER_NAME", "Example ID",
		"EVENTBRIDGE_KEYS", goodToken+"-old, "+goodToken+"-new",
		"INTAKE_RATE", "0.5", "INTAKE_BURST", "3", "GROUPS_MAX_AGE", "4h", "SESSION_KEY", goodKey+", "+olderKey, "SECRETS_KEY", olderKey, "SESSION_IDLE", "1h", "SESSION_LIFETIME", "2h",
		"REVIEW_IDLE_BUDGET", "5m", "REVIEW_MAX", "1h", "LAMBDA_REGION", "eu-west-1", "LAMBDA_ENDPOINT", "http://127.0.0.1:9001",
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
		ConfigFile:  deskPath,
		EventKeys:   APIKeys{goodToken + "-old", goodToken + "-new"},
		Intake:      Intake{Rate: 0.5, Burst: 3},
		Groups:      Groups{MaxAge: 4 * time.Hour},
		SecretsKeys: Keys{Secret(olderKey)},
		Session:     Session{Idle: time.Hour, Lifetime: 2 * time.Hour, Keys: Keys{Secret(goodKey), Secret(olderKey)}},
		Review:      Review{IdleBudget: 5 * time.Minute, Max: time.Hour},
		WatchRate:   2.5, TraceEndpoint: "http://otel-collector:4318/v1/traces",
		Lambda: Lambda{Region: "eu-west-1", Endpoint: "http://127.0.0.1:9001"}, SupportContact: "#help", ConsoleLinks: true,
	}
	if diff := cmp.Diff(want, got, sameSettings...); diff != "" {
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
		"ADDR", "BASE_URL", "DATABASE_URL", "CONFIG_FILE", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "INTAKE_RATE", "SESSION_LIFETIME",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("-want +got:\n%s\n%v", diff, err)
	}
}

// TestLoadReadsTheDesk: the file is part of the configuration, and so is every fault of it.
func TestLoadReadsTheDesk(t *testing.T) {
	t.Parallel()
	c, err := load(variables(), nil)
	if err != nil {
		t.Fatal(err)
	}
	source := c.Desk.Sources["expenses"]
	if source.Secrets[0].Reveal() != goodSecret || source.Tokens[0].Reveal() != goodToken || c.Desk.Roles.Reviewers[0] != "approvers" {
		t.Errorf("read as:\n%s", c.Desk.Shown())
	}
	_, err = load(variables("INTAKE_RATE", "fast"), map[string]string{deskPath: "roles: {reviewers: approvers}\nqueus: {}\n"})
	want := `COUNTERSIGN_INTAKE_RATE must be a number, not "fast"; a right value: 50` + "\n" +
		deskPath + ":1:20: roles.reviewers: must be a list, not a text: write [approvers]\n" +
		deskPath + ":2:1: queus: there is no such key: did you mean queues?"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	_, err = load(variables("CONFIG_FILE", "/etc/none.yaml"), nil)
	if want := "/etc/none.yaml: there is no such file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestLoadRefusesWhatTheFileReplaced: an upgrade stops with the way out, by name.
func TestLoadRefusesWhatTheFileReplaced(t *testing.T) {
	t.Parallel()
	refused := func(names string, values ...string) {
		t.Helper()
		_, err := load(variables(values...), nil)
		want := "countersign.yaml has replaced " + names + ": " +
			"`countersign config from-env --secrets DIR > countersign.yaml` writes what they say; " +
			"name that file in COUNTERSIGN_CONFIG_FILE, and remove them"
		if err == nil || err.Error() != want {
			t.Errorf("got\n%v\nwant\n%s", err, want)
		}
	}
	for _, file := range []string{deskPath, ""} {
		refused("COUNTERSIGN_QUEUES, COUNTERSIGN_SOURCES_FILE",
			"CONFIG_FILE", file, "QUEUES", "{}", "SOURCES_FILE", "/run/secrets/sources.json")
	}
	for _, name := range []string{
		"ROLE_REVIEWER_GROUPS", "ROLE_ADMIN_GROUPS", "ROLE_AUDITOR_GROUPS", "QUEUES", "SOURCES",
		"SNS_TOPICS", "ENCRYPTION_KEYS", "ACCOUNTS", "WATCH",
	} {
		refused("COUNTERSIGN_"+name, name, "{}")
		refused("COUNTERSIGN_"+name+"_FILE", name+"_FILE", "/run/secrets/old")
	}
}

// TestStringIsReadable: the log's first line is where an operator compares what is meant with what
// is set.
func TestStringIsReadable(t *testing.T) {
	t.Parallel()
	c, err := load(variables("TRUSTED_PROXIES", "10.1.2.0/24,::1/128"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"COUNTERSIGN_CONFIG_FILE=" + deskPath, "version of countersign.yaml=" + c.Desk.Version[:12], "COUNTERSIGN_OIDC_CLIENT_SECRET=redacted",
		"COUNTERSIGN_TRUSTED_PROXIES=[10.1.2.0/24 ::1/128]",
	} {
		if !strings.Contains(c.String(), want) {
			t.Errorf("%s is not in\n%s", want, c)
		}
	}
}
