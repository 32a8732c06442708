package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/arn"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/doctor"
	"countersign/internal/lambdaapi"
)

// accountsToExamine returns the accounts in which callbacks are completed, that of the default
// credentials first, each with its functions that the configuration and the command name.
func accountsToExamine(settings config.Config, client *lambdaapi.Client, more []string) []doctor.AWS {
	endpoint := string(settings.Lambda.Endpoint)
	functions := functionsToExamine(settings, client.Lanes(), more)
	var all []doctor.AWS
	for _, number := range append([]string{""}, client.Lanes().Accounts...) {
		role := settings.Desk.Accounts[number] // none for the default credentials
		all = append(all, doctor.AWS{
			Lambda: lambdaapi.Examiner{Client: client, Account: number, Now: time.Now},
			Region: client.Lanes().Region, Endpoint: endpoint, Functions: functions[number],
			Keys: keysToExamine(settings, client.Lanes(), number),
			Role: doctor.Role{Account: number, ARN: role.RoleARN, ExternalID: role.ExternalID},
		})
	}
	for _, other := range all[1:] {
		all[0].Assumes = append(all[0].Assumes, other.Role.ARN)
	}
	return all
}

// keysToExamine returns the keys of KMS that are used in an account. One that is named without its
// account is used in that of each callback, so it is in every account's policy.
func keysToExamine(settings config.Config, lanes arn.Lanes, account string) (keys []string) {
	for _, f := range settings.Desk.Formats() {
		named := arn.Parse(f.KMSKey).Account != ""
		if f.KMSKey != "" && (!named || lanes.Of(f.KMSKey, "").Account == account) {
			keys = append(keys, f.KMSKey)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// clientToExamine returns the client by which the desk would reach AWS.
func clientToExamine(ctx context.Context, settings config.Config) (*lambdaapi.Client, error) {
	return lambdaapi.New(ctx, lambdaapi.Config{
		Region: settings.Lambda.Region, Endpoint: string(settings.Lambda.Endpoint), Accounts: roles(settings.Desk.Accounts),
	})
}

// functionsToExamine returns the named functions by account: those that are watched, those with a
// format or key, and those in more, which the command line names.
func functionsToExamine(settings config.Config, lanes arn.Lanes, more []string) map[string][]doctor.Function {
	all, watches := map[string][]doctor.Function{}, settings.Desk.Watches()
	for _, name := range slices.Sorted(maps.Keys(watches)) {
		w := watches[name]
		if deskfile.Every(name) {
			name = doctor.Every
		}
		all[w.Account] = append(all[w.Account], doctor.Function{Name: name, Region: w.Region, Watched: true})
	}
	for _, name := range slices.Concat(keyed(settings), more) {
		if _, watched := watches[name]; !watched {
			account := lanes.Of(name, "").Account
			all[account] = append(all[account], doctor.Function{Name: name})
		}
	}
	return all
}

// keyed returns the functions whose results have a format of their own, which applies to every
// function of that name, wherever it is. If there are several accounts, the account is known only
// of functions that are watched.
func keyed(settings config.Config) []string {
	if len(settings.Desk.Accounts) > 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(settings.Desk.Formats()))
}

// examineAccounts makes one check for each account, because AWS throttles each by itself. found
// returns the policies that the checks found.
func examineAccounts(accounts []doctor.AWS) (checks []doctor.Check, found func() doctor.Policies) {
	var mu sync.Mutex
	policies := doctor.Policies{}
	for _, a := range accounts {
		checks = append(checks, doctor.Check{Title: strings.TrimSpace("AWS " + a.Role.Account), Limit: lambdaLimit, Run: func(ctx context.Context) []doctor.Section {
			sections, policy := a.Sections(ctx)
			mu.Lock()
			defer mu.Unlock()
			policies[a.Role.Account] = policy
			return sections
		}})
	}
	return checks, func() doctor.Policies {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(policies)
	}
}

// leastPolicies returns only the policies.
func leastPolicies(ctx context.Context, accounts []doctor.AWS) doctor.Policies {
	ctx, cancel := context.WithTimeout(ctx, lambdaLimit)
	defer cancel()
	policies := doctor.Policies{}
	for _, a := range accounts {
		policies[a.Role.Account] = a.Policy(ctx)
	}
	return policies
}

// policiesTitle is the heading of the policies in the report.
func policiesTitle(accounts []doctor.AWS) string {
	if len(accounts) == 1 {
		return "The least IAM policy for this configuration (doctor --policy prints only this)"
	}
	return "The least IAM policies for this configuration, one for the default credentials and one for each role (doctor --policy prints only these)"
}

// printPolicies prints the policies as JSON, and in remarks what has to be filled in.
func printPolicies(policies doctor.Policies, stdout, remarks io.Writer) error {
	text := policies.String()
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if unknown := doctor.Placeholders(text); len(unknown) > 0 {
		fmt.Fprintf(remarks, "\nFill in what doctor does not know: %s.\n", strings.Join(unknown, ", "))
	}
	return nil
}
