package console

import (
	"fmt"
	"io"
	"net/url"
	"time"

	"countersign/internal/printable"
	"countersign/internal/standin/locallambda"
)

// Activity prints what happens in an engine, for [locallambda.Engine.Observe].
type Activity struct {
	W       io.Writer
	Address string // of the engine
}

// Print prints one line. It ignores lines that cannot be written, because the executions matter
// more.
func (a Activity) Print(o locallambda.Observation) {
	at := o.At.Local().Format(time.TimeOnly)
	_, _ = fmt.Fprintf(a.W, "%s  %-16s %-20s  %s\n", at, o.Function, o.Kind, a.detail(o))
}

// detail describes an observation; for a started callback, it says what completes it. Text that
// functions and reviewers sent is shown only in a form that is safe for a terminal.
func (a Activity) detail(o locallambda.Observation) string {
	switch {
	case o.Kind == locallambda.CallbackStarted:
		return clocks(o) + "\n  " + callbackURL(a.Address, o.CallbackID)
	case o.Kind == locallambda.ExecutionStarted:
		return o.ExecutionARN
	case o.Error != nil:
		text := fmt.Sprintf("%s %s: %s", o.Status, o.Error.ErrorType, o.Error.ErrorMessage)
		return printable.Brief(text, maxPrinted)
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

// callbackURL returns the URL that takes the result; /fail and /heartbeat are next to it. IDs are
// base64 and have to be escaped.
func callbackURL(address, callbackID string) string {
	return address + "/2025-12-01/durable-execution-callbacks/" + url.PathEscape(callbackID) + "/succeed"
}

// maxPrinted is how much of a text from outside is printed, in runes.
const maxPrinted = 200
