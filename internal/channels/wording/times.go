package wording

import (
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// Clock is a time as its reader says it: "14:32", or "Thu 26 Nov, 17:55" if that is another day
// than that of at, both in the zone.
func Clock(t, at time.Time, zone *time.Location) string {
	local, day := t.In(zone), at.In(zone)
	switch {
	case local.YearDay() == day.YearDay() && local.Year() == day.Year():
		return local.Format("15:04")
	case local.Year() == day.Year():
		return local.Format("Mon 2 Jan, 15:04")
	}
	return local.Format("2 Jan 2006, 15:04")
}

// Ends says when a callback ends and by which clock: "Ends 14:32, by timeout."
func Ends(i notice.Item, m *notice.Message) string {
	if i.Deadline.IsZero() {
		return "It has no time limit."
	}
	return "Ends " + EndsAt(i, m) + clockName(i.Cause) + "."
}

// EndsAt is the time at which a callback ends: "14:32". It is empty if no clock runs.
func EndsAt(i notice.Item, m *notice.Message) string {
	if i.Deadline.IsZero() {
		return ""
	}
	return Clock(i.Deadline, m.At, m.Zone)
}

// clockName names the clock, as the end of a sentence.
func clockName(cause callbacks.DeadlineCause) string {
	switch cause {
	case callbacks.CauseTimeout:
		return ", by timeout"
	case callbacks.CauseHeartbeat:
		return ", by heartbeat"
	case callbacks.CauseExecution:
		return ", with the execution"
	case callbacks.NoDeadline:
	}
	return ""
}

// Left is how long it is until a callback ends, in its largest unit: "41 min", "5 h", "2 days". It
// is empty if no clock runs.
func Left(i notice.Item, at time.Time) string {
	const day = 24 * time.Hour
	left := max(i.Deadline.Sub(at), 0)
	switch {
	case i.Deadline.IsZero():
		return ""
	case left < time.Minute:
		return fmt.Sprintf("%d s", left/time.Second)
	case left < 2*time.Hour:
		return fmt.Sprintf("%d min", left/time.Minute)
	case left < 2*day:
		return fmt.Sprintf("%d h", left/time.Hour)
	}
	return fmt.Sprintf("%d days", left/day)
}
