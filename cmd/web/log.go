package main

import (
	"fmt"
	"io"
	"log/slog"

	"countersign/internal/config"
	"countersign/internal/printable"
)

const (
	// maxLogText bounds a logged text, in bytes. Paths, causes and names may come from strangers.
	maxLogText = 2 << 10
	// maxLogError bounds a logged error. It leaves room for the stack of a panic.
	maxLogError = 8 << 10
)

func newLogger(settings config.Log, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: settings.Level, ReplaceAttr: tame}
	if settings.Format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// newTextLogger returns a logger for commands that a person watches. level is the value of a flag.
func newTextLogger(level string, w io.Writer) (*slog.Logger, error) {
	settings := config.Log{Format: config.LogText}
	if err := settings.Level.UnmarshalText([]byte(level)); err != nil {
		return nil, err
	}
	return newLogger(settings, w), nil
}

// tame bounds one attribute of a log line, which has at most about a dozen, and marks characters
// that would control or deceive the terminal that shows it. It writes durations with their unit. It
// is for [slog.HandlerOptions].
func tame(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(clipped(a.Value.String(), maxLogText))
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case error:
			a.Value = slog.StringValue(clipped(v.Error(), maxLogError))
		case fmt.Stringer:
			a.Value = slog.StringValue(clipped(v.String(), maxLogError))
		}
	case slog.KindDuration: // as JSON it would be a bare number of nanoseconds
		a.Value = slog.StringValue(a.Value.Duration().String())
	case slog.KindBool, slog.KindFloat64, slog.KindInt64, slog.KindTime, slog.KindUint64: // short
	case slog.KindGroup, slog.KindLogValuer: // its parts come here one by one
	}
	return a
}

// clipped returns at most limit bytes of a text and says how much is missing. It keeps line ends,
// because stacks have them and both formats escape them.
func clipped(s string, limit int) string {
	shown := printable.String(printable.Cut(s, limit), printable.Lines)
	if len(s) <= limit {
		return shown
	}
	return fmt.Sprintf("%s… (%d bytes more)", shown, len(s)-limit)
}
