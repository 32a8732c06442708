package standin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
)

const (
	// firstPause is the time between the requests that fill the inbox at the start.
	firstPause = 700 * time.Millisecond
	// maxWaiting is the number of waiting executions at which the starter stops starting more by
	// itself.
	maxWaiting = 60
)

// Starter starts executions of the sample functions: one of each at the beginning, then one at
// intervals, and any that somebody asks for.
type Starter struct {
	engine *locallambda.Engine
	pace   time.Duration
	log    *slog.Logger

	mu      sync.Mutex
	started map[string]int // executions begun, by sample
	waiting int
}

func newStarter(engine *locallambda.Engine, pace time.Duration, log *slog.Logger) *Starter {
	s := &Starter{engine: engine, pace: pace, log: log, started: map[string]int{}}
	engine.Observe(func(o locallambda.Observation) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch o.Kind {
		case locallambda.ExecutionStarted:
			s.waiting++
		case locallambda.ExecutionEnded:
			s.waiting--
		case locallambda.InvocationCompleted, locallambda.CallbackStarted,
			locallambda.HeartbeatReceived, locallambda.CallbackClosed:
		}
	})
	return s
}

// Sample is something that people can start: an execution, or a drill, which makes the local Lambda
// misbehave for a while.
type Sample struct {
	Name  string // for [Starter.Start]
	Title string
	Drill bool
}

// ErrNoSample says that no sample has the name.
var ErrNoSample = errors.New("there is no such sample")

// Samples are all that people can start.
func (s *Starter) Samples() []Sample {
	var all []Sample
	for _, sample := range demo.Samples {
		all = append(all, Sample{Name: sample.Name, Title: sample.Label})
	}
	for _, d := range drills {
		all = append(all, Sample{Name: d.name, Title: d.title, Drill: true})
	}
	return all
}

// Start begins one execution of a sample, or a drill. It returns [ErrNoSample] if there is neither.
func (s *Starter) Start(ctx context.Context, name string) error {
	for _, sample := range demo.Samples {
		if sample.Name == name {
			return s.start(ctx, sample)
		}
	}
	for _, d := range drills {
		if d.name == name {
			d.start(s.engine)
			return nil
		}
	}
	return fmt.Errorf("sample %q: %w", name, ErrNoSample)
}

func (s *Starter) start(ctx context.Context, sample demo.Sample) error {
	for range max(sample.Times, 1) {
		s.mu.Lock()
		n := s.started[sample.Name]
		s.started[sample.Name]++
		s.mu.Unlock()
		if _, err := s.engine.Start(ctx, sample.Function, "", sample.Input(n)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Starter) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting >= maxWaiting
}

// run starts samples at intervals until ctx ends.
func (s *Starter) run(ctx context.Context) error {
	if s.pace <= 0 {
		<-ctx.Done()
		return nil
	}
	timer := time.NewTimer(firstPause)
	defer timer.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		if sample := demo.Samples[n%len(demo.Samples)]; !s.full() {
			if err := s.start(ctx, sample); err != nil {
				s.log.WarnContext(ctx, "sample not started", "sample", sample.Name, "error", err)
			}
		}
		pause := s.pace
		if n < len(demo.Samples)-1 {
			pause = firstPause
		}
		timer.Reset(pause)
	}
}
