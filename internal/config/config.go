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
// Tags: env and envPrefix name the variable; envDefault is what counts without it; required and
// secret mark it. What operators read about it stands in texts. Field names of leaves must be unique,
// because parse errors are told apart by them.
type Config struct {
	Addr           Address     `env:"ADDR" envDefault:"127.0.0.1:8080"`
	MetricsAddr    Address     `env:"METRICS_ADDR"`
	BaseURL        Origin      `env:"BASE_URL" required:"true"`
	DatabaseURL    DatabaseURL `env:"DATABASE_URL" required:"true" secret:"true"`
	ConfigFile     string      `env:"CONFIG_FILE" required:"true"`
	TrustedProxies Networks    `env:"TRUSTED_PROXIES"`

	Log       Log     `envPrefix:"LOG_"`
	OIDC      OIDC    `envPrefix:"OIDC_"`
	EventKeys APIKeys `env:"EVENTBRIDGE_KEYS" secret:"true"`
	Intake    Intake  `envPrefix:"INTAKE_"`
	Groups    Groups  `envPrefix:"GROUPS_"`
	Session   Session `envPrefix:"SESSION_"`
	// SecretsKeys encrypt what reviewers type into the secret fields of forms.
	SecretsKeys Keys   `env:"SECRETS_KEY" secret:"true"`
	Review      Review `envPrefix:"REVIEW_"`
	Lambda      Lambda `envPrefix:"LAMBDA_"`
	// KMSEndpoint is for functions with a kmsKey.
	KMSEndpoint URL     `env:"KMS_ENDPOINT"`
	WatchRate   float64 `env:"WATCH_RATE" envDefault:"5"`

	TraceEndpoint  Collector `env:"TRACE_ENDPOINT"`
	SupportContact string    `env:"SUPPORT_CONTACT"`
	ConsoleLinks   bool      `env:"CONSOLE_LINKS" envDefault:"false"`

	// Desk is what ConfigFile says. It has no tag, so it is no variable.
	Desk *deskfile.Desk
	// ReadDesk reads and checks ConfigFile again, and the secrets that it names.
	ReadDesk func(readFile func(string) ([]byte, error)) (*deskfile.Desk, error) `json:"-"`
}

// OIDC is the provider that people sign in with, and how it names their groups.
type OIDC struct {
	Issuer       URL        `env:"ISSUER" required:"true"`
	ClientID     string     `env:"CLIENT_ID" required:"true"`
	ClientSecret Secret     `env:"CLIENT_SECRET" required:"true" secret:"true"`
	Scopes       Scopes     `env:"SCOPES" envDefault:"openid email profile groups"`
	GroupsClaim  string     `env:"GROUPS_CLAIM" envDefault:"groups"`
	AuthParams   AuthParams `env:"AUTH_PARAMS"`
	SignOutURL   SignOutURL `env:"SIGN_OUT_URL"`
	EmailTrusted bool       `env:"EMAIL_TRUSTED" envDefault:"false"`
	ProviderName string     `env:"PROVIDER_NAME" envDefault:"single sign-on"`
}

// Groups bounds the age of the groups that the provider reported.
type Groups struct {
	MaxAge time.Duration `env:"MAX_AGE" envDefault:"8h"`
}

// Intake bounds what one webhook source may send.
type Intake struct {
	Rate  float64 `env:"RATE" envDefault:"50"`
	Burst int     `env:"BURST" envDefault:"100"`
}

// Session bounds how long a sign-in lasts, and has the keys that encrypt sessions.
type Session struct {
	Idle     time.Duration `env:"IDLE" envDefault:"8h"`
	Keys     Keys          `env:"KEY" secret:"true"`
	Lifetime time.Duration `env:"LIFETIME" envDefault:"24h"`
}

// Review bounds how long the open page of a reviewer keeps a callback alive with heartbeats.
type Review struct {
	IdleBudget time.Duration `env:"IDLE_BUDGET" envDefault:"30m"`
	Max        time.Duration `env:"MAX" envDefault:"8h"`
}

// Lambda says where callbacks are completed. Credentials come from the AWS default chain.
type Lambda struct {
	Region   string `env:"REGION"`
	Endpoint URL    `env:"ENDPOINT"`
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
