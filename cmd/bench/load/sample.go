package load

import (
	"slices"
	"time"
)

// Sample holds the measurements of one round.
type Sample struct {
	Elapsed time.Duration
	took    []time.Duration // sorted
}

// NewSample returns the sample of a round that took elapsed. took has the time of each piece of
// work; the sample keeps the slice.
func NewSample(took []time.Duration, elapsed time.Duration) Sample {
	slices.Sort(took)
	return Sample{Elapsed: elapsed, took: took}
}

// Rate returns the pieces of work per second.
func (s Sample) Rate() float64 { return float64(len(s.took)) / s.Elapsed.Seconds() }

// Quantile returns the time within which a share q of all pieces of work, 0 to 1, was done; 0 if
// there was none.
func (s Sample) Quantile(q float64) time.Duration {
	if len(s.took) == 0 {
		return 0
	}
	return s.took[min(int(q*float64(len(s.took))), len(s.took)-1)]
}

// P50 returns the median in seconds.
func (s Sample) P50() float64 { return s.Quantile(0.5).Seconds() }

// P99 returns the time within which 99 % of the work was done, in seconds.
func (s Sample) P99() float64 { return s.Quantile(0.99).Seconds() }

// Series are the samples of rounds that alternated with those of another series, so that noise
// affects both.
type Series []Sample

// Median returns the median of a measure over the rounds; 0 if there are none.
func (s Series) Median(of func(Sample) float64) float64 {
	values := make([]float64, 0, len(s))
	for _, sample := range s {
		values = append(values, of(sample))
	}
	return median(values)
}

// Ratio divides a measure of each round by the same measure of the other series' round, and returns
// the median; 0 if the other measured nothing.
func (s Series) Ratio(other Series, of func(Sample) float64) float64 {
	var values []float64
	for i := range min(len(s), len(other)) {
		if base := of(other[i]); base > 0 {
			values = append(values, of(s[i])/base)
		}
	}
	return median(values)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
