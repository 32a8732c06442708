package config

import (
	"slices"
	"strings"
	"testing"
)

func TestValueFromFile(t *testing.T) {
	t.Parallel()
	env := variables("OIDC_CLIENT_SECRET", "", "OIDC_CLIENT_SECRET_FILE", "/run/secrets/oidc", "SUPPORT_CONTACT_FILE", "/etc/contact")
	c, err := load(env, map[string]string{"/run/secrets/oidc": "from the file\r\n", "/etc/contact": " ops \n"})
	if err != nil {
		t.Fatal(err)
	}
	if c.OIDC.ClientSecret != "from the file" {
		t.Errorf("got %q, want the file's text without its line end", string(c.OIDC.ClientSecret))
	}
	if c.SupportContact != " ops " {
		t.Errorf("got %q, want everything but the line end", c.SupportContact)
	}
}

func TestValueFromFileProblems(t *testing.T) {
	t.Parallel()
	files := map[string]string{"/empty": "\n", "/full": "text"}
	for _, tc := range []struct{ name, value, path, want string }{
		{"missing", "", "/nowhere", "cannot be read from the file that COUNTERSIGN_OIDC_CLIENT_SECRET_FILE names: /nowhere: file does not exist"},
		{"empty", "", "/empty", "is empty in file /empty"},
		{"set twice", "direct", "/full", "is set twice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(variables("OIDC_CLIENT_SECRET", tc.value, "OIDC_CLIENT_SECRET_FILE", tc.path), files)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v\nwant only: %s", err, tc.want)
			}
		})
	}
}

// TestUnknown: a misspelt variable is named. Those of an orchestrator are not, and neither is one that
// holds a secret for countersign.yaml.
func TestUnknown(t *testing.T) {
	t.Parallel()
	env := variables("WATCHRATE", "3", "ROLE_ADMIN_GROUP", "platform", "OIDC_CLIENT_SECRET", "", "OIDC_CLIENT_SECRET_FILE", "/x", "PORT", "tcp://10.0.0.1:80",
		"PORT_8080_TCP_ADDR", "10.0.0.1", "SERVICE_HOST", "10.0.0.1")
	env["HOME"] = "/root"
	c, err := load(env, map[string]string{"/x": "secret"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"COUNTERSIGN_ROLE_ADMIN_GROUP", "COUNTERSIGN_WATCHRATE"}
	if got := c.Unknown(env); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOnlyOwnVariablesAreRead guards against names that orchestrators put beside ours, such as
// COUNTERSIGN_PORT.
func TestOnlyOwnVariablesAreRead(t *testing.T) {
	t.Parallel()
	if _, err := load(variables("PORT", "tcp://10.0.0.1:80", "SERVICE_HOST", "10.0.0.1"), nil); err != nil {
		t.Errorf("got %v", err)
	}
}
