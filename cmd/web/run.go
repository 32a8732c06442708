package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"countersign/internal/config"
)

// commands is the command line.
type commands struct {
	Serve   struct{}           `cmd:"" help:"Run the desk, configured by COUNTERSIGN_… variables (serve -h lists them)."`
	Demo    demoOptions        `cmd:"" help:"Run everything on loopback: a local Lambda, an OpenID provider, sample functions and the desk."`
	Local   localLambdaOptions `cmd:"" name:"local-lambda" help:"Run durable functions on loopback, without Docker or an AWS account: the local Lambda alone."`
	Doctor  doctorOptions      `cmd:"" help:"Examine what serve would run with: database, identity provider, clocks, permissions. Changes nothing; fails when there is a problem."`
	Backup  backupOptions      `cmd:"" help:"Copy the SQLite database to a new file while the desk works. Needs COUNTERSIGN_DATABASE_URL only."`
	Version struct{}           `cmd:"" help:"Print the version."`
}

// run is the program without the process around it: tests start it too. environ is the environment by name.
func run(ctx context.Context, args []string, environ map[string]string, stdout, stderr io.Writer) error {
	var cli commands
	parser, err := kong.New(&cli, kong.Name("countersign"), kong.Writers(stdout, stderr),
		kong.Description("The desk where people approve or reject what AWS Lambda durable functions wait for."),
		kong.Exit(func(int) { panic(helped{}) }), kong.Help(help))
	if err != nil {
		return err
	}
	command, err := parse(parser, args)
	if err != nil {
		return fmt.Errorf("%w (countersign --help lists the commands)", err)
	}
	switch command {
	case "": // help was printed
		return nil
	case "serve":
		return serve(ctx, environ, stderr)
	case "doctor":
		return runDoctor(ctx, cli.Doctor, environ, stdout, stderr)
	case "backup <file>":
		return runBackup(ctx, cli.Backup, environ, stdout)
	case "demo":
		return runDemo(ctx, cli.Demo, stdout, stderr)
	case "local-lambda":
		return runLocalLambda(ctx, cli.Local, stdout, stderr)
	}
	_, err = fmt.Fprintln(stdout, version)
	return err
}

// helped is what kong panics with in place of ending the process after it printed help.
type helped struct{}

// parse names the command, or none when help was printed: only main may end the process.
func parse(parser *kong.Kong, args []string) (command string, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(helped); !ok {
				panic(r)
			}
			command = ""
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		return "", err
	}
	return parsed.Command(), nil
}

// help adds the settings to the help of serve.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if ctx.Command() == "serve" {
		if _, err := io.WriteString(ctx.Stdout, "\n"); err != nil {
			return err
		}
		return config.Usage(ctx.Stdout)
	}
	return nil
}

// serve runs the desk until ctx ends.
func serve(ctx context.Context, environ map[string]string, stderr io.Writer) error {
	settings, err := loadSettings(environ)
	if err != nil {
		return err
	}
	log := newLogger(settings.Log, stderr)
	log.InfoContext(ctx, "starting", "version", version, "settings", settings)
	for _, name := range config.Unknown(environ) {
		log.WarnContext(ctx, "this setting does not exist and is ignored: serve -h lists those that do", "name", name)
	}
	d, err := openDesk(ctx, settings, log, deskOptions{Linger: lingerTime})
	if err != nil {
		return err
	}
	defer d.close()
	listener, err := listen(ctx, string(settings.Addr))
	if err != nil {
		return fmt.Errorf("%sADDR: %w", config.Prefix, err)
	}
	if settings.MetricsAddr != "" {
		if d.scrapes, err = listen(ctx, string(settings.MetricsAddr)); err != nil {
			_ = listener.Close()
			return fmt.Errorf("%sMETRICS_ADDR: %w", config.Prefix, err)
		}
		log.InfoContext(ctx, "metrics are ready", "address", d.scrapes.Addr().String())
	}
	log.InfoContext(ctx, "ready", "address", listener.Addr().String(), "url", string(settings.BaseURL))
	return d.run(ctx, listener)
}

func loadSettings(environ map[string]string) (config.Config, error) {
	settings, err := config.Load(environ, os.ReadFile)
	if err != nil {
		return config.Config{}, fmt.Errorf("the configuration is not complete:\n%w", err)
	}
	return settings, nil
}

func newLogger(settings config.Log, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: settings.Level, ReplaceAttr: tame}
	if settings.Format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
