package config

import (
	"strings"
	"testing"
)

// TestEachRule sets one wrong value at a time. The message says the variable and what is wrong with
// the value.
func TestEachRule(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, variable, value, want string }{
		{"address without port", "ADDR", "localhost", `must be a host and a port, not "localhost"`},
		{"port too high", "ADDR", ":65536", `must have a port from 0 to 65535, not "65536"`},
		{"port by name", "ADDR", ":http", `must have a port from 0 to 65535, not "http"`},
		{"base URL without scheme", "BASE_URL", "desk.example.com", "must be a whole URL"},
		{"base URL in the clear", "BASE_URL", "http://desk.example.com", "must be https, or http on localhost"},
		{"base URL with path", "BASE_URL", "https://example.com/desk", "must not have a path"},
		{"base URL with query", "BASE_URL", "https://example.com?x=1", "must not have a query"},
		{"base URL with password", "BASE_URL", "https://u:p@example.com", "must not have a user"},
		{"localhost look-alike", "BASE_URL", "http://localhost.example.com", "must be https"},
		{"unknown database", "DATABASE_URL", "mysql://db/x", "must start with sqlite: or postgres://"},
		{"no database name", "DATABASE_URL", "postgres://db", "must name the database"},
		{"two slashes", "DATABASE_URL", "sqlite://var/x.db", "has two slashes"},
		{"no file", "DATABASE_URL", "sqlite:", "names no file"},
		{"in memory", "DATABASE_URL", "sqlite::memory:", "must be a file"},
		{"SQLite parameters", "DATABASE_URL", "sqlite:x.db?mode=ro", "takes no parameters"},
		{"unescaped password", "DATABASE_URL", "postgres://u:pw[/%@db/x", "is not a URL"},
		{"collector without scheme", "TRACE_ENDPOINT", "otel-collector:4318", "must be a whole URL"},
		{"collector by gRPC", "TRACE_ENDPOINT", "grpc://otel-collector:4317", "must be http or https"},
		{"collector with password", "TRACE_ENDPOINT", "http://u:p@otel-collector:4318", "must not have a user"},
		{"collector with query", "TRACE_ENDPOINT", "http://otel-collector:4318?key=x", "must not have a query"},
		{"proxy by name", "TRUSTED_PROXIES", "10.0.0.0/8,proxy", `"proxy" is none`},
		{"log level", "LOG_LEVEL", "loud", `must be a log level, not "loud"`},
		{"log format", "LOG_FORMAT", "xml", `must be text or json, not "xml"`},
		{"issuer in the clear", "OIDC_ISSUER", "http://login.example.com", "must be https"},
		{"no openid scope", "OIDC_SCOPES", "email", "must hold the scope openid"},
		{"parameters without form", "OIDC_AUTH_PARAMS", "a=%zz", "must be a query of the form"},
		{"parameter twice", "OIDC_AUTH_PARAMS", "prompt=consent&prompt=login", `once, "prompt" is not`},
		{"parameter without name", "OIDC_AUTH_PARAMS", "=x", `once, "" is not`},
		{"a parameter of ours", "OIDC_AUTH_PARAMS", "hd=example.com&redirect_uri=https://evil.example", "must not hold redirect_uri"},
		{"parameters too long", "OIDC_AUTH_PARAMS", "a=" + strings.Repeat("x", 1000), "at most 1000 bytes"},
		{"sign-out in the clear", "OIDC_SIGN_OUT_URL", "http://login.example.com/logout?x={client_id}", "must be https"},
		{"sign-out without a host", "OIDC_SIGN_OUT_URL", "/logout", "must be a whole URL"},
		{"placeholder in the host", "OIDC_SIGN_OUT_URL", "https://{client_id}/logout", "must be a whole URL"},
		{"unknown placeholder", "OIDC_SIGN_OUT_URL", "https://login.example.com/logout?hint={id_token}", "not {id_token}"},
		{"sign-out with fragment", "OIDC_SIGN_OUT_URL", "https://login.example.com/logout?a=b#c", "no fragment"},
		{"rate is a word", "INTAKE_RATE", "fast", `must be a number, not "fast"`},
		{"rate is zero", "INTAKE_RATE", "0", "must be above zero"},
		{"rate without end", "INTAKE_RATE", "Inf", "must be above zero and finite"},
		{"rate is no number", "INTAKE_RATE", "NaN", "must be above zero"},
		{"burst is a fraction", "INTAKE_BURST", "1.5", `must be a whole number, not "1.5"`},
		{"burst is zero", "INTAKE_BURST", "0", "must be at least 1"},
		{"duration without unit", "SESSION_IDLE", "30", `must be a duration with its unit, not "30"`},
		{"groups of no age", "GROUPS_MAX_AGE", "0s", "must be above zero"},
		{"negative idle", "SESSION_IDLE", "-1h", "must be above zero"},
		{"lifetime under idle", "SESSION_LIFETIME", "1h", "must not be shorter than COUNTERSIGN_SESSION_IDLE"},
		{"no review budget", "REVIEW_IDLE_BUDGET", "0s", "must be above zero"},
		{"review under budget", "REVIEW_MAX", "1m", "must not be shorter than COUNTERSIGN_REVIEW_IDLE_BUDGET"},
		{"endpoint in the clear", "LAMBDA_ENDPOINT", "http://lambda.example.com", "must be https"},
		{"switch", "CONSOLE_LINKS", "maybe", `must be true or false, not "maybe"`},

		{"EventBridge key of 31", "EVENTBRIDGE_KEYS", goodToken + "," + strings.Repeat("x", 31), "in each key, key 2 has 31"},
		{"EventBridge key of 513", "EVENTBRIDGE_KEYS", strings.Repeat("x", 513), "must have 32 to 512 characters in each key, key 1 has 513"},
		{"EventBridge key with a space", "EVENTBRIDGE_KEYS", goodToken + " x", "must have visible ASCII characters only, key 1 has others"},
		{"EventBridge key twice", "EVENTBRIDGE_KEYS", goodToken + ", " + goodToken, "has key 2 twice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(variables(tc.variable, tc.value), nil)
			if err == nil {
				t.Fatalf("%s=%q was accepted", tc.variable, tc.value)
			}
			line := err.Error()
			if !strings.HasPrefix(line, Prefix+tc.variable+" ") || !strings.Contains(line, tc.want) {
				t.Errorf("got  %s\nwant %s %s", line, tc.variable, tc.want)
			}
			if strings.Contains(line, "\n") {
				t.Errorf("one wrong value, more than one problem:\n%s", line)
			}
		})
	}
}
