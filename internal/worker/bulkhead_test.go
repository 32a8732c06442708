package worker

import (
	"slices"
	"testing"
)

func TestBulkhead(t *testing.T) {
	t.Parallel()
	const a, b, c = "a", "b", "c"
	s := NewBulkhead[string](3)
	take := func(key string, n int) {
		for range n {
			if !s.Try(key) {
				t.Fatalf("no slot for %s", key)
			}
		}
	}
	check := func(wantFull []string, wantFree int) {
		t.Helper()
		full, free := s.Free()
		slices.Sort(full)
		if !slices.Equal(full, wantFull) || free != wantFree {
			t.Errorf("full %v, free %d; want %v, %d", full, free, wantFull, wantFree)
		}
	}
	check(nil, 3)
	take(b, 2)
	check(nil, 1)
	take(a, 3)
	if s.Try(a) {
		t.Error("a fourth slot of three")
	}
	check([]string{a}, 1)
	take(b, 1)
	check([]string{a, b}, 3) // of any other key
	take(c, 1)
	check([]string{a, b}, 2)
	if s.Release(c) || !s.Release(a) || s.Release(a) {
		t.Error("only the first slot given back by a was that of a full key")
	}
	check([]string{b}, 2)
	s.Take(b) // claimed already
	check([]string{b}, 2)
	for range 2 {
		if !s.Release(b) {
			t.Error("a key above its bound is not full")
		}
	}
	take(b, 1)
	if len(s.taken) != 2 {
		t.Errorf("%v is kept", s.taken)
	}
}
