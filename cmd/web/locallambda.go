package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"countersign/internal/loopback"
	"countersign/internal/standin"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/console"
	"countersign/internal/standin/locallambda/dialect"
	"countersign/internal/standin/locallambda/fault"
	"countersign/internal/standin/locallambda/httpfunction"
)

// localLambdaCommand runs only the engine for durable functions.
type localLambdaCommand struct {
	Function []console.Function `help:"${local_function}" required:"" sep:"none" placeholder:"NAME=URL"`
	Addr     string             `help:"Loopback address for the Lambda API." default:"127.0.0.1:9001"`
	Region   string             `help:"Region in the ARNs." default:"us-east-1"`
	Data     string             `help:"${local_data}" type:"path" placeholder:"FILE"`
	Fault    []console.Fault    `help:"${local_fault}" sep:"none" placeholder:"OPERATION=KIND[:RATE]"`
	Closed   dialect.Dialect    `help:"${local_closed}" default:"timeout" placeholder:"ANSWER"`
	Alias    []console.Alias    `help:"${local_alias}" placeholder:"NAME"`

	ExecutionTimeout console.Timeout `help:"${local_execution_timeout}" default:"24h" placeholder:"DURATION"`

	Quotas bool   `help:"${local_quotas}"`
	Log    string `help:"Minimum log level." default:"warn" enum:"debug,info,warn,error"`
}

// localLambdaHelp is the help for the flags.
var localLambdaHelp = kong.Vars{
	"local_function": "Durable function and the HTTP server it runs behind, in any language. Repeat for more.",
	"local_data":     "SQLite file for executions. Without it they are lost when the command ends.",
	"local_fault": "Make calls fail; OPERATION * is every operation. Kinds: 403, 429, 500, 502, reset, " +
		"lost (the answer, not the work), slow. Repeat for more.",
	"local_closed": "Answer to calls for closed callbacks: timeout, invalid, notfound, " +
		"split (depends on what closed the callback) or mixed (random for each answer).",
	"local_alias": "Name of an alias by which each function can be invoked, in addition to version 1, " +
		"as NAME:ALIAS. Repeat for more.",
	"local_execution_timeout": "Longest time of an execution, such as 90s or 48h: 1s to 8784h in whole seconds.",
	"local_quotas":            "Enforce AWS's quotas: calls per second, and operations and bytes per execution.",
}

// localVersion is the only version of a function here. Unqualified names and $LATEST also lead to
// it.
const localVersion = "1"

// Run serves on loopback until ctx ends.
func (c localLambdaCommand) Run(ctx context.Context, e environment) error {
	log, err := newTextLogger(c.Log, e.stderr)
	if err != nil {
		return err
	}
	l, err := listenOnLoopback(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // it is already closed if it was served
	engine, err := c.open(log)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(e.stdout, c.banner(address(l))); err != nil {
		return errors.Join(err, engine.Close())
	}
	engine.SetFaults(rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), c.faults()...)
	engine.SetDialect(c.Closed, nil)
	engine.Observe(console.Activity{W: e.stdout, Address: address(l)}.Print)
	for _, f := range c.Function {
		known := locallambda.FunctionConfig{Version: localVersion, Aliases: c.aliases()}
		engine.Register(f.Name, httpfunction.New(f.URL), known)
	}
	return errors.Join(standin.Serve(ctx, l, engine.Handler()), engine.Close())
}

func (c localLambdaCommand) faults() []fault.Fault {
	var list []fault.Fault
	for _, f := range c.Fault {
		list = append(list, f.Fault)
	}
	return list
}

func (c localLambdaCommand) aliases() []string {
	var names []string
	for _, a := range c.Alias {
		names = append(names, string(a))
	}
	return names
}

func (c localLambdaCommand) quotas() locallambda.Quotas {
	if !c.Quotas {
		return locallambda.Quotas{}
	}
	return locallambda.AWSQuotas()
}

// open makes an engine. It is in memory if no file is given.
func (c localLambdaCommand) open(log *slog.Logger) (*locallambda.Engine, error) {
	settings := locallambda.Config{
		Region: c.Region, Logger: log, Quotas: c.quotas(), ExecutionTimeout: time.Duration(c.ExecutionTimeout),
	}
	if c.Data == "" {
		return locallambda.New(settings), nil
	}
	engine, err := locallambda.Open(c.Data, settings)
	if err != nil {
		return nil, fmt.Errorf("%w (is another local-lambda using the file?)", err)
	}
	return engine, nil
}

// listenOnLoopback listens on an address of this machine and refuses every other: anybody who can
// reach the engine can run its functions.
func listenOnLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("--addr %s is not HOST:PORT", addr)
	}
	if !loopback.Host(host) {
		return nil, fmt.Errorf("--addr %s is not on loopback, such as 127.0.0.1:9001: "+
			"local-lambda accepts everybody who can reach it", addr)
	}
	// localhost may also be an IPv6 address, but the SDKs are given one address
	if host == "localhost" {
		host = "127.0.0.1"
	}
	return listen(ctx, net.JoinHostPort(host, port))
}

// banner tells the address of the engine, and the settings that an SDK needs to find it.
func (c localLambdaCommand) banner(address string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Local Lambda   %s\n\n", address)
	for _, f := range c.Function {
		fmt.Fprintf(&b, "    %-20s %s\n", f.Name, f.URL)
	}
	fate := "in memory; --data FILE keeps them"
	if c.Data != "" {
		fate = "in " + c.Data
	}
	fmt.Fprintf(&b, "\n  For SDKs set AWS_ENDPOINT_URL_LAMBDA=%s AWS_REGION=%s and any credentials.\n",
		address, c.Region)
	fmt.Fprintf(&b, "  Executions are %s. Stop with Ctrl+C.\n\n", fate)
	return b.String()
}
