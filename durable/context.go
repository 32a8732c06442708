package durable

import (
	"context"
	"log/slog"
	"runtime"
	"strconv"
)

// Context is what a durable function gets in place of a [context.Context], which it implements. It
// is cancelled when the invocation ends, and its deadline is that of the invocation, not of the
// execution. Only the goroutine that received a Context may use it. Only this package creates them.
type Context interface {
	context.Context

	// ExecutionArn names the durable execution. It is the same in every invocation.
	ExecutionArn() string
	// Logger leaves out lines that an earlier invocation has written.
	Logger() *slog.Logger
	// IsReplaying reports whether an earlier invocation got past this point.
	IsReplaying() bool

	durable() *durableContext
}

// StepContext is the context of the body of a step. It has no durable operations: a step is the
// smallest unit, and runs as a whole or not at all.
type StepContext interface {
	context.Context

	// Logger adds the name of the step and the attempt.
	Logger() *slog.Logger
	// Attempt counts from 1.
	Attempt() int
}

// durableContext numbers the operations of the handler or of one child context.
type durableContext struct {
	context.Context
	run *run

	position string // of the context's own operation; empty for the handler
	count    int    // operations begun here
	complete bool   // the context has a recorded result, so it may only replay
}

func (c *durableContext) durable() *durableContext { return c }
func (c *durableContext) ExecutionArn() string     { return c.run.journal.arn }
func (c *durableContext) Logger() *slog.Logger     { return c.run.logger }
func (c *durableContext) IsReplaying() bool        { return c.run.replay.on() }

// child returns the context of the operation at position.
func (c *durableContext) child(position string, complete bool) *durableContext {
	return &durableContext{Context: c.Context, run: c.run, position: position, complete: complete}
}

// nextPosition counts an operation and returns its position: "1", "2" in the handler, "2-1" in a
// child.
func (c *durableContext) nextPosition() string {
	c.count++
	n := strconv.Itoa(c.count)
	if c.position == "" {
		return n
	}
	return c.position + "-" + n
}

// within runs body while inner is the only context that may begin operations; if inner is nil, none
// may. Replay does not run body again. An operation that body began on another context would
// therefore shift the positions of later ones.
func (c *durableContext) within(inner *durableContext, body func()) {
	c.run.setActive(inner)
	defer c.run.setActive(c)
	body()
}

// checkBegin ends the run if the code must not begin an operation in c. If the run has already
// ended, checkBegin ends the goroutine: see the package documentation.
func (c *durableContext) checkBegin(what string) {
	c.checkAwait(what)
	if c.run.getActive() != c {
		c.run.fail(&usageError{what: what})
	}
}

// checkAwait is checkBegin for waiting. Waiting uses no position, so code in a child context may
// await a callback of an outer context. The body of a step may not.
func (c *durableContext) checkAwait(what string) {
	if c.run.ended.Load() != nil {
		runtime.Goexit()
	}
	if c.run.getActive() == nil {
		c.run.fail(&usageError{what: what})
	}
}

type stepContext struct {
	context.Context
	logger  *slog.Logger
	attempt int
}

func (s *stepContext) Logger() *slog.Logger { return s.logger }
func (s *stepContext) Attempt() int         { return s.attempt }
