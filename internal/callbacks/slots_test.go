package callbacks

import (
	"slices"
	"testing"
)

func TestSlots(t *testing.T) {
	t.Parallel()
	a, b, c := Lane{Account: "111122223333", Region: "eu-west-1"}, Lane{Region: "eu-west-1"}, Lane{Region: "us-east-1"}
	s := newSlots(3)
	take := func(l Lane, n int) {
		for range n {
			if !s.try(l) {
				t.Fatalf("no slot in %s", l)
			}
		}
	}
	check := func(wantFull []Lane, wantFree int) {
		t.Helper()
		if full, free := s.free(); !slices.Equal(full, wantFull) || free != wantFree {
			t.Errorf("full %v, free %d; want %v, %d", full, free, wantFull, wantFree)
		}
	}
	check(nil, 3)
	take(b, 2)
	check(nil, 1)
	take(a, 3)
	if s.try(a) {
		t.Error("a fourth slot of three")
	}
	check([]Lane{a}, 1)
	take(b, 1)
	check([]Lane{a, b}, 3) // of any other lane
	take(c, 1)
	check([]Lane{a, b}, 2)
	if s.release(c) || !s.release(a) || s.release(a) {
		t.Error("only the first slot given back by a was that of a full lane")
	}
	check([]Lane{b}, 2)
	s.take(b) // claimed already
	check([]Lane{b}, 2)
	for range 2 {
		if !s.release(b) {
			t.Error("a lane above its bound is not full")
		}
	}
	take(b, 1)
	if len(s.taken) != 2 {
		t.Errorf("%v is kept", s.taken)
	}
}
