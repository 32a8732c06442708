package locallambda

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"time"
	"unicode/utf8"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

var (
	durableName  = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	executionARN = regexp.MustCompile(`^arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]+:(\$LATEST|[0-9]+)/durable-execution/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+$`)
)

// startRequest holds the parameters of an Invoke call.
type startRequest struct {
	function, qualifier string
	name                string // if empty, the engine chooses a name
	payload             []byte
	sync                bool
}

// Start starts a durable execution, as an asynchronous Invoke does, and returns its ARN. The
// payload is JSON; an empty one means {}. If the function has already used the name, Start returns
// that execution, provided the payload is the same. Errors are *[wire.Error]:
// ResourceNotFoundException for an unknown function, DurableExecutionAlreadyStartedException,
// InvalidParameterValueException, InvalidRequestContentException, RequestTooLargeException.
func (e *Engine) Start(ctx context.Context, function, executionName string, payload []byte) (arn string, err error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	x, err := e.start(startRequest{function: function, name: executionName, payload: payload})
	if err != nil {
		return "", err
	}
	return x.arn, nil
}

// start starts an execution or finds the one that the same request started before.
func (e *Engine) start(r startRequest) (*execution, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	var x *execution
	err := e.update(func(now time.Time) error {
		f, err := e.function(r.function, r.qualifier)
		if err != nil {
			return err
		}
		if x = e.executions.byName[executionName{f.name, r.name}]; x != nil {
			return x.sameStart(r)
		}
		x = e.newExecution(f, r, now)
		return nil
	})
	return x, err
}

// validate checks what can be checked without the engine, and replaces an absent payload by an
// empty object: Lambda, too, gives such functions {}.
func (r *startRequest) validate() error {
	limit := protocol.MaxPayload
	if r.sync {
		limit = protocol.MaxSyncPayload
	}
	if len(r.payload) == 0 {
		r.payload = []byte("{}")
	}
	switch {
	case len(r.payload) > limit:
		return wire.TooLarge(limit)
	case !utf8.Valid(r.payload) || !json.Valid(r.payload):
		return wire.InvalidContent("Could not parse request body into json.")
	case r.name != "" && !durableName.MatchString(r.name):
		return wire.InvalidParameter("Invalid durable execution name: at most 64 letters, digits, hyphens and underscores.")
	}
	return nil
}

// sameStart returns nil if a start repeats the one that made this execution.
func (x *execution) sameStart(r startRequest) error {
	if *x.input != string(r.payload) {
		return alreadyStarted(x)
	}
	return nil
}

// newExecution adds an execution and queues its first invocation. It copies the function's
// settings, because a later change of the function's configuration does not affect running
// executions.
func (e *Engine) newExecution(f *function, r startRequest, now time.Time) *execution {
	id := wire.NewUUID()
	input := string(r.payload)
	x := &execution{
		engine: e, number: e.executions.last + 1, name: cmp.Or(r.name, id), function: f.name, version: f.config.Version,
		sync: r.sync, timeout: f.config.ExecutionTimeout, retention: time.Duration(f.config.RetentionPeriodInDays) * 24 * time.Hour,
		startedAt: now, input: &input, status: running, byID: map[string]*operation{},
	}
	x.arn = e.functionARN(f.name, f.config.Version) + "/durable-execution/" + x.name + "/" + id
	root := x.add(&operation{id: id, kind: protocol.Execution, status: protocol.Started, startedAt: now})
	x.touch(root)
	x.seen = x.revision
	x.record(now, executionStarted, root, executionStart{Input: payload{Payload: &input}, ExecutionTimeout: seconds(x.timeout)})
	e.executions.add(x)
	x.arm()
	e.observe(Observation{Kind: ExecutionStarted, Payload: input}, now, x, nil)
	x.enqueue()
	return x
}

// alreadyStarted is the answer if an execution name was already used with another payload.
func alreadyStarted(x *execution) *wire.Error {
	return &wire.Error{Status: http.StatusConflict, Code: "DurableExecutionAlreadyStartedException",
		Message: "An execution with this name was already started with another payload: " + x.name}
}
