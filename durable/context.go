package durable

import (
	"context"
	"log/slog"
	"runtime"
	"strconv"
)

// Context is what a durable function gets in place of a [context.Context]. It
// is one: it is cancelled when the invocation ends, and its deadline is that
// of the invocation, not of the execution. It belongs to the goroutine that
// got it. Only this package makes them.
type Context interface {
	context.Context

	// ExecutionArn names the durable execution, the same in each invocation.
	ExecutionArn() string
	// Logger writes only what was not written by an earlier invocation.
	Logger() *slog.Logger
	// IsReplaying tells whether an earlier invocation came past this point.
	IsReplaying() bool

	durable() *durableContext
}

// StepContext is what the body of a step gets. It has no durable operations: a
// step is the smallest unit, and runs as a whole or not at all.
type StepContext interface {
	context.Context

	// Logger names the step and the attempt.
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
	complete bool   // the context has a recorded result: it may only replay
}

func (c *durableContext) durable() *durableContext { return c }
func (c *durableContext) ExecutionArn() string     { return c.run.journal.arn }
func (c *durableContext) Logger() *slog.Logger     { return c.run.logger }
func (c *durableContext) IsReplaying() bool        { return c.run.replay.on() }

// child is the context of the operation at position.
func (c *durableContext) child(position string, complete bool) *durableContext {
	return &durableContext{Context: c.Context, run: c.run, position: position, complete: complete}
}

// nextPosition counts an operation: "1", "2" in the handler, "2-1" in a child.
func (c *durableContext) nextPosition() string {
	c.count++
	n := strconv.Itoa(c.count)
	if c.position == "" {
		return n
	}
	return c.position + "-" + n
}

// within runs body with inner as the only context that may begin operations; a
// nil inner allows none. An operation elsewhere would get a position that
// replay, which does not run body again, gives to another.
func (c *durableContext) within(inner *durableContext, body func()) {
	c.run.setActive(inner)
	defer c.run.setActive(c)
	body()
}

// checkBegin ends the run if the code must not begin an operation in c. In a
// run that has ended, it ends the goroutine: see the package documentation.
func (c *durableContext) checkBegin(what string) {
	c.checkAwait(what)
	if c.run.getActive() != c {
		c.run.fail(&usageError{what: what})
	}
}

// checkAwait is checkBegin for waiting, which counts no position: a callback of
// an outer context may be awaited in a child, but not inside a step.
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
