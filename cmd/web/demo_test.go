package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"golang.org/x/sync/errgroup"

	"countersign/internal/callbacks"
)

// TestMenu starts everything that the demo's menus offer, with the whole world running.
func TestMenu(t *testing.T) {
	t.Parallel()
	w, err := newWorld(t.Context(), demoCommand{Port: 18180}, t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	ctx, stop := context.WithCancel(t.Context())
	var running errgroup.Group
	running.Go(func() error { return w.run(ctx) })
	offered := menu{w.surroundings.Starter}
	names := map[string]bool{}
	for _, sample := range offered.Samples() {
		if names[sample.Name] {
			t.Errorf("two entries are named %s", sample.Name)
		}
		names[sample.Name] = true
		if err := offered.Start(ctx, sample.Name); err != nil {
			t.Errorf("%s: %v", sample.Title, err)
		}
	}
	if err := offered.Start(ctx, "nothing"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("an unknown entry gives %v, want ErrNotFound", err)
	}
	stop()
	if err := running.Wait(); err != nil {
		t.Errorf("the world did not stop cleanly: %v", err)
	}
}
