package doctor

import (
	"context"
	"encoding/base64"
)

// maxHistories is how many executions are searched for a closed callback.
const maxHistories = 3

// madeUpCallback has the form of a callback ID but is none.
var madeUpCallback = base64.StdEncoding.EncodeToString([]byte("countersign doctor: there is no such callback"))

// question is one request about a function: an action, the resource that it is checked against, and
// the answer.
type question struct {
	action   Action
	resource string
	reply    Reply
	madeUp   bool // asked about an execution or callback that does not exist
}

// inspection asks for each action that a function's callbacks need.
type inspection struct {
	lambda   Lambda
	function function
	// the execution to ask about, and whether it exists; empty if not even a made-up one can be
	// named
	execution string
	real      bool
	questions []question
}

// examine asks for each permission that a function's callbacks need, and judges the answers.
func (x *account) examine(ctx context.Context, f function, r *region) Section {
	s := Section{Title: x.title("Function " + f.place.function + " in " + f.place.region)}
	if f.place.region == "" {
		s.Title = x.title("Function " + f.place.function)
		s.Findings = []Finding{problem("its region is not known").todo("Set COUNTERSIGN_LAMBDA_REGION, or give its ARN.")}
		return s
	}
	i := &inspection{lambda: x.Lambda, function: f}
	executions, listed := i.list(ctx)
	if findings := x.absent(f, r, listed); findings != nil {
		s.Findings = findings
		return s
	}
	i.choose(executions)
	i.ask(ctx, executions)
	if len(executions) > 0 {
		s.Findings = append(s.Findings, ok("durable, with executions"))
	} else if listed.Meaning == Done {
		s.Findings = append(s.Findings, ok("no execution yet"))
	}
	if x.foreign(f) && x.caller.Account != "" {
		s.Findings = append(s.Findings, warning("it is in account %s, but the desk calls it with the credentials of %s", f.place.account, x.caller.Account).
			todo("Give that account a role under accounts in countersign.yaml."))
	}
	s.Findings = append(s.Findings, i.diagnose(x.caller)...)
	return s
}

// list asks for executions, once as discovery does and once by a version, because the two are
// checked against different ARNs. For a function that is not watched, neither has to be allowed.
func (i *inspection) list(ctx context.Context) ([]Execution, Reply) {
	f := i.function
	executions, reply := i.lambda.Executions(ctx, f.place.region, f.Name, "")
	if f.Watched && reply.Meaning != Missing {
		_, versions := i.lambda.Executions(ctx, f.place.region, f.Name, "$LATEST")
		arn := i.function.place.arn()
		i.questions = append(i.questions,
			question{action: ListExecutions, resource: arn, reply: reply}, question{action: ListExecutions, resource: arn + ":*", reply: versions})
	}
	return executions, reply
}

// absent reports that the function does not exist, or is not durable. It returns nothing if neither
// is known.
func (x *account) absent(f function, r *region, listed Reply) []Finding {
	setting := "countersign.yaml"
	if !f.Watched {
		setting = "--function"
	}
	if known := r.knownOrNil(f.place.function); known != nil && !known.Durable {
		return []Finding{problem("it exists, but is not durable: it has no DurableConfig").
			todo("Deploy it with a DurableConfig, or remove it from %s.", setting)}
	}
	if listed.Meaning != Missing && (r == nil || x.foreign(f) || listed.Meaning == Done || !r.lacks(f.place.function)) {
		return nil
	}
	finding := problem("there is no function of this name in %s", f.place.region)
	for _, other := range x.regions {
		if other.known(f.place.function) != nil {
			return []Finding{finding.todo("There is one in %s: set that region in %s.", other.name, setting)}
		}
	}
	return []Finding{finding.todo("Compare name, region and account in %s with the AWS console.", setting)}
}

// foreign reports whether the function's ARN is of another account than the credentials that the
// function is called with.
func (x *account) foreign(f function) bool {
	theirs := placeOf(f.Name).account
	return theirs != "" && theirs != x.caller.Account
}

func (r *region) knownOrNil(name string) *KnownFunction {
	if r == nil {
		return nil
	}
	return r.known(name)
}

// choose picks an execution to ask about: one that has ended, else any, else one that does not
// exist.
func (i *inspection) choose(executions []Execution) {
	for _, e := range executions {
		if i.execution == "" || e.Ended {
			i.execution, i.real = e.ARN, true
		}
		if e.Ended {
			return
		}
	}
	if i.execution == "" && i.function.place.account != "" {
		i.execution = i.function.place.execution()
	}
}

// ask asks for the permissions that are checked against an execution. It completes only callbacks
// that are closed, in an execution that has ended, or that do not exist, so that nothing can have
// an effect.
func (i *inspection) ask(ctx context.Context, executions []Execution) {
	if i.execution == "" {
		return
	}
	region := i.function.place.region
	i.note(GetExecution, i.lambda.Execution(ctx, region, i.execution), !i.real)
	callback, reply := i.lambda.History(ctx, region, i.execution)
	i.note(GetHistory, reply, !i.real)
	if !i.real || !ended(executions, i.execution) {
		callback = ""
	}
	for n, e := range executions {
		if callback != "" || n == maxHistories || reply.Meaning != Done {
			break
		}
		if e.Ended && e.ARN != i.execution {
			callback, reply = i.lambda.History(ctx, region, e.ARN)
		}
	}
	madeUp := callback == ""
	if madeUp {
		callback = madeUpCallback
	}
	for _, action := range sends {
		i.note(action, i.lambda.Send(ctx, region, action, callback), madeUp)
	}
}

func ended(executions []Execution, arn string) bool {
	for _, e := range executions {
		if e.ARN == arn {
			return e.Ended
		}
	}
	return false
}

func (i *inspection) note(action Action, reply Reply, madeUp bool) {
	i.questions = append(i.questions, question{action, i.function.place.arn() + ":*", reply, madeUp})
}
