package config

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

// TestEachRule sets one wrong value at a time. The message says the variable and what is wrong with
// the value.
func TestEachRule(t *testing.T) {
	t.Parallel()
	source := func(body string) string { return `{"expenses":` + body + `}` }
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
		{"only commas", "ROLE_REVIEWER_GROUPS", " , ,", "is required"},
		{"empty list of groups", "ROLE_REVIEWER_GROUPS", `["", " "]`, "is required"},
		{"torn directory name", "ROLE_REVIEWER_GROUPS", "CN=Approvers,OU=Groups,DC=corp,DC=example",
			`whose commas make several names of it: write a JSON list, as ["CN=Approvers,OU=Groups,DC=corp,DC=example"]; a right value`},
		{"torn directory name among others", "ROLE_ADMIN_GROUPS", "CN=Approvers, OU=Groups, root", `write a JSON list, as ["CN=Approvers,OU=Groups","others"]`},
		{"groups without quotes", "ROLE_ADMIN_GROUPS", "[root]", "begins with [ and is no JSON list of texts"},
		{"groups of numbers", "ROLE_ADMIN_GROUPS", "[7]", "begins with [ and is no JSON list of texts"},
		{"more behind the groups", "ROLE_ADMIN_GROUPS", `["a"] b`, "begins with [ and is no JSON list of texts"},
		{"quotation mark left open", "ROLE_AUDITOR_GROUPS", `"CN=a,OU=b`, "has a quotation mark that does not fit"},
		{"quotation mark inside", "ROLE_AUDITOR_GROUPS", `a "b", c`, "has a quotation mark that does not fit"},
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

		{"queues are a list", "QUEUES", `[]`, "must be a JSON object"},
		{"queues cut off", "QUEUES", `{"finance":{"groups":["a"]}`, "is not well-formed JSON near byte 27"},
		{"queues with more behind", "QUEUES", `{} {}`, "has something after the JSON object"},
		{"unknown queue field", "QUEUES", `{"finance":{"groups":["a"],"group":1}}`, `at "finance": unknown field "group"`},
		{"queue field type", "QUEUES", `{"finance":{"groups":"a"}}`, `at "finance": "groups" must be a list of strings`},
		{"queue type", "QUEUES", `{"finance":7}`, `at "finance": must be an object`},
		{"queue twice", "QUEUES", `{"a":{"groups":["x"]},"a":{"groups":["y"]}}`, `has "a" twice`},
		{"queue name", "QUEUES", `{"Über uns":{"groups":["x"]}}`, `has the name "Über uns"`},
		{"queue without groups", "QUEUES", `{"finance":{}}`, `queue "finance" needs "groups"`},
		{"empty group", "QUEUES", `{"finance":{"groups":[""]}}`, `queue "finance" has an empty name`},
		{"keep-alive", "QUEUES", `{"default":{"keepAlive":"always"}}`, `"keepAlive" review or queued, not "always"`},
		{"reject as", "QUEUES", `{"default":{"rejectAs":"maybe"}}`, `"rejectAs" failure or success, not "maybe"`},

		{"source without proof", "SOURCES", source(`{}`), `source "expenses" needs "secrets" or "tokens"`},
		{"source with a reserved name", "SOURCES", `{"discovery":{"tokens":["` + goodToken + `"]}}`, `source "discovery" has a name that stands for something else`},
		{"source with a filter's name", "SOURCES", `{"announced":{"tokens":["` + goodToken + `"]}}`, `source "announced" has a name that stands for something else`},
		{"secret without prefix", "SOURCES", source(`{"secrets":["MDEyMzQ1"]}`), `source "expenses", secret 1: must start with whsec_`},
		{"secret not base64", "SOURCES", source(`{"secrets":["whsec_???"]}`), "must be base64"},
		{"secret of 16 bytes", "SOURCES", source(`{"secrets":["whsec_MDEyMzQ1Njc4OWFiY2RlZg=="]}`), "needs at least 24 bytes, has 16"},
		{"token of 31", "SOURCES", source(`{"tokens":["` + strings.Repeat("x", 31) + `"]}`), `source "expenses", token 1: needs at least 32 characters`},
		{"unknown queue", "SOURCES", source(`{"tokens":["` + goodToken + `"],"queues":["finanz"]}`), `may address queue "finanz"`},
		{"shared token", "SOURCES", `{"a":{"tokens":["` + goodToken + `"]},"b":{"tokens":["` + goodToken + `"]}}`, `source "b" repeats a secret or token of source "a"`},

		{"EventBridge key of 31", "EVENTBRIDGE_KEYS", goodToken + "," + strings.Repeat("x", 31), "in each key, key 2 has 31"},
		{"EventBridge key of 513", "EVENTBRIDGE_KEYS", strings.Repeat("x", 513), "must have 32 to 512 characters in each key, key 1 has 513"},
		{"EventBridge key with a space", "EVENTBRIDGE_KEYS", goodToken + " x", "must have visible ASCII characters only, key 1 has others"},
		{"EventBridge key twice", "EVENTBRIDGE_KEYS", goodToken + ", " + goodToken, "has key 2 twice"},

		{"topic by name", "SNS_TOPICS", `{"approvals":{"source":"a"}}`, `has the name "approvals": use the ARN of a standard SNS topic`},
		{"FIFO topic", "SNS_TOPICS", `{"arn:aws:sns:eu-west-1:123456789012:a.fifo":{"source":"a"}}`, "use the ARN of a standard SNS topic"},
		{"ARN of a queue", "SNS_TOPICS", `{"arn:aws:sqs:eu-west-1:123456789012:a":{"source":"a"}}`, "use the ARN of a standard SNS topic"},
		{"region with a dot", "SNS_TOPICS", `{"arn:aws:sns:evil.example-1:123456789012:a":{"source":"a"}}`, "use the ARN of a standard SNS topic"},
		{"unknown partition", "SNS_TOPICS", `{"arn:aws-mars:sns:eu-west-1:123456789012:a":{"source":"a"}}`, "use the ARN of a standard SNS topic"},
		{"topic without source", "SNS_TOPICS", `{"` + goodTopic + `":{}}`, `needs a "source"`},
		{"topic with a reserved source", "SNS_TOPICS", `{"` + goodTopic + `":{"source":"discovery"}}`, `has source "discovery", a name that stands for something else`},
		{"topic with a field more", "SNS_TOPICS", `{"` + goodTopic + `":{"source":"a","queue":"a"}}`, `unknown field "queue"`},
		{"topic to an unknown queue", "SNS_TOPICS", `{"` + goodTopic + `":{"source":"a","queues":["finanz"]}}`, `may address queue "finanz"`},
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

func TestEveryBadQueueIsNamed(t *testing.T) {
	t.Parallel()
	_, err := load(variables("QUEUES", `{"a":{},"b":{"groups":["x"],"typo":1},"c":{"groups":"x"}}`), nil)
	if err == nil || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), "typo") || !strings.Contains(err.Error(), `"c"`) {
		t.Errorf("want one line for b and one for c, got:\n%v", err)
	}
}

func TestQueuesThatCannotBeReadDoNotBlameTheSources(t *testing.T) {
	t.Parallel()
	_, err := load(variables("QUEUES", `{`, "SOURCES", `{"a":{"tokens":["`+goodToken+`"],"queues":["finance"]}}`), nil)
	if err == nil || strings.Contains(err.Error(), "SOURCES") {
		t.Errorf("got: %v", err)
	}
}

func FuzzSources(f *testing.F) {
	f.Add(`{"expenses":{"secrets":["` + goodSecret + `"],"tokens":["` + goodToken + `"],"queues":["a"]}}`)
	f.Add(`{"a":{},"a":[1]}`)
	f.Add(`{"a":{"tokens":[12345678901234567890]}} x`)
	f.Add("{\"\xff\":null")
	f.Fuzz(func(t *testing.T, text string) {
		var sources Sources
		if err := sources.UnmarshalText([]byte(text)); err != nil {
			return
		}
		for name, source := range sources {
			if !callbacks.ValidQueueName(name) || len(source.problems(name)) > 0 {
				t.Errorf("accepted %q: %v", name, source.problems(name))
			}
		}
	})
}

// TestTopicsOfEachPartition: each part of AWS that SNS messages are taken from can be configured.
func TestTopicsOfEachPartition(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"aws:sns:eu-central-1", "aws-us-gov:sns:us-gov-west-1", "aws-cn:sns:cn-north-1", "aws-eusc:sns:eusc-de-east-1"} {
		var topics Topics
		if err := topics.UnmarshalText([]byte(`{"arn:` + place + `:123456789012:approvals":{"source":"expenses"}}`)); err != nil || len(topics) != 1 {
			t.Errorf("%s: %v", place, err)
		}
	}
}
