package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"countersign/cmd/bench/load"
)

const (
	wantedRounds    = 1000 // per second
	resumptionLimit = 10.0 // milliseconds
)

// durableRounds runs rounds of a durable function on the local engine: create a callback, suspend,
// complete it, resume, end. The floor makes the two calls to Lambda that a round cannot do without,
// to a server that only answers.
func (b *bench) durableRounds(ctx context.Context) (rows []row, err error) {
	base, err := serveLambda(ctx, http.HandlerFunc(answerOnly))
	if err != nil {
		return nil, err
	}
	defer base.close()
	for _, c := range []struct {
		atOnce     int
		name, file string
	}{
		{1, "1 at once", ""},
		{16, "16 at once", ""},
		{16, "16 at once, in a file", filepath.Join(b.folder, "rounds.db")},
	} {
		series, err := b.roundsOn(ctx, c.file, c.atOnce, base)
		if err != nil {
			return nil, err
		}
		rate, floor := series[0].Median(load.Sample.Rate), series[1].Median(load.Sample.Rate)
		fast, soon := compared(series[0].Ratio(series[1], load.Sample.Rate)), compared(series[0].Ratio(series[1], load.Sample.P50))
		if c.file == "" {
			fast.wanted, fast.reached = fmt.Sprintf("≥ %s/s", thousands(wantedRounds)), yes(rate >= wantedRounds)
			resumption := series[0].Median(load.Sample.P50) * 1000
			soon.wanted, soon.reached = fmt.Sprintf("p50 < %g ms", resumptionLimit), yes(resumption < resumptionLimit)
		}
		rows = append(rows,
			row{"durable rounds, " + c.name, thousands(int(rate)) + "/s", thousands(int(floor)) + "/s", fast},
			row{"result sent to Get, " + c.name, latencies(series[0]), latencies(series[1]), soon})
	}
	return rows, nil
}

// roundsOn measures rounds on one engine, and the floor in alternation. A sample's rate is that of
// the rounds; its times are those until a function resumed.
func (b *bench) roundsOn(ctx context.Context, file string, atOnce int, base *lambdaServer) (_ []load.Series, err error) {
	l, err := openLocalEngine(ctx, file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	return b.compare(ctx, b.repeat(atOnce, l.round), b.repeat(atOnce, base.twoCalls))
}

// repeat does work again and again, with atOnce workers, for the length of a round and at least
// once per worker.
func (b *bench) repeat(atOnce int, work func(context.Context) (time.Duration, error)) rival {
	return func(ctx context.Context) (load.Sample, error) {
		var mu sync.Mutex
		var all []time.Duration
		began := time.Now()
		group, ctx := errgroup.WithContext(ctx)
		for range atOnce {
			group.Go(func() error {
				var mine []time.Duration
				for len(mine) == 0 || time.Since(began) < b.round {
					took, err := work(ctx)
					if err != nil {
						return err
					}
					mine = append(mine, took)
				}
				mu.Lock()
				defer mu.Unlock()
				all = append(all, mine...)
				return nil
			})
		}
		err := group.Wait()
		return load.NewSample(all, time.Since(began)), err
	}
}

// twoCalls records an operation and completes a callback. It returns the time of the second call.
func (s *lambdaServer) twoCalls(ctx context.Context) (time.Duration, error) {
	_, err := s.client.CheckpointDurableExecution(ctx, &lambda.CheckpointDurableExecutionInput{
		DurableExecutionArn: aws.String("arn"), CheckpointToken: aws.String("AAAA"),
	})
	if err != nil {
		return 0, err
	}
	sent := time.Now()
	err = s.succeed(ctx, "AAAA")
	return time.Since(sent), err
}

// answerOnly answers any call with what a checkpoint needs.
func answerOnly(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection can be used again
	_, _ = io.WriteString(w, `{"CheckpointToken":"AAAA","NewExecutionState":{"Operations":[]}}`)
}
