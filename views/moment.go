package views

import (
	"time"
)

// ZoneCookie is the name of the cookie in which the theme script keeps the reader's time zone, an IANA name.
const ZoneCookie = "zone"

// Moment is when a page is made, and the time zone that its reader lives in.
type Moment struct {
	Now  time.Time
	Zone *time.Location
}

// Zone is the time zone of that name, or UTC when it is not known. Names come from a cookie.
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

// in is t on the reader's wall clock.
func (m Moment) in(t time.Time) time.Time {
	if m.Zone == nil {
		return t.UTC()
	}
	return t.In(m.Zone)
}

// Left is the time from this moment to t, never negative.
func (m Moment) Left(t time.Time) time.Duration { return max(t.Sub(m.Now), 0) }

// Since is the time from t to this moment, never negative.
func (m Moment) Since(t time.Time) time.Duration { return max(m.Now.Sub(t), 0) }
