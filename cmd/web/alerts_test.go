package main

import (
	"countersign/internal/schema"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/condition"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
)

// TestAlertsAndMetrics: each alert that we hand out is in the documentation as it is in the file,
// and each metric that either names is one of the desk's.
func TestAlertsAndMetrics(t *testing.T) {
	t.Parallel()
	alerts, operations := deployFile(t, "deploy/alerts.yaml"), deployFile(t, "docs/operations.md")
	var given, told []string
	for _, rule := range regexp.MustCompile(`(?m)^ +expr: (.+)\n(?: +for: (\d+)([mh])\n)? +annotations: \{summary: (.+)\}$`).FindAllStringSubmatch(alerts, -1) {
		line := "| " + rule[4] + " | `" + strings.ReplaceAll(rule[1], "|", `\|`) + "`"
		if rule[2] != "" {
			line += " for " + rule[2] + " " + rule[3]
		}
		given = append(given, line+" |")
	}
	_, table, _ := strings.Cut(operations, "| Alert | Expression | What to do |\n| --- | --- | --- |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for row := range strings.Lines(table) {
		told = append(told, regexp.MustCompile("^\\| [^|]+ \\| `.+?`[^|`]*\\|").FindString(row))
	}
	if len(given) != strings.Count(alerts, "- alert:") || !slices.Equal(given, told) {
		t.Errorf("deploy/alerts.yaml has\n%s\n\ndocs/operations.md has\n%s", strings.Join(given, "\n"), strings.Join(told, "\n"))
	}
	known := metricsOfTheDesk(t)
	for _, name := range regexp.MustCompile(`countersign_[a-z_]+`).FindAllString(alerts+operations, -1) {
		if !slices.Contains(known, strings.TrimSuffix(name, "_count")) { // the count of a histogram
			t.Errorf("%s is named, and is no metric of the desk's: %q", name, known)
		}
	}
}

// metricsOfTheDesk are the names of all that it can measure, also of what has not happened yet.
func metricsOfTheDesk(t *testing.T) (names []string) {
	t.Helper()
	settings, err := config.Load(smallest(t, "127.0.0.1:0"), deskfile.ReadFile, condition.Compile, schema.NewCompiler())
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDesk(t.Context(), settings, slog.New(slog.DiscardHandler), deskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	described := make(chan *prometheus.Desc)
	go func() { defer close(described); d.registry.Describe(described) }()
	for desc := range described {
		names = append(names, regexp.MustCompile(`fqName: "(.+?)"`).FindStringSubmatch(desc.String())[1])
	}
	return names
}
