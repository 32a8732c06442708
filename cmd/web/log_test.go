package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"countersign/internal/config"
	"countersign/internal/printable"
)

// TestLogIsClipped: whatever a stranger writes into a path or an error, a line stays short and says
// what it lacks.
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

// TestLogWritesDurationsWithUnit: nobody has to know that a number is one of nanoseconds.
func TestLogWritesDurationsWithUnit(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"json": `"took":"1.5ms"`, "text": "took=1.5ms"} {
		var out strings.Builder
		newLogger(config.Log{Format: config.LogFormat(format)}, &out).
			Info("request", "took", 1500*time.Microsecond)
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %s, want %s", format, out.String(), want)
		}
	}
}

// TestLogDrivesNoTerminal: what strangers write into paths, names and errors reaches nobody's
// terminal as it is, in no format and no kind of attribute; nor does what the program says at its
// end.
func TestLogDrivesNoTerminal(t *testing.T) {
	t.Parallel()
	const hostile = "EVIL\x1b]0;owned\a\u009b2J\x7f\u202e\u2066\u200b\u3164\u034f\u2028\U000E0041\xff"
	said := map[string]string{}
	for _, format := range []string{"json", "text"} {
		var out strings.Builder
		newLogger(config.Log{Format: config.LogFormat(format)}, &out).
			Info(hostile, "path", hostile, "error", errors.New(hostile+"\n\tstack"), "config", config.DatabaseURL(hostile), slog.Group("group", "name", hostile))
		said[format] = out.String()
	}
	var out strings.Builder
	complain(&out, errors.New(hostile+"\n\tmore"))
	said["complaint"] = out.String()
	for what, text := range said {
		if strings.Count(text, "EVIL") < 1 || strings.Count(text, "EVIL") != strings.Count(text, "⟨U+202E⟩") {
			t.Errorf("%s: not everything is there, or marked: %q", what, text)
		}
		if hidden := printable.Hidden(text, printable.Lines); len(hidden) > 0 {
			t.Errorf("%s: %U in %q", what, hidden, text)
		}
	}
}
