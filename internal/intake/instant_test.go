package intake_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/intake"
)

// TestDecodeInstants: what RFC 3339 allows and libraries write is taken, whatever its spelling; the
// rest is refused.
func TestDecodeInstants(t *testing.T) {
	t.Parallel()
	at := func(hour, minute, second, ns int) time.Time {
		return time.Date(2027, 1, 2, hour, minute, second, ns, time.UTC)
	}
	newYear := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2027-01-02T10:00:00Z": at(10, 0, 0, 0),
		"2027-01-02t10:00:00z": at(10, 0, 0, 0),
		// str() of Python's datetime
		"2027-01-02 10:00:00+00:00": at(10, 0, 0, 0),
		// java.time leaves out seconds that are 0
		"2027-01-02T10:00Z":      at(10, 0, 0, 0),
		"2027-01-02T10:00+01:00": at(9, 0, 0, 0),
		// UTC, the place unknown
		"2027-01-02T10:00:00-00:00": at(10, 0, 0, 0),
		// System.Text.Json escapes the plus
		"2027-01-02T10:00:00\\u002B01:00":                    at(9, 0, 0, 0),
		"2027-01-02T10:00:00.1234567Z":                       at(10, 0, 0, 123_456_700),
		"2027-01-02T10:00:00.123456789012Z":                  at(10, 0, 0, 123_456_789),
		"2026-12-31T23:59:60Z":                               newYear,
		"2026-12-31t23:59:60.5z":                             newYear.Add(500 * time.Millisecond),
		"2027-01-01T00:59:60+01:00":                          newYear,
		"2026-12-31T15:59:60-08:00":                          newYear,
		"2026-12-31T23:59:59Z":                               newYear.Add(-time.Second),
		"2027-01-02":                                         {},
		"2027-01-02T10:00":                                   {},
		"2027-01-02T10Z":                                     {},
		"2027-01-02T10:00.5Z":                                {},
		"2027-01-02T10:00:00,5Z":                             {},
		"2027-01-02T10:00:00+0100":                           {},
		"2027-01-02T10:00:00+24:00":                          {},
		"2027-01-02T10:00:00+01:00[Europe/Paris]":            {},
		"2027-01-02T24:00:00Z":                               {},
		"2027-01-02T10:60:00Z":                               {},
		"2027-01-02T10:00:61Z":                               {},
		"2027-01-02T10:00:60Z":                               {}, // no leap second falls there
		"2027-01-01T23:59:60Z":                               {},
		"2026-12-31T23:59:60-01:00":                          {},
		"2027-02-30T10:00:00Z":                               {},
		"2027-01-02T10:00:00Z ":                              {},
		"２０２７-01-02T10:00:00Z":                               {},
		"":                                                   {},
		"2027-01-02T10:00:00." + numbered(70, "0%.0d") + "Z": {},
	} {
		a, err := intake.Decode(fmt.Appendf(nil, `{"callbackId":"QUJD","executionDeadline":"%s"}`, text))
		if (err == nil) == want.IsZero() || !a.ExecutionDeadline.Equal(want) {
			t.Errorf("%q gives %v and %v, want %v", text, a.ExecutionDeadline, err, want)
		}
	}
}

// TestDecodeSeconds: JSON has one kind of number.
func TestDecodeSeconds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"86400": 24 * time.Hour, "86400.0": 24 * time.Hour, "8.64e4": 24 * time.Hour, "864E2": 24 * time.Hour, "8640000e-2": 24 * time.Hour,
		"0": 0, "0.0": 0, "-0.0": 0, "1e0": time.Second, "2147483647.0": 2147483647 * time.Second,
	} {
		a, err := intake.Decode(fmt.Appendf(nil, `{"callbackId":"QUJD","timeoutSeconds":%s,"heartbeatTimeoutSeconds":%[1]s}`, text))
		if err != nil || a.Timeout != want || a.HeartbeatTimeout != want {
			t.Errorf("%s gives %v, %v and %v; want %v", text, a.Timeout, a.HeartbeatTimeout, err, want)
		}
	}
}
