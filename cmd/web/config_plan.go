package main

import (
	"context"
	"countersign/internal/plural"
	"countersign/internal/schema"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/condition"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/desk"
	"countersign/internal/intake"
	"countersign/internal/policy"
	"countersign/internal/printable"
	"countersign/internal/sqlstore"
)

// rulesOf is what a desk says about who must sign.
func rulesOf(d *deskfile.Desk) policy.Policy {
	return policy.Policy{
		Version: callbacks.ConfigVersion(d.Version), Queues: domainQueues(d),
		Roles:  policy.Roles{Reviewers: d.Roles.Reviewers, Admins: d.Roles.Admins, Auditors: d.Roles.Auditors},
		Remote: d.Remote(), Text: d,
	}
}

// readRules reads the rules of a file that somebody pasted. Its secrets are not read.
func readRules(text []byte) (policy.Policy, error) {
	desk, err := deskfile.Parse("countersign.yaml", text, deskfile.Surroundings{
		SkipSecrets: true, Conditions: condition.Compile, Forms: schema.NewCompiler(),
	})
	if err != nil {
		return policy.Policy{}, err
	}
	return rulesOf(desk), nil
}

// decodeRequest reads a message as functions send it.
func decodeRequest(text []byte) (desk.Announcement, error) {
	message, err := intake.Decode(text)
	return message, err
}

// evidenceOf reads what policies are judged by from the database that the variables name, and
// changes nothing there. It is nil if they name none, or one with which no desk has started yet.
func evidenceOf(ctx context.Context, e environment, policies ...policy.Policy) (*policy.Evidence, error) {
	if e.variables[config.Prefix+"DATABASE_URL"] == "" && e.variables[config.Prefix+"DATABASE_URL_FILE"] == "" {
		return nil, nil //nolint:nilnil // nothing was seen, which is no error
	}
	url, err := config.LoadDatabaseURL(e.variables, os.ReadFile)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	ctx, cancel := context.WithTimeout(ctx, databaseLimit)
	defer cancel()
	// Open would create the tables, or bring them up to date.
	found, err := sqlstore.Examine(ctx, string(url), time.Now)
	if err == nil && found.Schema == 0 {
		return nil, nil //nolint:nilnil // no desk has started with it, so that nothing was seen there either
	}
	if err == nil && found.Schema != found.Newest {
		err = errors.New("its tables are not those of this version: start the desk once")
	}
	if err != nil {
		return nil, exitError{exitUsage, fmt.Errorf("the database of %sDATABASE_URL: %w", config.Prefix, err)}
	}
	store, err := sqlstore.Open(ctx, string(url))
	if err != nil {
		return nil, exitError{exitUsage, fmt.Errorf("the database of %sDATABASE_URL: %w", config.Prefix, err)}
	}
	trusted := strings.EqualFold(e.variables[config.Prefix+"OIDC_EMAIL_TRUSTED"], "true")
	seen, err := policy.Gather(ctx, store, trusted, time.Now(), policies...)
	return seen, errors.Join(err, store.Close())
}

// printFindings writes a line for each finding, as faults are written, and its detail below it.
func printFindings(w io.Writer, file string, desk *deskfile.Desk, all []policy.Finding) error {
	var b strings.Builder
	for _, f := range all {
		if f.Path != "" {
			line, column := desk.Place(f.Path)
			fmt.Fprintf(&b, "%s:%d:%d: ", file, line, column)
		}
		fmt.Fprintf(&b, "%s: %s.\n", f.Severity, f.Text)
		if f.Detail != "" {
			fmt.Fprintf(&b, "    %s\n", f.Detail)
		}
	}
	_, err := io.WriteString(w, printable.String(b.String(), printable.Lines))
	return err
}

// configPlan compares a file with the one in force.
type configPlan struct {
	File      string `arg:"" help:"The new file."`
	NoSecrets bool   `help:"${config_no_secrets}"`
}

// Run prints what the file would change.
func (c configPlan) Run(ctx context.Context, e environment) error {
	if e.variables[config.Prefix+"CONFIG_FILE"] == "" {
		return exitError{exitUsage, errors.New("set COUNTERSIGN_CONFIG_FILE to the file that is in force")}
	}
	_, was, err := configFile{NoSecrets: c.NoSecrets}.load(e)
	if err != nil {
		return err
	}
	_, is, err := configFile(c).load(e)
	if err != nil {
		return err
	}
	before, after := rulesOf(was), rulesOf(is)
	seen, err := evidenceOf(ctx, e, before, after)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "From version %s to %s\n", was.ShortVersion(), is.ShortVersion())
	writePlan(&b, policy.Compare(before, after, seen), seen)
	_, err = io.WriteString(e.stdout, printable.String(b.String(), printable.Lines))
	return err
}

// maxPlanned bounds the people, and the pending requests, that a plan names.
const maxPlanned = 50

func writePlan(b *strings.Builder, p policy.Plan, seen *policy.Evidence) {
	if len(p.Changes) == 0 {
		b.WriteString("Nothing changes about who must sign.\n")
	}
	for _, c := range p.Changes {
		fmt.Fprintf(b, "%-9s  %s: %s\n", c.Direction, about(c), changed(c))
	}
	if seen == nil {
		b.WriteString("Not known: who may sign, and which pending requests would differ. Set COUNTERSIGN_DATABASE_URL to see them.\n")
		return
	}
	writeRights(b, p.Rights, seen)
	fmt.Fprintln(b, p.Kept())
	for _, d := range p.Pending[:min(len(p.Pending), maxPlanned)] {
		fmt.Fprintf(b, "%-9s  %s  %s: %s, instead of %s\n", d.Direction, d.Callback.ID, d.Callback.Title, required(d.Is), required(d.Was))
	}
	writeStranded(b, p.Stranded)
	fmt.Fprintf(b, "Of %s, %d would need fewer signatures, and %d more.\n", plural.Count(p.Compared, "request"), p.Fewer, p.More)
	if seen.MoreRequests {
		b.WriteString("Only the newest requests of each queue were looked at.\n")
	}
}

// writeStranded writes which requests wait in a queue that would be gone.
func writeStranded(b *strings.Builder, all []callbacks.Callback) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "%s in a queue that would be gone. Nobody could sign them but those to whom they were escalated.\n",
		plural.Count(len(all), "pending request"))
	for i := range all[:min(len(all), maxPlanned)] {
		fmt.Fprintf(b, "%-9s  %s  %s: queue %s\n", "stranded", all[i].ID, all[i].Title, all[i].Queue)
	}
}

// writeRights writes which of the people seen would gain or lose the right to sign, and in which
// queues.
func writeRights(b *strings.Builder, all []policy.Right, seen *policy.Evidence) {
	fmt.Fprintf(b, "People seen who would gain or lose the right to sign in a queue: %d of %d.\n", len(all), len(seen.People))
	for _, r := range all[:min(len(all), maxPlanned)] {
		if len(r.Gains) > 0 {
			fmt.Fprintf(b, "%-9s  %s: %s\n", "gains", r.Person.Actor().Name, strings.Join(r.Gains, ", "))
		}
		if len(r.Loses) > 0 {
			fmt.Fprintf(b, "%-9s  %s: %s\n", "loses", r.Person.Actor().Name, strings.Join(r.Loses, ", "))
		}
	}
	if more := len(all) - maxPlanned; more > 0 {
		fmt.Fprintf(b, "and %d more.\n", more)
	}
	if seen.MorePeople {
		b.WriteString("Only the people who were here last were looked at.\n")
	}
}

// about says what a change is about.
func about(c policy.Change) string {
	switch {
	case c.Queue == "":
		return "roles"
	case c.Rule == "":
		return "queue " + c.Queue
	}
	return "queue " + c.Queue + ", rule " + c.Rule
}

// changed says what became of a key.
func changed(c policy.Change) string {
	switch {
	case c.Was == "":
		return c.What + " " + c.Is
	case c.Is == "":
		return c.What + " no longer " + c.Was
	}
	return fmt.Sprintf("%s %s, instead of %s", c.What, c.Is, c.Was)
}

// required says what a requirement asks for.
func required(r callbacks.Requirement) string {
	if r.Rule == "" {
		return policy.Signatures(r.Terms)
	}
	return r.Rule + " (" + policy.Signatures(r.Terms) + ")"
}
