package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Faults of a time.
var (
	errNotInstant = errors.New("a time like 2026-11-22T09:30:00Z is expected (RFC 3339)")
	errNoOffset   = fmt.Errorf("%w; this one has no offset: end it with Z for UTC or with an offset like +01:00", errNotInstant)
	errNoLeap     = fmt.Errorf("%w; second 60 is a leap second, which only ends the last day of a month in UTC", errNotInstant)
)

// instantForm is the form of a time: RFC 3339, which allows small letters and a space for the T,
// and times without seconds, as java.time writes them at second 0. The parser checks the numbers.
var instantForm = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)?$`)

// maxInstant bounds the text of a time. No clock writes so long a text.
const maxInstant = 64

// readInstant is the time in a JSON value.
func readInstant(raw json.RawMessage) (time.Time, error) {
	var text string
	if raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return time.Time{}, errNotInstant
	}
	return parseInstant(text)
}

// parseInstant reads a time of RFC 3339 and returns it in UTC.
func parseInstant(text string) (time.Time, error) {
	if len(text) > maxInstant {
		return time.Time{}, errNotInstant
	}
	parts := instantForm.FindStringSubmatch(text)
	if parts == nil {
		return time.Time{}, errNotInstant
	}
	day, minute, second, fraction, offset := parts[1], parts[2], parts[3], parts[4], strings.ToUpper(parts[5])
	switch {
	case offset == "":
		return time.Time{}, errNoOffset
	case second == "" && fraction == "":
		second = ":00"
	}
	leap := second == ":60"
	if leap {
		second = ":59"
	}
	var t time.Time
	if t.UnmarshalText([]byte(day+"T"+minute+second+fraction+offset)) != nil {
		return time.Time{}, errNotInstant
	}
	if t = t.UTC(); !leap {
		return t, nil
	}
	// Unix time counts a leap second as the first second of the next day.
	t = t.Add(time.Second)
	if t.Day() != 1 || t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0 {
		return time.Time{}, errNoLeap
	}
	return t, nil
}
