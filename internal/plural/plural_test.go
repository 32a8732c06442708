package plural

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 keys", 1: "1 key", 2: "2 keys", 1000: "1000 keys"} {
		if got := Count(n, "key"); got != want {
			t.Errorf("Count(%d) is %q, want %q", n, got, want)
		}
	}
	if got := CountOf(3, "person", "people"); got != "3 people" {
		t.Errorf("got %q", got)
	}
}
