package main

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/standin/locallambda"
)

// localFunction is a flag NAME=URL.
type localFunction struct{ name, url string }

var functionName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *localFunction) UnmarshalText(text []byte) error {
	name, address, _ := strings.Cut(string(text), "=")
	if !functionName.MatchString(name) {
		return fmt.Errorf("%q is not a function's name: 1 to 64 letters, digits, hyphens and underscores", name)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("function %s needs the address of its server, such as %s=http://127.0.0.1:3055", name, name)
	}
	*f = localFunction{name, address}
	return nil
}

// localAlias is a flag NAME.
type localAlias string

var (
	aliasName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
	onlyDigit = regexp.MustCompile(`^[0-9]+$`)
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *localAlias) UnmarshalText(text []byte) error {
	if !aliasName.Match(text) || onlyDigit.Match(text) {
		return fmt.Errorf("%q is not an alias: 1 to 128 letters, digits, hyphens and underscores, and not a number", text)
	}
	*a = localAlias(text)
	return nil
}

// localTimeout is a flag DURATION, in the bounds of Lambda.
type localTimeout time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *localTimeout) UnmarshalText(text []byte) error {
	const least, most = time.Second, 366 * 24 * time.Hour
	t, err := time.ParseDuration(string(text))
	if err != nil || t < least || t > most || t%time.Second != 0 {
		return fmt.Errorf("%q is not an execution timeout: whole seconds from 1s to 8784h, such as 90s", text)
	}
	*d = localTimeout(t)
	return nil
}

// localFault is a flag OPERATION=KIND[:RATE].
type localFault struct{ locallambda.Fault }

// everyOperation stands for all of localOperations.
const everyOperation = "*"

// localOperations are those of Lambda that the engine has.
var localOperations = []string{
	"CheckpointDurableExecution", "GetDurableExecution", "GetDurableExecutionHistory", "GetDurableExecutionState", "Invoke",
	"ListDurableExecutionsByFunction", "ListFunctions", "SendDurableExecutionCallbackFailure",
	"SendDurableExecutionCallbackHeartbeat", "SendDurableExecutionCallbackSuccess", "StopDurableExecution",
}

// localFaults are the kinds by their names on the command line.
var localFaults = map[string]locallambda.Fault{
	"403":   {Kind: locallambda.FaultAccessDenied},
	"429":   {Kind: locallambda.FaultThrottled, RetryAfter: time.Second},
	"500":   {Kind: locallambda.FaultService},
	"502":   {Kind: locallambda.FaultKMSInvalidState},
	"reset": {Kind: locallambda.FaultConnectionReset},
	"lost":  {Kind: locallambda.FaultAnswerLost},
	"slow":  {Kind: locallambda.FaultSlow, Delay: 3 * time.Second},
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *localFault) UnmarshalText(text []byte) error {
	operation, what, _ := strings.Cut(string(text), "=")
	name, rate, rated := strings.Cut(what, ":")
	fault, ok := localFaults[name]
	if !ok {
		return fmt.Errorf("%q is not a kind of fault: 403, 429, 500, 502, reset, lost or slow, as in %s=429:0.2", name, operation)
	}
	if operation != everyOperation {
		if !slices.Contains(localOperations, operation) {
			return fmt.Errorf("there is no operation %q, only %s, and * for all of them", operation, strings.Join(localOperations, ", "))
		}
		fault.Operation = operation
	}
	if rated {
		share, err := strconv.ParseFloat(rate, 64)
		if err != nil || math.IsNaN(share) || share <= 0 || share > 1 {
			return fmt.Errorf("%q is not a share of the calls: above 0 and at most 1", rate)
		}
		fault.Rate = share
	}
	*f = localFault{fault}
	return nil
}

func faultsOf(flags []localFault) []locallambda.Fault {
	var list []locallambda.Fault
	for _, f := range flags {
		list = append(list, f.Fault)
	}
	return list
}
