package config

import (
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"countersign/internal/callbacks"
	"countersign/internal/config/deskfile"
	"countersign/internal/form"
)

// Prefix is the prefix of the name of every variable.
const Prefix = "COUNTERSIGN_"

// Config holds every setting, checked. It is safe to print: secrets show as "redacted".
//
// Tags: env and envPrefix name the variable; envDefault, help and example are what the operator
// reads; required and secret mark it. Field names of leaves must be unique, because parse errors
// are told apart by them.
type Config struct {
	Addr           Address     `env:"ADDR" envDefault:"127.0.0.1:8080" help:"Where to listen: host and port." example:":8080"`
	MetricsAddr    Address     `env:"METRICS_ADDR" help:"Where to serve /metrics alone: host and port. Keep it from the internet: it names queues." example:"127.0.0.1:9090"`
	BaseURL        Origin      `env:"BASE_URL" required:"true" help:"Address in browsers, without a path: https, or http on this machine only." example:"https://countersign.example.com"`
	DatabaseURL    DatabaseURL `env:"DATABASE_URL" required:"true" secret:"true" help:"A SQLite file, or PostgreSQL for several replicas." example:"sqlite:///var/lib/countersign/countersign.db"`
	ConfigFile     string      `env:"CONFIG_FILE" required:"true" help:"Path of countersign.yaml, which says what the desk is for." example:"/etc/countersign/countersign.yaml"`
	TrustedProxies Networks    `env:"TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For counts." example:"10.20.30.0/24,fd00:20:30::/64"`

	Log       Log     `envPrefix:"LOG_"`
	OIDC      OIDC    `envPrefix:"OIDC_"`
	EventKeys APIKeys `env:"EVENTBRIDGE_KEYS" secret:"true" help:"X-Api-Key of EventBridge, at least 32 characters; several with commas to replace one. Without any, POST /webhooks/eventbridge is off." example:"5f1c…"`
	Intake    Intake  `envPrefix:"INTAKE_"`
	Groups    Groups  `envPrefix:"GROUPS_"`
	Session   Session `envPrefix:"SESSION_"`
	// SecretsKeys encrypt what reviewers type into the secret fields of forms.
	SecretsKeys Keys   `env:"SECRETS_KEY" secret:"true" help:"Key for the secrets that reviewers type into forms: 32 bytes in base64, the same for all replicas; several with commas to replace one. Without one, a form that asks for a secret is refused." example:"9sKd4Q…"`
	Review      Review `envPrefix:"REVIEW_"`
	Lambda      Lambda `envPrefix:"LAMBDA_"`
	// KMSEndpoint is for functions with a kmsKey.
	KMSEndpoint URL     `env:"KMS_ENDPOINT" help:"KMS API instead of AWS's own, such as a VPC endpoint." example:"https://vpce-0a1b.kms.eu-central-1.vpce.amazonaws.com"`
	WatchRate   float64 `env:"WATCH_RATE" envDefault:"5" help:"Reads of executions per second in one account and region, by all replicas together. AWS allows 15." example:"5"`

	TraceEndpoint  Collector `env:"TRACE_ENDPOINT" help:"OpenTelemetry collector for traces, by OTLP over HTTP; OTEL_… variables also apply." example:"http://otel-collector:4318"`
	SupportContact string    `env:"SUPPORT_CONTACT" help:"Whom to ask for access; shown to people without a role." example:"#platform-help or ops@example.com"`
	ConsoleLinks   bool      `env:"CONSOLE_LINKS" envDefault:"false" help:"Link pages to the function in the Lambda console." example:"true"`

	// Desk is what ConfigFile says. It has no tag, so it is no variable.
	Desk *deskfile.Desk
	// ReadDesk reads and checks ConfigFile again, and the secrets that it names.
	ReadDesk func(readFile func(string) ([]byte, error)) (*deskfile.Desk, error) `json:"-"`
}

// OIDC is the provider that people sign in with, and how it names their groups.
type OIDC struct {
	Issuer       URL        `env:"ISSUER" required:"true" help:"OpenID issuer, exactly as in its discovery document." example:"https://login.example.com/realms/main"`
	ClientID     string     `env:"CLIENT_ID" required:"true" help:"Client ID of the desk at the provider." example:"countersign"`
	ClientSecret Secret     `env:"CLIENT_SECRET" required:"true" secret:"true" help:"Client secret of the desk at the provider." example:"Zk3v…"`
	Scopes       Scopes     `env:"SCOPES" envDefault:"openid email profile groups" help:"Scopes to ask for; openid is always among them." example:"openid email profile"`
	GroupsClaim  string     `env:"GROUPS_CLAIM" envDefault:"groups" help:"Claim with a person's groups; a dot path reaches into objects, also those of a list, as groups.name." example:"realm_access.roles"`
	AuthParams   AuthParams `env:"AUTH_PARAMS" help:"Parameters to add to the authorization request, as a query; prompt= leaves out what the desk would send." example:"access_type=offline&prompt=consent"`
	SignOutURL   SignOutURL `env:"SIGN_OUT_URL" help:"Where the provider ends its own session, if it announces no end_session_endpoint; {client_id} and {return_to} are filled in." example:"https://desk.auth.eu-central-1.amazoncognito.com/logout?client_id={client_id}&logout_uri={return_to}"`
	EmailTrusted bool       `env:"EMAIL_TRUSTED" envDefault:"false" help:"Trust addresses without email_verified (Microsoft Entra ID sends none): only where nobody can choose their own address." example:"true"`
	ProviderName string     `env:"PROVIDER_NAME" envDefault:"single sign-on" help:"Name of the provider on the sign-in button." example:"Example ID"`
}

// Groups bounds the age of the groups that the provider reported.
type Groups struct {
	MaxAge time.Duration `env:"MAX_AGE" envDefault:"8h" help:"How old a person's groups may be to decide or review. They are read again every 15 minutes, or after half of this if that is less, if the provider allows it; else at the next sign-in." example:"8h"`
}

// Intake bounds what one webhook source may send.
type Intake struct {
	Rate  float64 `env:"RATE" envDefault:"50" help:"Requests per second of one source." example:"50"`
	Burst int     `env:"BURST" envDefault:"100" help:"Requests of one source in a burst." example:"100"`
}

// Session bounds how long a sign-in lasts, and has the keys that encrypt sessions.
type Session struct {
	Idle     time.Duration `env:"IDLE" envDefault:"8h" help:"How long a session lasts without a request." example:"8h"`
	Keys     Keys          `env:"KEY" secret:"true" help:"Key for the sessions in the database: 32 bytes in base64; several with commas to replace one. Required with PostgreSQL; with SQLite one is made beside the database." example:"3q2+7w…"`
	Lifetime time.Duration `env:"LIFETIME" envDefault:"24h" help:"How long a session lasts at most." example:"24h"`
}

// Review bounds how long the open page of a reviewer keeps a callback alive with heartbeats.
type Review struct {
	IdleBudget time.Duration `env:"IDLE_BUDGET" envDefault:"30m" help:"When an open review without input asks whether somebody is there." example:"30m"`
	Max        time.Duration `env:"MAX" envDefault:"8h" help:"How long one review sends heartbeats at most, and a signature that waits for others if its queue has no keepAliveMax." example:"8h"`
}

// Lambda says where callbacks are completed. Credentials come from the AWS default chain.
type Lambda struct {
	Region   string `env:"REGION" help:"AWS region of callbacks whose ARN has none." example:"eu-central-1"`
	Endpoint URL    `env:"ENDPOINT" help:"Lambda API instead of AWS's own, such as a VPC endpoint." example:"https://vpce-0a1b.lambda.eu-central-1.vpce.amazonaws.com"`
}

// Load reads and checks every setting, and the file that they name. environ is the environment by
// name, readFile reads files ([deskfile.ReadFile]), conditions compiles those of rules, and forms the
// schemas of templates. The error joins all problems, one line each: the variable, what is wrong, and
// what a correct value looks like, or the place in the file. It never holds a secret.
func Load(
	environ map[string]string, readFile func(string) ([]byte, error), conditions callbacks.Conditions,
	forms form.Compiler,
) (Config, error) {
	var c Config
	problems := make(problems)
	values := readVariables(environ, readFile, problems)
	problems.addParse(env.ParseWithOptions(&c, env.Options{Environment: values, Prefix: Prefix}), values)
	c.check(problems)
	refused := refuseReplaced(environ)
	if refused != nil && c.ConfigFile == "" {
		delete(problems, Prefix+"CONFIG_FILE") // what is refused says how to make the file
	}
	c.ReadDesk = func(readFile func(string) ([]byte, error)) (*deskfile.Desk, error) {
		return deskfile.Load(c.ConfigFile, deskfile.Surroundings{
			ReadFile: readFile, Variables: environ, Region: environ[Prefix+"LAMBDA_REGION"],
			Conditions: conditions, Forms: forms,
		})
	}
	var deskErr error
	if c.ConfigFile != "" {
		c.Desk, deskErr = c.ReadDesk(readFile)
	}
	if err := errors.Join(refused, problems.err(), deskErr); err != nil {
		return Config{}, err
	}
	return c, nil
}

// String lists every variable with its value, secrets redacted.
func (c Config) String() string {
	var b strings.Builder
	for _, a := range c.attrs() {
		b.WriteString(a.String() + "\n")
	}
	return b.String()
}

// LogValue returns the configuration for a log line, with secrets redacted.
func (c Config) LogValue() slog.Value { return slog.GroupValue(c.attrs()...) }
