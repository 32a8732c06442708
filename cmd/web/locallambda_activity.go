package main

import (
	"fmt"
	"io"
	"net/url"
	"time"

	"countersign/internal/printable"
	"countersign/internal/standin/locallambda"
)

// activity prints what happens in an engine.
type activity struct {
	w       io.Writer
	address string
}

// print loses lines that cannot be written: the executions matter more.
func (a activity) print(o locallambda.Observation) {
	_, _ = fmt.Fprintf(a.w, "%s  %-16s %-20s  %s\n", o.At.Local().Format(time.TimeOnly), o.Function, o.Kind, a.detail(o))
}

// detail has for a started callback what completes it. What functions and reviewers sent is shown only as far as it cannot
// upset a terminal.
func (a activity) detail(o locallambda.Observation) string {
	switch {
	case o.Kind == locallambda.CallbackStarted:
		return clocks(o) + "\n  " + callbackURL(a.address, o.CallbackID)
	case o.Kind == locallambda.ExecutionStarted:
		return o.ExecutionARN
	case o.Error != nil:
		return printable.Brief(fmt.Sprintf("%s %s: %s", o.Status, o.Error.ErrorType, o.Error.ErrorMessage), maxPrinted)
	default:
		return printable.Brief(o.Status+" "+o.Payload, maxPrinted)
	}
}

func clocks(o locallambda.Observation) string {
	text := o.OperationName
	for _, c := range []struct {
		name  string
		after time.Duration
	}{{"timeout", o.Timeout}, {"heartbeat timeout", o.HeartbeatTimeout}} {
		if c.after > 0 {
			text += fmt.Sprintf(" %s %v", c.name, c.after)
		}
	}
	return printable.Brief(text, maxPrinted)
}

// callbackURL is where to send the result; /fail and /heartbeat stand beside it. IDs are base64 and have to be escaped.
func callbackURL(address, callbackID string) string {
	return address + "/2025-12-01/durable-execution-callbacks/" + url.PathEscape(callbackID) + "/succeed"
}

// maxPrinted is how much of a foreign text is printed, in runes.
const maxPrinted = 200
