package jsinterop

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"countersign/internal/locallambda"
)

// The functions run in one process for all cases, and the SDK in it knows one endpoint. What tells the cases apart there is
// that each has an AWS account of its own.
var (
	functions string // the address of the process
	lambda    = &accounts{engines: map[string]http.Handler{}}
)

func TestMain(m *testing.M) {
	endpoint := httptest.NewServer(lambda)
	stop, err := startNode(endpoint.URL)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "Node.js:", err)
		code = 1
	}
	endpoint.Close()
	os.Exit(code)
}

// startNode starts the process, whose functions call Lambda at the endpoint.
func startNode(endpoint string) (stop func() error, err error) {
	if _, err := os.Stat("../../node_modules/@aws/durable-execution-sdk-js"); err != nil {
		return nil, errors.New("AWS's SDK for durable functions in JavaScript is not in node_modules: run make test")
	}
	cmd := exec.Command("node", "testdata/server.mjs")
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL_LAMBDA="+endpoint, "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "NODE_NO_WARNINGS=1") // it warns of the age of Node.js
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe() // its end ends the process
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("Node.js does not start (%w): run make test", err)
	}
	stop = func() error { input.Close(); return cmd.Wait() }
	port, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, errors.Join(errors.New("the functions do not start: run make test"), stop())
	}
	functions = "http://127.0.0.1:" + strings.TrimSpace(port)
	return stop, nil
}

// accounts passes calls on to the engine of the account in the execution's ARN.
type accounts struct {
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
