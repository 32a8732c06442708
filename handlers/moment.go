package handlers

import (
	"errors"
	"time"
)

var errMoment = errors.New("a time such as 2026-11-23T14:30 or 2026-11-23T14:30:00+01:00")

// localLayouts are what inputs of type datetime-local send: the reader's wall clock, without a zone.
var localLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05"}

// parseMoment reads an instant of an address to the second, zero for none.
func parseMoment(s string, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	for _, layout := range localLayouts {
		if err != nil {
			t, err = time.ParseInLocation(layout, s, zone)
		}
	}
	// Stores count milliseconds in 64 bits and RFC 3339 has four digits for the year.
	if t = t.UTC().Truncate(time.Second); err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, errMoment
	}
	return t, nil
}

// formatMoment writes what parseMoment reads.
func formatMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
