package query

import (
	"errors"
	"time"
)

var errMoment = errors.New("a day such as 2026-11-23 or a time such as 2026-11-23T14:30 or 2026-11-23T14:30:00+01:00")

// localLayouts are the formats of datetime-local inputs: the reader's wall clock, without a zone.
var localLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05"}

// ParseMoment reads an instant in an address to the second, zero for none. A day, as date inputs
// send it, means its beginning.
func ParseMoment(s string, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return storable(beginning(day, zone))
	}
	t, err := time.Parse(time.RFC3339, s)
	for _, layout := range localLayouts {
		if err != nil {
			t, err = time.ParseInLocation(layout, s, zone)
		}
	}
	if err != nil {
		return time.Time{}, errMoment
	}
	return storable(t)
}

// ParseEnd reads the instant at which a range ends. A day is part of the range.
func ParseEnd(s string, zone *time.Location) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return storable(beginning(day.AddDate(0, 0, 1), zone))
	}
	return ParseMoment(s, zone)
}

// beginning is when a day begins in a zone. Where clocks go forward at midnight, that is an hour
// late.
func beginning(day time.Time, zone *time.Location) time.Time {
	t := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	if t.Day() != day.Day() {
		t = t.Add(time.Hour)
	}
	return t
}

// storable is t to the second. Stores count milliseconds in 64 bits and RFC 3339 has four digits
// for the year.
func storable(t time.Time) (time.Time, error) {
	if t = t.UTC().Truncate(time.Second); t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, errMoment
	}
	return t, nil
}

// FormatMoment writes what ParseMoment reads.
func FormatMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
