package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"countersign/internal/config"
	"countersign/internal/loopback"
	"countersign/internal/standin"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/console"
)

// localLambdaOptions are the flags of the engine alone.
type localLambdaOptions struct {
	Function         []console.Function  `required:"" sep:"none" placeholder:"NAME=URL" help:"Durable function and the HTTP server it runs behind, in any language. Repeat for more."`
	Addr             string              `default:"127.0.0.1:9001" help:"Loopback address for the Lambda API."`
	Region           string              `default:"us-east-1" help:"Region in the ARNs."`
	Data             string              `type:"path" placeholder:"FILE" help:"SQLite file to keep executions in. Without it they go when the command ends."`
	Fault            []console.Fault     `sep:"none" placeholder:"OPERATION=KIND[:RATE]" help:"Make calls go wrong, * for every operation. Kinds: 403, 429, 500, 502, reset, lost (the answer, not the work), slow. Repeat for more."`
	Closed           locallambda.Dialect `default:"timeout" placeholder:"ANSWER" help:"How calls for closed callbacks are answered: timeout, invalid, notfound, split (by what closed it) or mixed (drawn at each answer)."`
	Alias            []console.Alias     `placeholder:"NAME" help:"Name of an alias: another name, beside 1, by which each function can be invoked as NAME:ALIAS. Repeat for more."`
	ExecutionTimeout console.Timeout     `default:"24h" placeholder:"DURATION" help:"Bound on a whole execution, such as 90s or 48h: 1s to 8784h in whole seconds."`
	Quotas           bool                `help:"Keep AWS's quotas: calls per second, and operations and bytes per execution."`
	Log              string              `default:"warn" enum:"debug,info,warn,error" help:"Minimum log level."`
}

// localVersion is the one version that a function has here; unqualified names and $LATEST find it
// too.
const localVersion = "1"

// runLocalLambda serves durable functions on loopback until ctx ends.
func runLocalLambda(ctx context.Context, o localLambdaOptions, stdout, stderr io.Writer) error {
	log := config.Log{Format: config.LogText}
	if err := log.Level.UnmarshalText([]byte(o.Log)); err != nil {
		return err
	}
	l, err := listenOnLoopback(ctx, o.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // closed already once it was served
	engine, err := openEngine(o.Data, locallambda.Config{Region: o.Region, Logger: newLogger(log, stderr), Quotas: o.quotas(), ExecutionTimeout: time.Duration(o.ExecutionTimeout)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(stdout, o.banner(address(l))); err != nil {
		return errors.Join(err, engine.Close())
	}
	engine.SetFaults(rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), o.faults()...)
	engine.SetDialect(o.Closed, nil)
	engine.Observe(console.Activity{W: stdout, Address: address(l)}.Print)
	for _, f := range o.Function {
		engine.Register(f.Name, locallambda.HTTPFunction(f.URL), locallambda.FunctionConfig{Version: localVersion, Aliases: o.aliases()})
	}
	return errors.Join(standin.Serve(ctx, l, engine.Handler()), engine.Close())
}

func (o localLambdaOptions) faults() []locallambda.Fault {
	var list []locallambda.Fault
	for _, f := range o.Fault {
		list = append(list, f.Fault)
	}
	return list
}

func (o localLambdaOptions) aliases() []string {
	var names []string
	for _, a := range o.Alias {
		names = append(names, string(a))
	}
	return names
}

func (o localLambdaOptions) quotas() locallambda.Quotas {
	if !o.Quotas {
		return locallambda.Quotas{}
	}
	return locallambda.AWSQuotas()
}

// openEngine makes an engine in memory where there is no path.
func openEngine(path string, c locallambda.Config) (*locallambda.Engine, error) {
	if path == "" {
		return locallambda.New(c), nil
	}
	engine, err := locallambda.Open(path, c)
	if err != nil {
		return nil, fmt.Errorf("%w (is another local-lambda using the file?)", err)
	}
	return engine, nil
}

// listenOnLoopback refuses every other address: whoever reaches the engine may run its functions.
func listenOnLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("--addr %s is not HOST:PORT", addr)
	}
	if !loopback.Host(host) {
		return nil, fmt.Errorf("--addr %s is not on loopback, such as 127.0.0.1:9001: local-lambda lets everybody in who can reach it", addr)
	}
	if host == "localhost" { // which may also be an address of IPv6, and the SDKs are told one address
		host = "127.0.0.1"
	}
	return listen(ctx, net.JoinHostPort(host, port))
}

// banner says where the engine is, and what an SDK needs to find it.
func (o localLambdaOptions) banner(address string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Local Lambda   %s\n\n", address)
	for _, f := range o.Function {
		fmt.Fprintf(&b, "    %-20s %s\n", f.Name, f.URL)
	}
	fate := "in memory; --data FILE keeps them"
	if o.Data != "" {
		fate = "in " + o.Data
	}
	fmt.Fprintf(&b, "\n  SDKs find it by AWS_ENDPOINT_URL_LAMBDA=%s AWS_REGION=%s and any credentials.\n", address, o.Region)
	fmt.Fprintf(&b, "  Executions are %s. Stop with Ctrl+C.\n\n", fate)
	return b.String()
}
