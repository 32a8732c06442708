package words

import (
	"strings"
	"time"
)

// ZoneCookie is the name of the cookie in which a script stores the reader's time zone, an IANA
// name. The sign-in page sets it, so that the first page with times in it already knows the zone.
const ZoneCookie = "zone"

// Moment is the time at which a page is rendered, and the reader's time zone.
type Moment struct {
	Now  time.Time
	Zone *time.Location // nil means UTC
}

// Zone returns the time zone of that name, or UTC if the name is unknown. Names come from a cookie.
func Zone(name string) *time.Location {
	const longest = 64
	if name == "" || name == "Local" || len(name) > longest {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// ZoneName returns the name of the reader's time zone, "Europe/Berlin".
func (m Moment) ZoneName() string {
	if m.Zone == nil {
		return time.UTC.String()
	}
	return m.Zone.String()
}

// Left returns the time from this moment to t, never negative.
func (m Moment) Left(t time.Time) time.Duration { return max(t.Sub(m.Now), 0) }

// Since returns the time from t to this moment, never negative.
func (m Moment) Since(t time.Time) time.Duration { return max(m.Now.Sub(t), 0) }

// Local returns t in the reader's time zone.
func (m Moment) Local(t time.Time) time.Time {
	if m.Zone == nil {
		return t.UTC()
	}
	return t.In(m.Zone)
}

// Clock formats t in the reader's time zone, with the day if it is not today: "14:32:10", "25 Nov,
// 14:32".
func (m Moment) Clock(t time.Time) string {
	local, now := m.Local(t), m.Local(m.Now)
	switch {
	case sameDay(local, now):
		return local.Format("15:04:05")
	case local.Year() == now.Year():
		return local.Format("2 Jan, 15:04")
	}
	return local.Format("2 Jan 2006, 15:04")
}

// Minute formats t as a deadline in a sentence, without its seconds: "14:32", "25 Nov, 14:32".
func (m Moment) Minute(t time.Time) string {
	if local := m.Local(t); sameDay(local, m.Local(m.Now)) {
		return local.Format("15:04")
	}
	return m.Clock(t)
}

// Exact formats t to the millisecond, for receipts.
func (m Moment) Exact(t time.Time) string {
	local := m.Local(t)
	if sameDay(local, m.Local(m.Now)) {
		return local.Format("15:04:05.000")
	}
	return local.Format("2 Jan 2006, 15:04:05.000")
}

// Full formats t with its day and zone, and with its year if it is not the current one: "Tue 24
// Nov, 14:32:10 CET", "Wed 24 Nov 2027, 14:32:10 CET". The zone's name is the one in force at t: a
// time in summer has another name than one in winter.
func (m Moment) Full(t time.Time) string {
	local, day := m.Local(t), "Mon 2 Jan"
	if local.Year() != m.Local(m.Now).Year() {
		day = "Mon 2 Jan 2006"
	}
	return local.Format(day+", 15:04:05") + " " + zoneName(local)
}

// zoneName returns the name of the zone at a time: "UTC", "CET", or "UTC+0530" if it has no name.
func zoneName(local time.Time) string {
	name := local.Format("MST")
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

func sameDay(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }
