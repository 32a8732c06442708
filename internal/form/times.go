package form

import (
	"strings"
	"time"
)

// localTime is what an input for a date and a time posts; seconds are left out if there are none.
const (
	localTime   = "2006-01-02T15:04:05"
	localMinute = "2006-01-02T15:04"
)

// isDate reports whether an input for a day can hold a text. No browser has a year 0.
func isDate(text string) bool {
	day, err := time.Parse(time.DateOnly, text)
	return err == nil && day.Year() > 0
}

// showTime shows a date-time in the zone of the field, without fractions of a second: they stay unless
// another time is typed. A value that the input cannot hold is a line of text.
func (e *Entry) showTime() {
	text := plain(e.Was)
	if text == "" && e.Was.Kind() != String {
		e.Zone = e.zoneName(time.Time{})
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	local := at.In(e.zone())
	if err != nil || !strings.HasPrefix(text, at.Format(localTime)) || strings.ContainsRune(text, ',') || local.Year() < 1 || local.Year() > 9999 {
		e.Widget = Line
		e.showText(text)
		return
	}
	e.Text, e.Zone = strings.TrimSuffix(local.Format(localTime), ":00"), e.zoneName(at)
}

// zone is where a date-time is shown and read: the schema's zone, or else that of the proposed value,
// or else UTC.
func (e *Entry) zone() *time.Location {
	location, err := time.LoadLocation(e.Field.Zone)
	if err != nil {
		location = time.UTC // New has refused the schema
	}
	proposed, err := time.Parse(time.RFC3339, e.Was.Unquoted())
	if err != nil || e.Field.Zone != "" {
		return location
	}
	if _, offset := proposed.Zone(); offset != 0 {
		return time.FixedZone("", offset)
	}
	return location
}

// zoneName says where a time is read: "Europe/Vilnius, UTC+2", or "UTC+2" where only the offset is
// known. The offset is left out of a zone as long as no time is known.
func (e *Entry) zoneName(at time.Time) string {
	zone := e.zone()
	if at.IsZero() {
		return zone.String()
	}
	offset := "UTC" + strings.TrimSuffix(at.In(zone).Format("-07:00"), ":00")
	offset = strings.Replace(strings.Replace(offset, "+0", "+", 1), "-0", "-", 1)
	if offset == "UTC+0" {
		offset = "UTC"
	}
	if name := zone.String(); name != "" && name != "UTC" {
		return name + ", " + offset
	}
	return offset
}

// readTime reads what the input posted, in the zone of the field.
func (e *Entry) readTime(typed string) (Value, string) {
	at, ok := parseLocal(typed, e.zone())
	if !ok {
		return Value{}, "a day and a time, written 2026-12-11T09:30"
	}
	if asTyped, _ := parseLocal(typed, time.UTC); at.Format(localTime) != asTyped.Format(localTime) {
		return Value{}, "a time that exists: on this day the clocks go forward past it"
	}
	e.Zone = e.zoneName(at)
	return Text(at.Format(time.RFC3339)), ""
}

func parseLocal(text string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{localMinute, localTime} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// sameTime reports whether two texts of a date-time's input say the same.
func sameTime(a, b string) bool {
	one, ok := parseLocal(a, time.UTC)
	other, both := parseLocal(b, time.UTC)
	return ok && both && one.Equal(other)
}
