package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/cmd/bench/copies"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/intake"
	"countersign/internal/sqlstore"
)

// fillers is how many announcements are written at once: as many as the store commits together.
const fillers = 128

// database returns a file with the given number of pending callbacks. It is for reading only,
// because measurements share it. Callbacks beyond b.many are copies (see package copies): announcing
// a million would take longer than all the rest of the run.
func (b *bench) database(ctx context.Context, pending int) (string, error) {
	if file, ok := b.filled[pending]; ok {
		return file, nil
	}
	file := filepath.Join(b.folder, fmt.Sprintf("pending-%d.db", pending))
	if pending > b.many {
		template, err := b.database(ctx, b.many)
		if err != nil {
			return "", err
		}
		if err := cloneFile(template, file); err != nil {
			return "", err
		}
		if err := copies.Add(ctx, file, pending/b.many-1); err != nil {
			return "", fmt.Errorf("copy callbacks: %w", err)
		}
	} else if _, err := fill(ctx, "sqlite:"+file, pending); err != nil {
		return "", fmt.Errorf("fill a database: %w", err)
	}
	b.filled[pending] = file
	return file, nil
}

// cloneFile copies a database that nobody has open.
func cloneFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // was only read
	target, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// fill announces callbacks as the webhook does, but without HTTP, and returns them in no particular
// order. They are bound by the rules. It leaves a SQLite file checkpointed.
func fill(ctx context.Context, database string, n int, rules ...callbacks.Rule) (_ []callbacks.Callback, err error) {
	store, err := sqlstore.Open(ctx, database)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	queues := callbacks.Queues{}
	for _, name := range queueNames {
		queues[name] = callbacks.Queue{Name: name, Rules: rules}
	}
	service := desk.NewService(desk.ServiceConfig{Store: store, Queues: queues, Invalidator: nobody{}, Now: time.Now})
	all := make([]callbacks.Callback, n)
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(fillers, n) {
		group.Go(func() error {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				receipt, err := receive(ctx, service, int(i))
				if err != nil {
					return err
				}
				all[i] = receipt.Callback
			}
			return nil
		})
	}
	return all, group.Wait()
}

func receive(ctx context.Context, service *desk.Service, n int) (callbacks.Acknowledgment, error) {
	body, err := announce(n).body()
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	decoded, err := intake.Decode(body)
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	return service.Receive(ctx, desk.Source{Name: sourceName}, fmt.Sprintf("msg_%d", n), decoded)
}

// nobody stands for the open pages: there are none.
type nobody struct{}

func (nobody) Changed(callbacks.Invalidation) {}
