package metrics

import "github.com/prometheus/client_golang/prometheus"

var nobodyEligibleDesc = prometheus.NewDesc("countersign_callbacks_nobody_eligible",
	"Callbacks that too few people seen in 30 days could decide, by queue. Among the newest 5,000 that wait.", []string{"queue"}, nil)

// nobodyEligible returns the number by queue, or nil while it is not known.
type nobodyEligible func() map[string]int

// Describe implements prometheus.Collector.
func (nobodyEligible) Describe(to chan<- *prometheus.Desc) { to <- nobodyEligibleDesc }

// Collect implements prometheus.Collector.
func (n nobodyEligible) Collect(to chan<- prometheus.Metric) {
	for queue, count := range n() {
		to <- prometheus.MustNewConstMetric(nobodyEligibleDesc, prometheus.GaugeValue, float64(count), queue)
	}
}
