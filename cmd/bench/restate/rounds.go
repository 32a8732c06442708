package restate

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"countersign/cmd/bench/load"
)

// Begin sends n requests to begin an execution. A request is done when the server answers that it
// has it. The round then waits until all executions wait for an approval, without counting that.
func (s *Server) Begin(ctx context.Context, n, connections int) (load.Sample, error) {
	s.expect(n, connections)
	round := s.begun
	s.begun++
	var next atomic.Int64
	sample, err := load.Load{
		Address: s.address, Connections: connections, Status: http.StatusAccepted,
		Next: func() (*http.Request, error) {
			i := next.Add(1)
			if i > int64(n) {
				return nil, nil
			}
			return s.request(ctx, "/Approval/Wait/send", fmt.Sprintf(`"%d-%d"`, round, i))
		},
	}.Run(ctx)
	if err != nil {
		return load.Sample{}, err
	}
	_, err = s.wait(ctx)
	return sample, err
}

// Approve approves n of the executions that wait. An approval is done when its execution goes on:
// its time ends then, and only then does its connection send the next one.
func (s *Server) Approve(ctx context.Context, n, connections int) (load.Sample, error) {
	mine := s.take(n)
	s.expect(len(mine), connections)
	var mu sync.Mutex
	began := make(map[string]time.Time, len(mine))
	start := time.Now()
	_, err := load.Load{
		Address: s.address, Connections: connections, Status: http.StatusAccepted,
		Next: func() (*http.Request, error) {
			select {
			case <-s.turns:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			if len(began) == len(mine) {
				return nil, nil
			}
			one := mine[len(began)]
			began[one.name] = time.Now()
			return s.request(ctx, "/restate/awakeables/"+one.awakeable+"/resolve", `"approved"`)
		},
	}.Run(ctx)
	if err != nil {
		return load.Sample{}, err
	}
	wentOn, err := s.wait(ctx)
	elapsed := time.Since(start)
	var took []time.Duration
	for name, at := range wentOn {
		took = append(took, at.Sub(began[name]))
	}
	return load.NewSample(took, elapsed), err
}

func (s *Server) request(ctx context.Context, path, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+path, strings.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}
