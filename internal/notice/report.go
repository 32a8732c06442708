package notice

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Reports says how channels do, for admins, and lets them try again. Implementations pass the
// contract of package noticetest.
type Reports interface {
	// Health returns what each channel did lately and what it has left, in no order. Places that the
	// operator named, of [Teams] and [Webhooks], are apart.
	Health(ctx context.Context, now time.Time) ([]Health, error)
	// Retry makes the messages of a channel due whose latest attempt failed, at most [MaxFailing]
	// of them, and returns how many there were. With a place, only those of that place. If there
	// were any, it writes [RetriedEntry].
	Retry(ctx context.Context, channel, place string, by callbacks.Actor, now time.Time) (int, error)

	// Story is [Store.Notices] with the names of people, with what keeps notices from being sent, and
	// with those that failed and are not to be told any more.
	Story(ctx context.Context, id callbacks.ID, now time.Time) ([]Notice, error)
	// Pause and Pauses are those of [Store].
	Pause(ctx context.Context, p Pause) error
	Pauses(ctx context.Context, now time.Time, limit int) ([]Pause, error)
}

// Bounds of a report. Beyond them numbers are at least so high.
const (
	HealthHours = 12
	MaxSent     = 20_000
	MaxFailing  = 1000
)

// Health is how a channel does.
type Health struct {
	Channel string
	Place   string // of [Teams] and [Webhooks]; empty for other channels
	// Hours are the messages told in each of the last hours, the latest last.
	Hours    [HealthHours]int
	LastSent time.Time // in these hours; zero for none
	Waiting  int       // due and not sent
	// Failing are the messages whose latest attempt failed and that are tried again, and GivenUp those
	// that are not. The rest is of the latest that fails, or that was given up if none does.
	Failing      int
	GivenUp      int
	FailingSince time.Time // when the first of its attempts was made
	Fault        FaultCode
	Words        string
	FailedAt     string    // the place that failed; empty if it is a person's
	Tries        int       // of a message that fails
	Next         time.Time // when it is tried next; zero for never
}

// Sent is how many messages were told in the last hours.
func (h Health) Sent() (n int) {
	for _, hour := range h.Hours {
		n += hour
	}
	return n
}

// OwnPlaces reports whether the operator names the places of a channel, so that each of them is
// looked after by itself.
func OwnPlaces(channel string) bool { return channel == Teams || channel == Webhooks }
