package main

import (
	"io"
	"strings"
	"testing"

	"countersign/cmd/internal/deskprocess/deskprocesstest"
)

// TestMeasure takes every measurement once, of the real program, as short as it goes. What the
// figures are does not matter here, only that there is one in each row.
func TestMeasure(t *testing.T) {
	t.Parallel()
	var out, progress strings.Builder
	if err := measure(t.Context(), tiny, deskprocesstest.Build(t), measurements, &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, name := range []string{
		"intake, 1 connection ", "intake, 16 connections", "intake, 64 connections",
		"inbox, 20 pending", "inbox, 40 pending", "inbox, 120 pending", "inbox, p99",
		"decisions, 1 connection ", "decision to Lambda, 16 connections",
		"decisions of three signatures, 16 connections", "last of three signatures",
		"memory, empty", "memory, 40 pending", "attack, nothing", "attack, methods that nobody has", "disk", "start, new database", "start, 40 pending", "first page, requests",
		"review with a form beside one without", "review with a form, bytes",
		"durable rounds, 16 at once, in a file", "result sent to Get, 1 at once", "memory of a suspended execution, of 40",
		"20 open reviews, late beats", "20 open reviews, processor", "20 open pages, until told", "20 open pages, memory", "delivery of 20 ",
		"announcements beside 100 that have ended", "decisions beside 100", "decision to Lambda beside 100", "inbox beside 100", "history of 100",
		"page of another replica hears of a change", "session ended at all replicas",
		"intake, PostgreSQL beside SQLite", "intake, three replicas", "decisions, PostgreSQL beside SQLite", "decisions, three replicas",
	} {
		if !strings.Contains(out.String(), "| "+name) {
			t.Errorf("no row %q in\n%s", name, out.String())
		}
	}
	if strings.Contains(out.String(), "not measured") || strings.Contains(out.String(), " 0/s") {
		t.Errorf("something was not measured:\n%s", out.String())
	}
	for _, m := range measurements {
		if !strings.Contains(progress.String(), m.name+": ") {
			t.Errorf("nothing said that %s begins", m.name)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		err  string
	}{
		"Help":          {[]string{"-h"}, ""},
		"UnknownFlag":   {[]string{"-fast"}, "-fast"},
		"UnknownName":   {[]string{"-only", "intake,coffee"}, "coffee"},
		"UnknownPeer":   {[]string{"-peer", "coffee"}, "coffee"},
		"UnknownFloor":  {[]string{"floor", "-kind", "ceiling", "-file", t.TempDir() + "/floor.db"}, "ceiling"},
		"BinaryMissing": {[]string{"-quick", "-only", "intake", "-binary", "/nowhere/countersign"}, "/nowhere/countersign"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), tt.args, io.Discard, io.Discard)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("got %v, want an error with %q", err, tt.err)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	all, err := choose("")
	if err != nil || len(all) != len(measurements) {
		t.Errorf("%d of %d measurements, %v", len(all), len(measurements), err)
	}
	some, err := choose("start, intake")
	if err != nil || len(some) != 2 || some[0].name != "start" || some[1].name != "intake" {
		t.Errorf("got %v, %v; want start and intake", some, err)
	}
}
