package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

// TestRound: a round is a whole execution, on either kind of engine, and its function gets the
// result.
func TestRound(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"InMemory": "", "InFile": filepath.Join(t.TempDir(), "engine.db")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := openLocalEngine(t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			ends := make(chan locallambda.Observation, 1)
			l.engine.Observe(func(o locallambda.Observation) {
				if o.Kind == locallambda.ExecutionEnded {
					ends <- o
				}
			})
			took, err := l.round(t.Context())
			if err != nil || took <= 0 {
				t.Errorf("took %v, %v", took, err)
			}
			if o := <-ends; o.Status != "SUCCEEDED" || !strings.Contains(o.Payload, "approved") || l.execution(o.ExecutionName) != nil {
				t.Errorf("ended %s with %s", o.Status, o.Payload)
			}
			if err := l.stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRound_fails: a round that cannot end does not hang, and says why.
func TestRound_fails(t *testing.T) {
	t.Parallel()
	l, err := openLocalEngine(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.stop() })
	l.engine.SetFaults(nil, fault.Fault{Kind: fault.Service, Operation: "SendDurableExecutionCallbackSuccess"})
	if _, err := l.round(t.Context()); err == nil || !strings.Contains(err.Error(), "ServiceException") {
		t.Errorf("got %v, want what Lambda answered", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.round(ctx); err == nil {
		t.Error("a round after the end of the run")
	}
}
