package wire

import (
	"strconv"
	"time"
)

// The protocol has two time formats: API answers carry epoch seconds with a fraction, and the
// payload of an invocation carries epoch milliseconds as an integer. Both are precise to the
// millisecond, so the engine cuts its own clock readings to milliseconds.
type (
	// EpochSeconds is written with a fraction.
	EpochSeconds time.Time
	// EpochMillis is written as an integer.
	EpochMillis time.Time
)

// Timestamp is either format.
type Timestamp interface{ EpochSeconds | EpochMillis }

// MarshalJSON writes seconds with a fraction of at most three digits.
func (t EpochSeconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', -1, 64), nil
}

// MarshalJSON writes an integer.
func (t EpochMillis) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, time.Time(t).UnixMilli(), 10), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. It is for events that come from a file.
func (t *EpochSeconds) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return err
	}
	*t = EpochSeconds(time.UnixMilli(int64(seconds*1000 + 0.5)).UTC())
	return nil
}

// Stamp returns nil for the zero time, which leaves an optional timestamp out of the answer.
func Stamp[T Timestamp](t time.Time) *T {
	if t.IsZero() {
		return nil
	}
	s := T(t)
	return &s
}
