package discovery

import (
	"cmp"
	"time"

	"countersign/internal/arn"
	"countersign/internal/replies"
)

// EveryFunction stands in place of a function's name for every durable function of a lane.
const EveryFunction = "*"

// Watch is a function whose executions are searched for callbacks.
type Watch struct {
	Function string // its name or unqualified ARN, as used in requests, or [EveryFunction]
	Account  string // a configured account; empty for that of the default credentials
	Region   string // empty means the configured default
	Queue    string // for its callbacks that nobody announced
}

// Lane is the lane the function lives in.
func (w Watch) Lane() arn.Lane { return arn.Lane{Account: w.Account, Region: w.Region} }

// Name is the function's name, also if it is watched by its ARN.
func (w Watch) Name() string { return cmp.Or(arn.OfFunction(w.Function).Function(), w.Function) }

// WatchState is a watch with the results of its scans.
type WatchState struct {
	Watch
	DueAt     time.Time     // of the next scan
	ScanFrom  time.Time     // start of the current scan, zero if none runs
	ScannedAt time.Time     // end of the last complete scan, zero before the first
	Problem   replies.Reply // of the last scan, empty if it met none
	// Counts of the last scan: running executions, callbacks open in them, those of them that
	// nobody announced, and those besides that an [Exception] leaves out.
	Running, Open, Unannounced, LeftOut int
}

// Interval is the time between the starts of two scans, unless the read quota stretches it.
func (w Watch) Interval() time.Duration {
	if w.Function == EveryFunction {
		return regionInterval
	}
	return scanInterval
}

// WatchedExecution is a running execution of a watched function.
type WatchedExecution struct {
	ARN     string
	Trace   Trace
	SeenAt  time.Time // start of the scan that listed it last
	CheckAt time.Time // when its history is read next
}
