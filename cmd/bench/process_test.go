package main

import (
	"path/filepath"
	"strings"
	"testing"

	"countersign/cmd/bench/floor"
)

func TestFloorIsAProcess(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	p, err := b.startFloor(t.Context(), floor.List, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if used, err := p.Memory(); err != nil || used < 1<<20 {
		t.Errorf("%d bytes of memory, %v", used, err)
	}
	if sample, err := b.gets(p.address, get("http://"+p.address+"/items", nil))(t.Context()); err != nil || sample.Rate() == 0 {
		t.Errorf("rate %v, %v", sample.Rate(), err)
	}
	p.Stop()
	p.Stop() // again: nothing happens
	if _, err := p.Memory(); err == nil {
		t.Error("the process is still there after its stop")
	}
}

func TestProcessThatFails(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	if _, err := b.startFloor(t.Context(), "ceiling", 0); err == nil || !strings.Contains(err.Error(), `no floor is named "ceiling"`) {
		t.Errorf("got %v, want what the process said", err)
	}
	b.binary = "/bin/false"
	if _, err := b.startDesk(t.Context(), filepath.Join(b.folder, "x.db")); err == nil || !strings.Contains(err.Error(), "ended") {
		t.Errorf("got %v, want that the desk ended", err)
	}
}
