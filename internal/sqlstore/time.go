package sqlstore

import "time"

// noDeadline stands for "never" in the column deadline, so that what never ends by itself sorts
// last: the end of the year 9999.
const noDeadline = 253402300799999

// millis is a time as a column holds it; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis is the time in a column, in UTC.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// seconds is a duration as a column holds it. A part of a second counts as a whole one: rounding
// down would turn a short clock into none.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
