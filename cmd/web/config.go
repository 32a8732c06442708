package main

import (
	"context"
	"countersign/internal/plural"
	"countersign/internal/schema"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"countersign/internal/condition"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/printable"
)

// configCommand has the commands about countersign.yaml.
type configCommand struct {
	Check   configCheck   `cmd:"" help:"${config_check}"`
	Plan    configPlan    `cmd:"" help:"${config_plan}"`
	Show    configShow    `cmd:"" help:"${config_show}"`
	Schema  configSchema  `cmd:"" help:"${config_schema}"`
	FromEnv configFromEnv `cmd:"" name:"from-env" help:"${config_from_env}"`
}

// configHelp is the help for the commands and flags.
var configHelp = kong.Vars{
	"config_plan": "Say what a countersign.yaml would change about who must sign, compared with the one in COUNTERSIGN_CONFIG_FILE. With " +
		"COUNTERSIGN_DATABASE_URL it also says which pending requests would differ. Exit codes: as check.",
	"config_check": "Check a countersign.yaml. With COUNTERSIGN_DATABASE_URL it also says what nobody who was seen could sign, and tries " +
		"the conditions of rules on the requests that are kept. Exit codes: 0 it is valid, 1 it has faults (each on a line, " +
		"as FILE:LINE:COLUMN), 2 it cannot be read or the command is wrong.",
	"config_show": "Print a countersign.yaml with its defaults; without FILE print the whole configuration in force, with the variables " +
		"as comments. Secrets are not printed.",
	"config_schema": "Print the JSON Schema of countersign.yaml, for editors: begin the file with " +
		"# yaml-language-server: $schema=countersign.schema.json",
	"config_from_env": "Print a countersign.yaml made from the variables of earlier versions " +
		"(COUNTERSIGN_QUEUES, COUNTERSIGN_SOURCES and the like).",
	"config_file":       "The file. Default: the one in COUNTERSIGN_CONFIG_FILE.",
	"config_no_secrets": "Do not read the secret files that the file names, for a machine that does not have them.",
	"config_secrets":    "New folder for the secrets in the variables; the file refers to them.",
}

// configFile is the file that a command is about.
type configFile struct {
	File      string `arg:"" optional:"" help:"${config_file}"`
	NoSecrets bool   `help:"${config_no_secrets}"`
}

// load reads and checks the file, and prints its faults.
func (c configFile) load(e environment) (string, *deskfile.Desk, error) {
	if c.File == "" {
		c.File = e.variables[config.Prefix+"CONFIG_FILE"]
	}
	if c.File == "" {
		return "", nil, exitError{exitUsage, errors.New("name the file to check, or set COUNTERSIGN_CONFIG_FILE")}
	}
	desk, err := deskfile.Load(c.File, deskfile.Surroundings{
		ReadFile: deskfile.ReadFile, Variables: e.variables, SkipSecrets: c.NoSecrets,
		Region:     e.variables[config.Prefix+"LAMBDA_REGION"],
		Conditions: condition.Compile, Forms: schema.NewCompiler(),
	})
	if faults, ok := errors.AsType[*deskfile.Faults](err); ok {
		_, _ = fmt.Fprintln(e.stderr, printable.String(faults.Error(), printable.Lines))
		return "", nil, exitError{exitFaults, fmt.Errorf("%s has %s", c.File, plural.Count(len(faults.List), "fault"))}
	}
	if err != nil {
		return "", nil, exitError{exitUsage, err}
	}
	return c.File, desk, nil
}

// configCheck checks a file.
type configCheck struct{ configFile }

// Run prints every fault of the file, or what its author should know.
func (c configCheck) Run(ctx context.Context, e environment) error {
	file, desk, err := c.load(e)
	if err != nil {
		return err
	}
	if _, err = fmt.Fprintf(e.stdout, "%s is valid: %s, %s, %s, %s, %s\n", file, plural.Count(len(desk.Queues), "queue"),
		plural.Count(len(desk.Sources), "source"), plural.Count(len(desk.Topics), "SNS topic"),
		plural.Count(len(desk.Functions), "function"), plural.Count(len(desk.Accounts), "account")); err != nil {
		return err
	}
	rules := rulesOf(desk)
	seen, err := evidenceOf(ctx, e, rules)
	if err != nil {
		return err
	}
	return printFindings(e.stdout, file, desk, rules.Examine(seen))
}

// configShow prints what a file says.
type configShow struct{ configFile }

// Run prints the file, completed with defaults. Without a file it prints everything that is in
// force: the variables, as comments, and the file that they name.
func (c configShow) Run(e environment) error {
	if c.File == "" {
		if c.NoSecrets {
			return exitError{exitUsage, errors.New("--no-secrets is for one file: name FILE. Without it, " +
				"show reads the configuration as serve does, with its secrets")}
		}
		settings, err := loadSettings(e.variables)
		if err != nil {
			return err
		}
		for line := range strings.Lines(settings.String()) {
			if _, err := io.WriteString(e.stdout, "# "+line); err != nil {
				return err
			}
		}
		_, err = e.stdout.Write(settings.Desk.Shown())
		return err
	}
	file, desk, err := c.load(e)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "# %s, version %s, with its defaults\n%s", file, desk.ShortVersion(), desk.Shown())
	return err
}

// configSchema prints the schema.
type configSchema struct{}

// Run prints the schema.
func (configSchema) Run(e environment) error {
	_, err := e.stdout.Write(deskfile.Schema())
	return err
}

// configFromEnv rewrites variables of earlier versions as a file.
type configFromEnv struct {
	Secrets string `help:"${config_secrets}" type:"path" placeholder:"DIR"`
}

// Run prints the file, and writes the secrets.
func (c configFromEnv) Run(e environment) error {
	rewritten, err := config.Rewrite(e.variables, os.ReadFile, c.Secrets)
	if err != nil {
		return exitError{exitFaults, err}
	}
	if len(rewritten.Secrets) > 0 {
		if c.Secrets == "" {
			return exitError{exitUsage, fmt.Errorf("the variables hold %s, which do not belong in the file: name a new folder "+
				"for them, such as --secrets /etc/countersign/secrets", plural.Count(len(rewritten.Secrets), "secret"))}
		}
		if err := writeSecrets(c.Secrets, rewritten); err != nil {
			return err
		}
		fmt.Fprintf(e.stderr, "%s written to %s\n", plural.Count(len(rewritten.Secrets), "secret"), c.Secrets)
	}
	return c.print(e, rewritten.File)
}

// print writes the file, and its faults under the present rules.
func (c configFromEnv) print(e environment, text []byte) error {
	if _, err := e.stdout.Write(text); err != nil {
		return err
	}
	_, err := deskfile.Parse("countersign.yaml", text, deskfile.Surroundings{
		ReadFile: deskfile.ReadFile, Variables: e.variables, Region: e.variables[config.Prefix+"LAMBDA_REGION"],
		Conditions: condition.Compile, Forms: schema.NewCompiler(),
	})
	if err != nil {
		return exitError{exitFaults, fmt.Errorf("the variables are no longer valid:\n%w", err)}
	}
	return nil
}

// writeSecrets writes each secret to a file of its own, which only its owner can read. It replaces
// no file.
func writeSecrets(folder string, r config.Rewritten) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("folder for the secrets: %w", err)
	}
	for _, path := range r.SecretPaths() {
		file, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s exists already and was not overwritten: remove it, or name another folder with --secrets", path)
		}
		if err != nil {
			return fmt.Errorf("write a secret: %w", err)
		}
		_, err = io.WriteString(file, r.Secrets[path]+"\n")
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("write a secret: %w", err)
		}
	}
	return nil
}
