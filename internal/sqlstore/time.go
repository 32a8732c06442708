package sqlstore

import "time"

// noDeadline stands for "never" in the column deadline, so that callbacks that never end by
// themselves sort last. It is the end of the year 9999.
const noDeadline = 253402300799999

// millis converts a time for a column. The zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis converts the time in a column, in UTC.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// seconds converts a duration for a column. It rounds up to whole seconds, because rounding down
// would turn a short clock into none.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
