package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/config"
	"countersign/internal/doctor"
	"countersign/internal/secrets"
	"countersign/internal/sqlstore"
)

// doctorCommand examines the setup that serve would run with.
type doctorCommand struct {
	Policy   bool     `help:"${doctor_policy}"`
	Function []string `help:"${doctor_function}" placeholder:"NAME"`
}

// doctorHelp is the help for the flags.
var doctorHelp = kong.Vars{
	"doctor_policy": "Print only the least IAM policy; with several accounts, " +
		"an object with one policy for each account.",
	"doctor_function": "Also examine this function, by name or ARN: for functions that announce their callbacks. " +
		"An ARN selects the account. Repeat for more.",
}

// How long each part of the examination may take. The parts run in parallel, so the longest limit
// is the limit of all.
const (
	databaseLimit = 10 * time.Second
	providerLimit = 30 * time.Second
	formatsLimit  = 30 * time.Second
	channelsLimit = 30 * time.Second
	lambdaLimit   = 90 * time.Second
)

// errProblems ends doctor with exit code 1. The report has already said the rest.
var errProblems = errors.New("doctor found problems")

// Run examines the setup without changing it.
func (c doctorCommand) Run(ctx context.Context, e environment) error {
	settings, err := loadSettings(e.variables)
	if err != nil {
		return err
	}
	api, err := clientToExamine(ctx, settings)
	if err != nil {
		return err
	}
	accounts := accountsToExamine(settings, api, c.Function)
	if c.Policy {
		return printPolicies(leastPolicies(ctx, accounts), e.stdout, e.stderr)
	}
	aws, policies := examineAccounts(accounts)
	tally, err := doctor.Examine(ctx, e.stdout, append([]doctor.Check{
		{Title: "Configuration", Limit: databaseLimit, Run: func(context.Context) []doctor.Section {
			return setupOf(settings, e.variables).Sections()
		}},
		{Title: "Database", Limit: databaseLimit, Run: func(ctx context.Context) []doctor.Section {
			found, err := sqlstore.Examine(ctx, string(settings.DatabaseURL), time.Now)
			sections := doctor.DatabaseSections(found, err)
			if err != nil || found.Schema != found.Newest {
				return sections
			}
			return append(sections, doctor.SecretSections(len(settings.SecretsKeys), found.Boxes, opener(settings))...)
		}},
		{Title: "Identity provider", Limit: providerLimit, Run: func(ctx context.Context) []doctor.Section {
			found, err := auth.Examine(ctx, providerToExamine(settings))
			found.FourEyes, found.EmailTrusted = settings.Desk.FourEyes(), settings.OIDC.EmailTrusted
			found.GroupsMaxAge = settings.Groups.MaxAge
			return doctor.ProviderSections(found, err)
		}},
		{Title: "Channels", Limit: channelsLimit, Run: channelsOf(settings.Desk, string(settings.BaseURL))},
		{Title: "Formats of results", Limit: formatsLimit, Run: func(ctx context.Context) []doctor.Section {
			return examineFormats(ctx, settings, api)
		}},
	}, aws...)...)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s\n\n", policiesTitle(accounts))
	if err := printPolicies(policies(), e.stdout, e.stdout); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\n%s\n", tally)
	if tally.Problems > 0 {
		return errProblems
	}
	return nil
}

// providerToExamine returns the part of the sign-in's configuration that concerns the provider.
func providerToExamine(settings config.Config) auth.Config {
	return auth.Config{
		Issuer: string(settings.OIDC.Issuer), BaseURL: string(settings.BaseURL),
		ClientID: settings.OIDC.ClientID, ClientSecret: string(settings.OIDC.ClientSecret),
		Scopes: settings.OIDC.Scopes, Now: time.Now,
		AuthParams: url.Values(settings.OIDC.AuthParams), SignOutURL: string(settings.OIDC.SignOutURL),
	}
}

func setupOf(settings config.Config, environ map[string]string) doctor.Setup {
	return doctor.Setup{
		BaseURL: string(settings.BaseURL), HTTPS: strings.HasPrefix(string(settings.BaseURL), "https:"),
		TrustedProxies: len(settings.TrustedProxies) > 0, Admins: len(settings.Desk.Roles.Admins) > 0,
		Senders: len(settings.Desk.Sources), Topics: len(settings.Desk.Topics), Watched: len(settings.Desk.Watches()),
		KeyFile: checkKeyFile(settings), Unknown: settings.Unknown(environ),
	}
}

// opener reports whether the configured keys open what people typed as secrets.
func opener(settings config.Config) func(doctor.Box) bool {
	keys, _ := secrets.New(settings.SecretsKeys.Bytes()) // their length was checked
	return func(b doctor.Box) bool {
		if b.Kind == "" {
			_, err := keys.OpenAnswer(callbacks.ID(b.Request), b.Text)
			return err == nil
		}
		var sealed callbacks.Sealed
		if json.Unmarshal([]byte(b.Text), &sealed) != nil {
			return false
		}
		_, err := keys.Open(callbacks.ID(b.Request), callbacks.Completion{Kind: callbacks.Kind(b.Kind), Sealed: &sealed})
		return err == nil
	}
}
