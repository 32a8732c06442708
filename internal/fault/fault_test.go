package fault_test

import (
	"strings"
	"testing"

	"countersign/internal/fault"
)

func TestListError(t *testing.T) {
	t.Parallel()
	for want, list := range map[string]fault.List{
		"nothing is wrong":                    nil,
		"/title: is missing":                  {{Pointer: "/title", Detail: "is missing"}},
		"2 fields are not valid, first a: no": {{Pointer: "a", Detail: "no"}, {Pointer: "b", Detail: "neither"}},
	} {
		if got := list.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestListIsBounded: a list repeats what a stranger sent, so neither its length nor its texts may
// be theirs to choose.
func TestListIsBounded(t *testing.T) {
	t.Parallel()
	var list fault.List
	if list.Err() != nil {
		t.Error("an empty list is an error")
	}
	for range fault.Max + 5 {
		list.Add(strings.Repeat("é", 1000), "%s", strings.Repeat("x", 1000))
	}
	left, ok := list.And(2).(fault.List) //nolint:errorlint // nothing wraps it
	if !ok || len(left) != fault.Max+1 {
		t.Fatalf("%d faults are left", len(left))
	}
	if got, want := left[fault.Max], (fault.Fault{Detail: "and 7 more"}); got != want {
		t.Errorf("the last is %v, want %v", got, want)
	}
	const mark = len("…")
	if n := len(left[0].Pointer); n > 512+mark || !strings.HasSuffix(left[0].Pointer, "é…") {
		t.Errorf("the pointer has %d bytes: %s", n, left[0].Pointer)
	}
	if n := len(left[0].Detail); n > 320+mark {
		t.Errorf("the detail has %d bytes", n)
	}
	if list.Err().(fault.List)[fault.Max].Detail != "and 5 more" { //nolint:errorlint // as above
		t.Error("Err leaves out more without a word")
	}
}
