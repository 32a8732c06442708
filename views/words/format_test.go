package words_test

import (
	"testing"
	"time"

	"countersign/views/words"
)

const day = 24 * time.Hour

func TestLeft(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "0:00"},
		{0, "0:00"},
		{999 * time.Millisecond, "0:00"},
		{9 * time.Second, "0:09"},
		{41*time.Minute + 8*time.Second, "41:08"},
		{time.Hour - time.Second, "59:59"},
		{time.Hour, "1h 0m"},
		{5*time.Hour + 12*time.Minute + 59*time.Second, "5h 12m"},
		{day - time.Second, "23h 59m"},
		{day, "1d 0h"},
		{52 * time.Hour, "2d 4h"},
		{400 * day, "400d 0h"},
	} {
		if got := words.Remaining(tc.d); got != tc.want {
			t.Errorf("remaining(%v) = %q, want %q", tc.d, got, tc.want)
		}
	}
}

func TestAgeAndAgo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		d        time.Duration
		age, ago string
	}{
		{0, "now", "just now"},
		{12 * time.Second, "now", "12 s ago"},
		{48 * time.Minute, "48 m", "48 min ago"},
		{2*time.Hour + 59*time.Minute, "2 h", "2 h ago"},
		{75 * time.Hour, "3 d", "3 d ago"},
	} {
		if age, ago := words.ShortAge(tc.d), words.Ago(tc.d); age != tc.age || ago != tc.ago {
			t.Errorf("%v is %q and %q, want %q and %q", tc.d, age, ago, tc.age, tc.ago)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{40 * time.Second, "40 s"},
		{2 * time.Minute, "2 min"},
		{200 * time.Second, "3 min 20 s"},
		{time.Hour, "1 h"},
		{90 * time.Minute, "1 h 30 m"},
		{30 * time.Hour, "30 h"},
		{7 * day, "7 d"},
		{7*day + 5*time.Hour, "7 d 5 h"},
	} {
		if got := words.Duration(tc.d); got != tc.want {
			t.Errorf("lasting(%v) = %q, want %q", tc.d, got, tc.want)
		}
	}
}

func TestGap(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{51 * time.Millisecond, "51\u00a0ms"},
		{800 * time.Millisecond, "0.8\u00a0s"},
		{-788 * time.Millisecond, "0.7\u00a0s"},
		{6 * time.Second, "6\u00a0s"},
		{19900 * time.Millisecond, "19\u00a0s"},
		{3*time.Minute + 20*time.Second, "3\u00a0min"},
		{90 * time.Minute, "1\u00a0h\u00a030\u00a0m"},
	} {
		if got := words.Gap(tc.d); got != tc.want {
			t.Errorf("gap(%v) = %q, want %q", tc.d, got, tc.want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 bytes", 1: "1 byte", 238: "238 bytes", 999: "999 bytes", 1000: "1.0 KB", 262144: "262.1 KB", 1 << 20: "1.0 MB"} {
		if got := words.Size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestSmallWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ got, want string }{
		{words.Plural(1, "key"), "1 key"},
		{words.Plural(0, "item"), "0 items"},
		{words.Ordinal(3), "Third"},
		{words.Ordinal(12), "12th"},
		{words.Ordinal(21), "21st"},
		{words.Ordinal(33), "33rd"},
		{words.ShortHash("ae3cb6022394a0d3d1e9e7054bf75146"), "ae3cb602…f75146"},
		{words.ShortHash("short"), "short"},
		{words.Capital("ended by timeout"), "Ended by timeout"},
		{words.Capital("Ältere"), "Ältere"},
		{words.Capital(""), ""},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}
