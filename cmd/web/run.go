package main

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// commands is the command line. Each command has its own Run.
type commands struct {
	Serve   serveCommand       `cmd:"" help:"${serve}"`
	Demo    demoCommand        `cmd:"" help:"${demo}"`
	Local   localLambdaCommand `cmd:"" help:"${local_lambda}" name:"local-lambda"`
	Doctor  doctorCommand      `cmd:"" help:"${doctor}"`
	Config  configCommand      `cmd:"" help:"${config}"`
	Notices noticesCommand     `cmd:"" help:"${notices}"`
	Backup  backupCommand      `cmd:"" help:"${backup}"`
	Version versionCommand     `cmd:"" help:"${print_version}"`

	// Many look for the version here first.
	PrintVersion kong.VersionFlag `name:"version" help:"${print_version}"`
}

const description = "The desk where people approve or reject what AWS Lambda durable functions wait for."

// commandHelp says what each command does.
var commandHelp = kong.Vars{
	"serve": "Run the desk, configured by COUNTERSIGN_… variables (serve -h lists them).",
	"demo": "Run everything on loopback: a local Lambda, an OpenID provider, " +
		"sample functions and the desk.",
	"local_lambda": "Run durable functions on loopback, without Docker or an AWS account: " +
		"the local Lambda alone.",
	"doctor": "Check what serve depends on: database, identity provider, clocks, permissions. " +
		"Changes nothing; fails if there is a problem.",
	"config":  "Check and print countersign.yaml, the file that says what the desk is for.",
	"notices": "Try the channels over which people are told.",
	"backup": "Copy the SQLite database to a new file while the desk runs. " +
		"Needs only COUNTERSIGN_DATABASE_URL.",
	"print_version": "Print the version.",
}

// environment has what a command uses of its process.
type environment struct {
	variables      map[string]string // by name
	stdout, stderr io.Writer
}

// run is the program without its process, so that tests can start it too.
func run(
	ctx context.Context, args []string, variables map[string]string, stdout, stderr io.Writer,
) error {
	parser, err := kong.New(new(commands), kong.Name("countersign"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { panic(helped{}) }), kong.Help(help),
		kong.Vars{"version": version}, commandHelp, demoHelp, localLambdaHelp, doctorHelp, configHelp, noticesHelp)
	if err != nil {
		return err
	}
	command, err := parse(parser, args)
	if err != nil {
		return exitError{exitUsage, fmt.Errorf("%w (countersign --help lists the commands)", err)}
	}
	if command == nil { // help was printed
		return nil
	}
	command.BindTo(ctx, (*context.Context)(nil))
	return command.Run(environment{variables, stdout, stderr})
}

// helped is the value that kong panics with after it has printed help, where it would otherwise end
// the process.
type helped struct{}

// parse finds the command. It returns none if help was printed, because only main may end the
// process.
func parse(parser *kong.Kong, args []string) (command *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(helped); !ok {
				panic(r)
			}
			command = nil
		}
	}()
	return parser.Parse(args)
}

// help prints the help of a command, and below it the command's own text.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	node := ctx.Selected()
	if node == nil {
		return nil
	}
	c, ok := node.Target.Interface().(interface{ usage(w io.Writer) error })
	if !ok {
		return nil
	}
	if _, err := io.WriteString(ctx.Stdout, "\n"); err != nil {
		return err
	}
	return c.usage(ctx.Stdout)
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(e environment) error {
	_, err := fmt.Fprintln(e.stdout, version)
	return err
}
