package load_test

import (
	"math"
	"testing"
	"time"

	"countersign/cmd/bench/load"
)

// took is a sample of pieces of work that took 1 to n milliseconds, in a second.
func took(n int) load.Sample {
	var all []time.Duration
	for i := n; i > 0; i-- {
		all = append(all, time.Duration(i)*time.Millisecond)
	}
	return load.NewSample(all, time.Second)
}

func TestSample(t *testing.T) {
	t.Parallel()
	s := took(200)
	for name, tt := range map[string]struct{ got, want float64 }{
		"Rate": {s.Rate(), 200},
		"P50":  {s.P50(), 0.101},
		"P99":  {s.P99(), 0.199},
		"Last": {s.Quantile(1).Seconds(), 0.2},
		"None": {took(0).P99(), 0},
		"One":  {took(1).P99(), 0.001},
	} {
		if math.Abs(tt.got-tt.want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, tt.got, tt.want)
		}
	}
}

func TestSeries(t *testing.T) {
	t.Parallel()
	slow := load.Series{took(10), took(40), took(30)}
	fast := load.Series{took(20), took(50), took(30)}
	for name, tt := range map[string]struct{ got, want float64 }{
		"Median":            {slow.Median(load.Sample.Rate), 30},
		"MedianOfTwo":       {slow[:2].Median(load.Sample.Rate), 25},
		"MedianOfNone":      {load.Series{}.Median(load.Sample.Rate), 0},
		"RatioRoundByRound": {slow.Ratio(fast, load.Sample.Rate), 0.8}, // of 0.5, 0.8 and 1
		"RatioToNothing":    {slow.Ratio(load.Series{took(0)}, load.Sample.Rate), 0},
		"RatioShorter":      {slow.Ratio(fast[:1], load.Sample.Rate), 0.5},
	} {
		if math.Abs(tt.got-tt.want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, tt.got, tt.want)
		}
	}
}
