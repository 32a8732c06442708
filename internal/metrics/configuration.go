package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/reload"
)

var (
	configDesc = prometheus.NewDesc("countersign_config_info",
		"Always 1; the label is the version of countersign.yaml that is in force.", []string{"version"}, nil)
	configLoadedDesc = prometheus.NewDesc("countersign_config_last_reload_success_timestamp_seconds",
		"When countersign.yaml was last read and found right.", nil, nil)
	configRightDesc = prometheus.NewDesc("countersign_config_last_reload_successful",
		"Whether countersign.yaml, as it was last read, is in force.", nil, nil)
	configFailuresDesc = prometheus.NewDesc("countersign_config_reload_failures_total",
		"Changes of countersign.yaml, or of a secret that it names, that were refused since the start.", nil, nil)
)

// configuration says which version is in force when a scraper asks.
type configuration func() reload.State

// Describe implements prometheus.Collector.
func (configuration) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{configDesc, configLoadedDesc, configRightDesc, configFailuresDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c configuration) Collect(to chan<- prometheus.Metric) {
	state := c()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(configDesc, 1, state.Version)
	gauge(configLoadedDesc, float64(state.LoadedAt.UnixMilli())/1000)
	gauge(configRightDesc, numberOf(state.Problem == nil))
	to <- prometheus.MustNewConstMetric(configFailuresDesc, prometheus.CounterValue, float64(state.Failures))
}
