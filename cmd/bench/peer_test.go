package main

import (
	"strings"
	"testing"
)

// TestBesideRestate_NotThere is not parallel: it empties PATH.
func TestBesideRestate_NotThere(t *testing.T) {
	b := newTestBench(t)
	t.Setenv("PATH", "")
	rows, err := b.besideRestate(t.Context())
	if err != nil || len(rows) != 1 || !strings.Contains(rows[0].measured, "not measured: restate-server is not in PATH") {
		t.Errorf("got %+v, %v", rows, err)
	}
}
