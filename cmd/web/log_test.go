package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"countersign/internal/config"
)

// TestLogIsClipped: whatever a stranger writes into a path or an error, a line stays short and says what it lacks.
func TestLogIsClipped(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "text"} {
		var out strings.Builder
		log := newLogger(config.Log{Format: config.LogFormat(format)}, &out)
		long := strings.Repeat("ä\x1b", 1<<20)
		log.Info("request", "path", long, "error", errors.New(long), "config", config.DatabaseURL(long), slog.Group("group", "name", long))
		log.Info("short", "path", "/callbacks", "error", errors.New("nothing"))
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 2 || len(lines[0]) > 128<<10 || !strings.Contains(lines[0], "bytes more)") {
			t.Errorf("%s: %d lines, the first has %d bytes", format, len(lines), len(lines[0]))
		}
		if strings.Contains(lines[1], "more)") || !strings.Contains(lines[1], "nothing") {
			t.Errorf("%s: a short line was changed: %s", format, lines[1])
		}
	}
}
