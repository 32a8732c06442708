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

	"countersign/internal/standin/locallambda"
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

// startNode runs a script that serves functions, whose Lambda is ours. The first line that it
// prints ends with its port.
func startNode(args ...string) (address string, stop func(), err error) {
	if _, err := os.Stat("../../node_modules/@aws/durable-execution-sdk-js"); err != nil {
		return "", nil, errors.New("AWS's SDK for durable functions in JavaScript is not in node_modules: run make test")
	}
	cmd := exec.Command("node", args...)
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL_LAMBDA="+lambda.server.URL, "AWS_REGION=us-east-1",
		// it warns of the age of Node.js
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "NODE_NO_WARNINGS=1")
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // ends with us
		return "", nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("Node.js does not start (%w): run make test", err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says "killed"
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("%s does not serve: run make test", strings.Join(args, " "))
	}
	words := strings.Fields(line)
	return "http://127.0.0.1:" + words[len(words)-1], stop, nil
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
