package load

import (
	"slices"
	"time"
)

// Sample is what one round measured.
type Sample struct {
	Elapsed time.Duration
	took    []time.Duration // sorted
}

// NewSample is a round that took elapsed and in which each piece of work took so long. It keeps the
// slice.
func NewSample(took []time.Duration, elapsed time.Duration) Sample {
	slices.Sort(took)
	return Sample{Elapsed: elapsed, took: took}
}

// Rate is the pieces of work per second.
func (s Sample) Rate() float64 { return float64(len(s.took)) / s.Elapsed.Seconds() }

// Quantile is the time that a share q of all pieces of work, 0 to 1, took at most; 0 when there was
// none.
func (s Sample) Quantile(q float64) time.Duration {
	if len(s.took) == 0 {
		return 0
	}
	return s.took[min(int(q*float64(len(s.took))), len(s.took)-1)]
}

// P50 is the median in seconds.
func (s Sample) P50() float64 { return s.Quantile(0.5).Seconds() }

// P99 is what 99 of 100 stay below, in seconds.
func (s Sample) P99() float64 { return s.Quantile(0.99).Seconds() }

// Series are the samples of rounds that alternated with those of another series, so that noise hits
// both.
type Series []Sample

// Median is the median of a measure over the rounds; 0 without any.
func (s Series) Median(of func(Sample) float64) float64 {
	values := make([]float64, 0, len(s))
	for _, sample := range s {
		values = append(values, of(sample))
	}
	return median(values)
}

// Ratio is the median over the rounds of a measure divided by the same measure of the other series'
// round; 0 where the other measured nothing.
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
