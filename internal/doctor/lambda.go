package doctor

import (
	"context"
	"strings"
)

// Lambda asks the Lambda API of one account. Each method makes requests that change nothing, one
// attempt each, and each has an answer, whatever goes wrong.
type Lambda interface {
	// Caller looks for the account's credentials, which may mean to assume a role by way of a
	// region's STS, and asks whose they are. The answer is [Done] where there are some, whatever is
	// said of whose.
	Caller(ctx context.Context, region string) (Caller, Answer)
	// Functions lists the functions of a region, at most [MaxFunctions].
	Functions(ctx context.Context, region string) ([]KnownFunction, Answer)
	// Executions lists a function's latest executions, of all versions or of the one that a
	// qualifier names.
	Executions(ctx context.Context, region, function, qualifier string) ([]Execution, Answer)
	// Execution reads an execution without its data.
	Execution(ctx context.Context, region, arn string) Answer
	// History reads the end of an execution's history without its data. closed is a callback in it
	// that has a terminal event.
	History(ctx context.Context, region, arn string) (closed string, answer Answer)
	// Send completes a callback, or beats for it, as an action says. The ID is of a callback that
	// is closed or does not exist.
	Send(ctx context.Context, region string, action Action, callbackID string) Answer
}

// MaxFunctions bounds the list of a region's functions: 20 pages of AWS.
const MaxFunctions = 1000

// Action is an IAM action of Lambda, without its prefix.
type Action string

// The actions that a desk needs.
const (
	ListFunctions  Action = "ListFunctions"
	ListExecutions Action = "ListDurableExecutionsByFunction"
	GetExecution   Action = "GetDurableExecution"
	GetHistory     Action = "GetDurableExecutionHistory"
	SendSuccess    Action = "SendDurableExecutionCallbackSuccess"
	SendFailure    Action = "SendDurableExecutionCallbackFailure"
	SendHeartbeat  Action = "SendDurableExecutionCallbackHeartbeat"
)

// String is the action as a policy names it.
func (a Action) String() string { return "lambda:" + string(a) }

// sends and reads are the actions that are checked against an execution: of a function's ARN with
// its version.
var (
	sends = []Action{SendSuccess, SendFailure, SendHeartbeat}
	reads = []Action{GetExecution, GetHistory}
)

// Caller is who asks.
type Caller struct {
	Source  string // where the credentials are from
	ARN     string // empty where AWS did not say
	Account string // empty where it is not known
}

// KnownFunction is a function that AWS lists.
type KnownFunction struct {
	Name, ARN string
	Durable   bool
}

// Execution is an execution that AWS lists.
type Execution struct {
	ARN   string
	Ended bool
}

// Answer is what came back for one request.
type Answer struct {
	Meaning Meaning
	Text    string // of an answer other than [Done], in AWS's words
	Clock   Reading
}

// Meaning is what an answer tells of permissions. AWS checks them before it looks for anything.
type Meaning int

// The meanings.
const (
	Silent Meaning = iota // no answer at all
	Done                  // the request was right
	Closed                // the callback is closed, which is only told to who may complete it
	Denied                // IAM does not allow it
	// what is named does not exist, or the region does not know the operation
	Missing
	Refused // the request is not right in AWS's eyes
	// the credentials or the signature are not good, which tells nothing of permissions
	Rejected
	Busy // throttled, or AWS failed
)

// tells reports whether the answer says anything of the action's permission.
func (m Meaning) tells() bool {
	return m == Done || m == Closed || m == Denied || m == Missing || m == Refused
}

// denial is what a text of AWS says about what was denied: "User: … is not authorized to perform:
// lambda:X on resource: ARN because no identity-based policy allows the lambda:X action", or in
// place of the last part "with an explicit deny in …". Each part may be missing.
type denial struct{ who, resource, because string }

func denialOf(text string) (d denial) {
	before, after, found := strings.Cut(text, " is not authorized to perform: ")
	if !found {
		return denial{}
	}
	if _, who, named := strings.Cut(before, "User: "); named {
		d.who = who
	}
	_, after, _ = strings.Cut(after, " ") // the action
	if resource, named := strings.CutPrefix(after, "on resource: "); named {
		d.resource, after, _ = strings.Cut(resource, " ")
	}
	d.because = strings.TrimPrefix(after, "because ")
	return d
}

// explicit reports whether some policy forbids the action, which no other can outweigh.
func (d denial) explicit() bool { return strings.Contains(d.because, "explicit deny") }
