package jsinterop

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"
)

// The functions of the cases run in one process, and the SDK in it knows one endpoint. What tells
// the cases apart there is that each has an AWS account of its own.
var (
	functions string // the address of the process
	lambda    = &accounts{engines: map[string]http.Handler{}}
)

func TestMain(m *testing.M) {
	lambda.server = httptest.NewServer(lambda)
	address, stop, err := startNode("testdata/server.mjs")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	functions = address
	code := m.Run()
	stop()
	lambda.server.Close()
	os.Exit(code)
}

// startNode runs a script that serves functions, whose Lambda is ours.
func startNode(args ...string) (address string, stop func(), err error) {
	return locallambdatest.StartNode(context.Background(), []string{"AWS_ENDPOINT_URL_LAMBDA=" + lambda.server.URL}, args...)
}

// accounts passes calls on to the engine of the account in the execution's ARN.
type accounts struct {
	server *httptest.Server

	mu      sync.Mutex
	engines map[string]http.Handler
}

// open makes an engine with an account of its own.
func (a *accounts) open(config locallambda.Config) *locallambda.Engine {
	a.mu.Lock()
	defer a.mu.Unlock()
	config.AccountID = fmt.Sprintf("%012d", len(a.engines)+1)
	engine := locallambda.New(config)
	a.engines[config.AccountID] = engine.Handler()
	return engine
}

// ServeHTTP implements http.Handler.
func (a *accounts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, account, _ := strings.Cut(r.URL.Path, "arn:aws:lambda:us-east-1:")
	account, _, _ = strings.Cut(account, ":")
	a.mu.Lock()
	engine, ok := a.engines[account]
	a.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	engine.ServeHTTP(w, r)
}
