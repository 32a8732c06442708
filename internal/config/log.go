package config

import (
	"fmt"
	"log/slog"
)

// Log says what is logged to standard error.
type Log struct {
	Level  slog.Level `env:"LEVEL" envDefault:"info" help:"Minimum log level: debug, info, warn or error." example:"debug"`
	Format LogFormat  `env:"FORMAT" envDefault:"json" help:"Form of the log lines: text or json." example:"text"`
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
