package config

import (
	"fmt"
	"log/slog"
)

// Log says what is logged to standard error.
type Log struct {
	Level  slog.Level `env:"LEVEL" envDefault:"info"`
	Format LogFormat  `env:"FORMAT" envDefault:"json"`
}

// LogFormat is the form of the log lines.
type LogFormat string

// Log formats.
const (
	LogText LogFormat = "text" // for people
	LogJSON LogFormat = "json" // for log collectors
)

// UnmarshalText reads text or json.
func (f *LogFormat) UnmarshalText(text []byte) error {
	switch format := LogFormat(text); format {
	case LogText, LogJSON:
		*f = format
		return nil
	}
	return fmt.Errorf("must be text or json, not %q", text)
}
