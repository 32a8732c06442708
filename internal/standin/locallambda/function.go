package locallambda

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// Function is a durable function. Payload and answer are JSON in Lambda's durable invocation
// format. An error means that the invocation failed, as if the handler had thrown, and makes the
// engine invoke it again. The interface is that of aws-lambda-go's lambda.Handler. The engine never
// calls Invoke twice at the same time for one execution.
type Function interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// FunctionConfig is a function's configuration. The zero value works.
type FunctionConfig struct {
	Version string   // a number or $LATEST, the default
	Aliases []string // other names for that version
	// ExecutionTimeout limits a whole execution, default [Config.ExecutionTimeout]; whole seconds,
	// at most 366 days.
	ExecutionTimeout time.Duration
	// RetentionPeriodInDays is how long ended executions are kept, 1 to 90. Default 30.
	RetentionPeriodInDays int
	// Timeout limits one invocation; its context ends then. Default 15 minutes, which is Lambda's
	// maximum.
	Timeout time.Duration
}

const (
	latest               = "$LATEST"
	maxExecutionTimeout  = 31_622_400 * time.Second
	defaultRetentionDays = 30
	maxRetentionDays     = 90
	maxInvocationTimeout = 15 * time.Minute
)

// function is a registered function.
type function struct {
	name   string
	code   Function
	config FunctionConfig
	since  time.Time
}

var (
	functionName    = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	aliasName       = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
	functionVersion = regexp.MustCompile(`^(\$LATEST|[0-9]+)$`)
)

// Register makes a function known under a name. Registering a name again replaces its code and
// configuration for future invocations. Executions loaded from a file wait until their function is
// registered. Register panics for a name or configuration that Lambda would refuse, because that is
// a programming error.
func (e *Engine) Register(name string, code Function, config FunctionConfig) {
	config.Version = cmp.Or(config.Version, latest)
	config.ExecutionTimeout = cmp.Or(config.ExecutionTimeout, e.config.ExecutionTimeout)
	config.RetentionPeriodInDays = cmp.Or(config.RetentionPeriodInDays, defaultRetentionDays)
	config.Timeout = cmp.Or(config.Timeout, maxInvocationTimeout)
	if err := config.validate(name); err != nil {
		panic(err)
	}
	// fails only if the engine is closed, and then invokes nothing
	_ = e.update(func(now time.Time) error {
		e.functions[name] = &function{name: name, code: code, config: config, since: now}
		for _, x := range e.executions.of(name) {
			x.enqueue()
		}
		return nil
	})
}

func (c FunctionConfig) validate(name string) error {
	switch {
	case !functionName.MatchString(name):
		return fmt.Errorf("locallambda: %q is not a function name", name)
	case !functionVersion.MatchString(c.Version):
		return fmt.Errorf("locallambda: function %s: %q is not a version", name, c.Version)
	case slices.ContainsFunc(c.Aliases, func(a string) bool { return !aliasName.MatchString(a) || functionVersion.MatchString(a) }):
		return fmt.Errorf("locallambda: function %s: not all of %q are names of aliases", name, c.Aliases)
	case c.ExecutionTimeout < time.Second || c.ExecutionTimeout > maxExecutionTimeout:
		return fmt.Errorf("locallambda: function %s: execution timeout %v is not within 1 s to %v", name, c.ExecutionTimeout, maxExecutionTimeout)
	case c.RetentionPeriodInDays < 1 || c.RetentionPeriodInDays > maxRetentionDays:
		return fmt.Errorf("locallambda: function %s: retention of %d days is not within 1 to %d", name, c.RetentionPeriodInDays, maxRetentionDays)
	case c.Timeout < time.Second || c.Timeout > maxInvocationTimeout:
		return fmt.Errorf("locallambda: function %s: timeout %v is not within 1 s to %v", name, c.Timeout, maxInvocationTimeout)
	}
	return nil
}

// function finds the function that a request names: by name, partial or full ARN, each with or
// without a qualifier. Errors: ResourceNotFoundException, and InvalidParameterValueException for
// two qualifiers that differ.
func (e *Engine) function(reference, qualifier string) (*function, error) {
	name, suffix := splitName(reference)
	if suffix != "" && qualifier != "" && suffix != qualifier {
		return nil, wire.InvalidParameter("The derived qualifier from the function name does not match the specified qualifier.")
	}
	qualifier = cmp.Or(qualifier, suffix)
	f := e.functions[name]
	if f == nil || !slices.Contains([]string{"", latest, f.config.Version}, qualifier) && !slices.Contains(f.config.Aliases, qualifier) {
		return nil, wire.NotFound("Function not found: %s", reference)
	}
	return f, nil
}

// splitName splits a name, a partial or a full ARN into the function's name and the qualifier,
// which may be empty.
func splitName(reference string) (name, qualifier string) {
	if _, rest, ok := strings.Cut(reference, "function:"); ok {
		reference = rest
	}
	name, qualifier, _ = strings.Cut(reference, ":")
	return name, qualifier
}

// functionARN returns the function's ARN, without a qualifier if version is empty.
func (e *Engine) functionARN(name, version string) string {
	arn := "arn:aws:lambda:" + e.config.Region + ":" + e.config.AccountID + ":function:" + name
	if version != "" {
		arn += ":" + version
	}
	return arn
}
