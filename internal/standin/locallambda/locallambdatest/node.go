package locallambdatest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// StartNode runs a script of Node.js that serves functions with AWS's SDK for JavaScript. The first
// line that the script prints ends with its port. The caller must call stop; the end of ctx ends the
// process too. The environment is added to the test's own, and names the Lambda:
// AWS_ENDPOINT_URL_LAMBDA. The test's package must be two folders below the module's.
func StartNode(ctx context.Context, environment []string, args ...string) (address string, stop func(), err error) {
	if _, err := os.Stat("../../node_modules/@aws/durable-execution-sdk-js"); err != nil {
		return "", nil, errors.New("AWS's SDK for durable functions in JavaScript is not in node_modules: run make test")
	}
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Env = append(os.Environ(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"NODE_NO_WARNINGS=1") // it warns of the age of Node.js
	cmd.Env = append(cmd.Env, environment...)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // ends with us
		return "", nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("start Node.js (run make test): %w", err)
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
