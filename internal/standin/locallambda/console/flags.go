package console

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/standin/locallambda/fault"
)

// Function is a flag NAME=URL: a durable function and the HTTP server that runs it.
type Function struct{ Name, URL string }

var functionName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Function) UnmarshalText(text []byte) error {
	name, address, _ := strings.Cut(string(text), "=")
	if !functionName.MatchString(name) {
		return fmt.Errorf("%q is not a function's name: 1 to 64 letters, digits, hyphens and underscores", name)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("function %s needs the address of its server, such as %s=http://127.0.0.1:3055",
			name, name)
	}
	*f = Function{name, address}
	return nil
}

// Alias is a flag NAME: another name by which each function can be invoked.
type Alias string

var (
	aliasName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
	onlyDigit = regexp.MustCompile(`^[0-9]+$`)
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Alias) UnmarshalText(text []byte) error {
	if !aliasName.Match(text) || onlyDigit.Match(text) {
		const rule = "1 to 128 letters, digits, hyphens and underscores, and not a number"
		return fmt.Errorf("%q is not an alias: %s", text, rule)
	}
	*a = Alias(text)
	return nil
}

// Timeout is a flag DURATION, within Lambda's limits for executions.
type Timeout time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Timeout) UnmarshalText(text []byte) error {
	const least, most = time.Second, 366 * 24 * time.Hour
	t, err := time.ParseDuration(string(text))
	if err != nil || t < least || t > most || t%time.Second != 0 {
		return fmt.Errorf("%q is not an execution timeout: whole seconds from 1s to 8784h, such as 90s", text)
	}
	*d = Timeout(t)
	return nil
}

// Fault is a flag OPERATION=KIND[:RATE]: calls that go wrong.
type Fault struct{ fault.Fault }

// everyOperation stands for all operations.
const everyOperation = "*"

// operations are the operations of Lambda that the engine has.
var operations = []string{
	"CheckpointDurableExecution", "GetDurableExecution", "GetDurableExecutionHistory",
	"GetDurableExecutionState", "Invoke", "ListDurableExecutionsByFunction", "ListFunctions",
	"SendDurableExecutionCallbackFailure", "SendDurableExecutionCallbackHeartbeat",
	"SendDurableExecutionCallbackSuccess", "StopDurableExecution",
}

// kinds maps the names of faults on the command line to their kinds.
var kinds = map[string]fault.Fault{
	"403":   {Kind: fault.AccessDenied},
	"429":   {Kind: fault.Throttled, RetryAfter: time.Second},
	"500":   {Kind: fault.Service},
	"502":   {Kind: fault.KMSInvalidState},
	"reset": {Kind: fault.ConnectionReset},
	"lost":  {Kind: fault.AnswerLost},
	"slow":  {Kind: fault.Slow, Delay: 3 * time.Second},
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Fault) UnmarshalText(text []byte) error {
	operation, what, _ := strings.Cut(string(text), "=")
	name, rate, rated := strings.Cut(what, ":")
	parsed, ok := kinds[name]
	if !ok {
		return fmt.Errorf("%q is not a kind of fault: 403, 429, 500, 502, reset, lost or slow, as in %s=429:0.2",
			name, operation)
	}
	if operation != everyOperation {
		if !slices.Contains(operations, operation) {
			all := strings.Join(operations, ", ")
			return fmt.Errorf("there is no operation %q, only %s, and * for all of them", operation, all)
		}
		parsed.Operation = operation
	}
	if rated {
		share, err := strconv.ParseFloat(rate, 64)
		if err != nil || math.IsNaN(share) || share <= 0 || share > 1 {
			return fmt.Errorf("%q is not a share of the calls: above 0 and at most 1", rate)
		}
		parsed.Rate = share
	}
	*f = Fault{parsed}
	return nil
}
