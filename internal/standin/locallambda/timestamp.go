package locallambda

import (
	"strconv"
	"time"
)

// The protocol writes time in two ways: API answers carry epoch seconds with a fraction, the payload of an invocation
// carries epoch milliseconds as an integer. Both keep milliseconds and no more, which is why the engine's own clock readings
// are cut to milliseconds.
type (
	epochSeconds time.Time
	epochMillis  time.Time
)

// timestamp is either way.
type timestamp interface{ epochSeconds | epochMillis }

// MarshalJSON writes seconds with a fraction of at most three digits.
func (t epochSeconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', -1, 64), nil
}

// MarshalJSON writes an integer.
func (t epochMillis) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, time.Time(t).UnixMilli(), 10), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, for events that come from a file.
func (t *epochSeconds) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return err
	}
	*t = epochSeconds(time.UnixMilli(int64(seconds*1000 + 0.5)).UTC())
	return nil
}

// stamp is nil for the zero time, which leaves an optional timestamp out of the answer.
func stamp[T timestamp](t time.Time) *T {
	if t.IsZero() {
		return nil
	}
	s := T(t)
	return &s
}
