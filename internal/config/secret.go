package config

import "log/slog"

// redacted is printed instead of a secret.
const redacted = "redacted"

// Secret is text that is never printed, logged or encoded. Only a conversion to string reveals it,
// on purpose.
type Secret string

// String hides the secret. An empty secret stays empty, so that one can see whether it is set.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
