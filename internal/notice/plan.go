package notice

import "time"

// Plan is what people have to be told of one callback, as it is now.
type Plan struct {
	Notices []Planned
	// Next is when the callback is planned again although nothing changes; zero for never.
	Next time.Time
}
