package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestSecretsAreNeverPrinted prints a configuration in every way that code prints things.
func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	c, err := load(variables(
		"DATABASE_URL", "postgres://desk:hunter2@db:5432/countersign?password=hunter3",
		"EVENTBRIDGE_KEYS", "first-"+goodToken+",second-"+goodToken, "SESSION_KEY", goodKey+","+olderKey, "SECRETS_KEY", goodKey,
	), nil)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("start", "config", c, "oidc", c.OIDC, "db", c.DatabaseURL, "secret", c.OIDC.ClientSecret)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("start", "config", c, "sources", c.Desk.Sources, "oidc", &c.OIDC)
	printed := map[string]string{
		"json": string(encoded), "slog": logged.String(), "String": c.String(),
		"%v": fmt.Sprintf("%v %v", c, c.OIDC), "%+v": fmt.Sprintf("%+v %+v", c, c.Desk.Sources), "%#v": fmt.Sprintf("%#v", c), "%q": fmt.Sprintf("%q", []any{c.OIDC}),
	}
	for how, text := range printed {
		for _, secret := range []string{"s3cret-of-the-client", "hunter2", "hunter3", goodSecret[6:], goodToken, goodKey, olderKey} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %q:\n%s", how, secret, text)
			}
		}
		if !strings.Contains(text, redacted) || !strings.Contains(text, "login.example.com") {
			t.Errorf("%s shows nothing of the configuration:\n%s", how, text)
		}
	}
}

// TestProblemsNeverRepeatASecret gives each secret setting values that are nearly right.
func TestProblemsNeverRepeatASecret(t *testing.T) {
	t.Parallel()
	const secret = "31415926535897932384"
	for name, value := range map[string][]string{
		"DATABASE_URL":     {"postgres://u:" + secret + "/@db", "mysql://u:" + secret + "@db/x", "host=db password=" + secret, "postgres://u:" + secret + "@db"},
		"SESSION_KEY":      {secret, goodKey + "," + secret, secret + secret + "AAAA", goodKey + secret},
		"SECRETS_KEY":      {secret, goodKey + "," + secret},
		"EVENTBRIDGE_KEYS": {secret, secret + secret + "," + secret + secret, secret + "\n" + secret},
	} {
		for _, v := range value {
			_, err := load(variables(name, v), nil)
			if err == nil {
				t.Errorf("%s=%s was accepted", name, v)
			} else if strings.Contains(err.Error(), secret) {
				t.Errorf("%s=%s: the error repeats the secret:\n%v", name, v, err)
			}
		}
	}
}

func TestDatabaseURLPrintsWithoutPassword(t *testing.T) {
	t.Parallel()
	for url, want := range map[DatabaseURL]string{
		"":                            "",
		"sqlite:desk.db":              "sqlite:desk.db",
		"postgres://u:pw@db:5/x?a=b":  "postgres://db:5/x",
		"postgres://u:p%zzw@db/x":     "redacted",
		"postgres://u:pw@a:5,b:6/x":   "postgres://a:5,b:6/x",
		"postgresql:///x?password=pw": "postgresql:///x",
	} {
		if got := url.String(); got != want {
			t.Errorf("%s: got %s, want %s", string(url), got, want)
		}
	}
}

func TestSQLitePath(t *testing.T) {
	t.Parallel()
	for url, want := range map[DatabaseURL]string{
		"sqlite:///var/x.db": "/var/x.db", "sqlite:/var/x.db": "/var/x.db", "sqlite:x.db": "x.db", "sqlite:./a/x.db": "./a/x.db", "postgres://db/x": "",
	} {
		path, ok := url.SQLitePath()
		if ok != (want != "") || ok && path != want {
			t.Errorf("%s: got %q %v, want %q", url, path, ok, want)
		}
	}
}
