package doctor

import (
	"context"
	"strings"
)

// Lambda asks the Lambda API of one account. The requests of each method change nothing and are
// attempted once. Every method returns an answer, whatever goes wrong.
type Lambda interface {
	// Caller gets the account's credentials, for which it may assume a role at the STS of a region,
	// and asks whose they are. The answer is [Done] if there are credentials, even if it is not
	// known whose they are.
	Caller(ctx context.Context, region string) (Caller, Reply)
	// Functions lists the functions of a region, at most [MaxFunctions].
	Functions(ctx context.Context, region string) ([]KnownFunction, Reply)
	// Executions lists a function's latest executions, of all versions or of the one that the
	// qualifier names.
	Executions(ctx context.Context, region, function, qualifier string) ([]Execution, Reply)
	// Execution reads an execution without its data.
	Execution(ctx context.Context, region, arn string) Reply
	// History reads the end of an execution's history without its data. closed is a callback in it
	// that has a terminal event.
	History(ctx context.Context, region, arn string) (closed string, reply Reply)
	// Send completes a callback or sends a heartbeat for it, depending on the action. The ID is of
	// a callback that is closed or does not exist.
	Send(ctx context.Context, region string, action Action, callbackID string) Reply
}

// MaxFunctions bounds the list of a region's functions. It is 20 of AWS's pages.
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

// String returns the action as a policy names it.
func (a Action) String() string { return "lambda:" + string(a) }

// sends and reads are the actions that are checked against an execution. Its resource is the
// function's ARN with the version.
var (
	sends = []Action{SendSuccess, SendFailure, SendHeartbeat}
	reads = []Action{GetExecution, GetHistory}
)

// Caller is the identity that asks.
type Caller struct {
	Source  string // where the credentials are from
	ARN     string // empty if AWS did not say
	Account string // empty if it is not known
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

// Reply is the result of one request.
type Reply struct {
	Meaning Meaning
	Text    string // AWS's text, of an answer other than [Done]
	Clock   Reading
}

// Meaning is what an answer says about permissions. AWS checks permissions before it looks for
// anything.
type Meaning int

// Meanings.
const (
	Silent Meaning = iota // no answer at all
	Done                  // the request was correct
	Closed                // the callback is closed; only a caller who may complete it learns that
	Denied                // IAM does not allow it
	// the named thing does not exist, or the region does not know the operation
	Missing
	Refused // AWS considers the request incorrect
	// the credentials or the signature are not valid, which says nothing about permissions
	Rejected
	Busy // throttled, or AWS failed
)

// tells reports whether the answer says anything about the permission for the action.
func (m Meaning) tells() bool {
	return m == Done || m == Closed || m == Denied || m == Missing || m == Refused
}

// denial is AWS's text about a denial, in parts: "User: … is not authorized to perform: lambda:X on
// resource: ARN because no identity-based policy allows the lambda:X action", or with "with an
// explicit deny in …" in place of the last part. Each part may be missing.
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

// explicit reports whether some policy forbids the action, which no other policy can override.
func (d denial) explicit() bool { return strings.Contains(d.because, "explicit deny") }
