package discovery

import (
	"cmp"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// EveryFunction in place of a function's name stands for every durable function of a lane.
const EveryFunction = "*"

// Watch is a function whose executions are searched for callbacks.
type Watch struct {
	Function string // its name or unqualified ARN, as requests name it, or [EveryFunction]
	Account  string // one that was configured; empty for that of the default credentials
	Region   string // empty means the configured default
	Queue    string // where its callbacks go that nobody announced
}

// Lane is where the function lives.
func (w Watch) Lane() callbacks.Lane { return callbacks.Lane{Account: w.Account, Region: w.Region} }

// Name is the function's name, also where it is watched by its ARN.
func (w Watch) Name() string { return cmp.Or(arn.OfFunction(w.Function).Function(), w.Function) }

// WatchState is a watch with what its scans brought.
type WatchState struct {
	Watch
	DueAt     time.Time        // of the next scan
	ScanFrom  time.Time        // begin of the scan that runs, zero when none does
	ScannedAt time.Time        // end of the last scan that went through, zero before the first
	Problem   callbacks.Answer // what the last scan met, empty when it met nothing
	// Counts as of the last scan: running executions, callbacks open in them, how many of those
	// nobody announced, and how many beside them an [Exception] leaves out.
	Running, Open, Unannounced, LeftOut int
}

// Interval is the time between the beginnings of two scans, where the budget does not stretch it.
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
	SeenAt  time.Time // begin of the scan that listed it last
	CheckAt time.Time // when its history is read again
}

// Origin says where a watch comes from.
type Origin string

// The origins.
const (
	OriginConfig Origin = "config" // the operator named it
	OriginRegion Origin = "region" // [EveryFunction] stands for it
)
