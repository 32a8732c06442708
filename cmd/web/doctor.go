package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/internal/auth"
	"countersign/internal/config"
	"countersign/internal/doctor"
	"countersign/internal/lambdaapi"
	"countersign/internal/sqlstore"
)

// doctorOptions are the flags of doctor.
type doctorOptions struct {
	Policy   bool     `help:"Print the least IAM policy and nothing else."`
	Function []string `placeholder:"NAME" help:"Examine this function too, by name or ARN: one that announces its callbacks. Repeat for more."`
}

// How long each part of the examination may take. They run side by side, so that the longest is that of the whole.
const (
	databaseLimit = 10 * time.Second
	providerLimit = 30 * time.Second
	lambdaLimit   = 90 * time.Second
)

// errProblems ends doctor with exit code 1. The report has said the rest.
var errProblems = errors.New("the examination found problems")

// runDoctor examines what serve would run with, and changes nothing.
func runDoctor(ctx context.Context, o doctorOptions, lookup func(string) (string, bool), stdout, stderr io.Writer) error {
	settings, err := loadSettings(lookup)
	if err != nil {
		return err
	}
	aws, err := lambdaToExamine(ctx, settings, o.Function)
	if err != nil {
		return err
	}
	if o.Policy {
		ctx, cancel := context.WithTimeout(ctx, lambdaLimit)
		defer cancel()
		return printPolicy(aws.Policy(ctx), stdout, stderr)
	}
	var policy string
	tally, err := doctor.Examine(ctx, stdout,
		doctor.Check{Title: "Configuration", Limit: databaseLimit, Run: func(context.Context) []doctor.Section { return setupOf(settings).Sections() }},
		doctor.Check{Title: "Database", Limit: databaseLimit, Run: func(ctx context.Context) []doctor.Section {
			return doctor.DatabaseSections(sqlstore.Examine(ctx, string(settings.DatabaseURL), time.Now))
		}},
		doctor.Check{Title: "Identity provider", Limit: providerLimit, Run: func(ctx context.Context) []doctor.Section {
			return doctor.ProviderSections(auth.Examine(ctx, providerToExamine(settings)))
		}},
		doctor.Check{Title: "AWS", Limit: lambdaLimit, Run: func(ctx context.Context) (sections []doctor.Section) {
			sections, policy = aws.Sections(ctx)
			return sections
		}},
	)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "The least IAM policy for this configuration (doctor --policy prints it alone)\n\n")
	if err := printPolicy(policy, stdout, stdout); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\n%s\n", tally)
	if tally.Problems > 0 {
		return errProblems
	}
	return nil
}

// printPolicy prints a policy, and beside it what has to be filled in.
func printPolicy(policy string, stdout, remarks io.Writer) error {
	if _, err := io.WriteString(stdout, policy); err != nil {
		return err
	}
	if unknown := doctor.Placeholders(policy); len(unknown) > 0 {
		fmt.Fprintf(remarks, "\nNot known here, to be filled in: %s.\n", strings.Join(unknown, ", "))
	}
	return nil
}

// lambdaToExamine is the account that callbacks are completed in, and the functions that the configuration and the command name.
func lambdaToExamine(ctx context.Context, settings config.Config, more []string) (doctor.AWS, error) {
	client, err := lambdaapi.New(ctx, lambdaapi.Config{Region: settings.Lambda.Region, Endpoint: string(settings.Lambda.Endpoint)})
	if err != nil {
		return doctor.AWS{}, err
	}
	aws := doctor.AWS{Lambda: lambdaapi.Examiner{Client: client, Now: time.Now}, Endpoint: string(settings.Lambda.Endpoint)}
	for _, name := range slices.Sorted(maps.Keys(settings.Watch)) {
		aws.Functions = append(aws.Functions, doctor.Function{Name: name, Region: settings.Watch[name].Region, Watched: true})
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(settings.Encryption)), more) {
		if _, watched := settings.Watch[name]; !watched {
			aws.Functions = append(aws.Functions, doctor.Function{Name: name})
		}
	}
	return aws, nil
}

// providerToExamine is the part of the sign-in's configuration that concerns the provider.
func providerToExamine(settings config.Config) auth.Config {
	return auth.Config{
		Issuer: string(settings.OIDC.Issuer), ClientID: settings.OIDC.ClientID, ClientSecret: string(settings.OIDC.ClientSecret),
		BaseURL: string(settings.BaseURL), Scopes: settings.OIDC.Scopes, Now: time.Now,
	}
}

func setupOf(settings config.Config) doctor.Setup {
	return doctor.Setup{
		BaseURL: string(settings.BaseURL), HTTPS: strings.HasPrefix(string(settings.BaseURL), "https:"),
		TrustedProxies: len(settings.TrustedProxies) > 0, Admins: len(settings.Roles.AdminGroups) > 0,
		Senders: len(settings.Sources), Topics: len(settings.Topics), Watched: len(settings.Watch),
	}
}
