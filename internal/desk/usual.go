package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// FewDecisions is how long a decision is taken to need where too few were made to say what is
	// usual.
	FewDecisions = 15 * time.Minute
	// UnattendedRisk is how long before its end a callback is at risk that a missing heartbeat ends:
	// sooner than one with a timeout that somebody set.
	UnattendedRisk = time.Hour

	// usualDays is how far back decisions say what is usual.
	usualDays = 28 * 24 * time.Hour
	// usualRuns is how many decisions of a queue and an hour of the day are looked at, the latest first.
	usualRuns = 200
	// minUsual is how many it takes to say what is usual.
	minUsual = 20
	// maxUsuals bounds how many times are kept.
	maxUsuals = 4096
	// maxUsualAge is how long the pages of a list keep the order of its first page.
	maxUsualAge = 24 * time.Hour
)

// Usual is what nine of ten decisions in queues take at most, by queue. It says nothing of queues in
// which too few were made.
type Usual map[string]time.Duration

// In is the usual time of a queue, [FewDecisions] if it is not known.
func (u Usual) In(queue string) time.Duration {
	if usual, ok := u[queue]; ok {
		return usual
	}
	return FewDecisions
}

// usualOf returns the time within which nine of ten decisions were made; ok is false if there are too
// few of them. It sorts what it is given.
func usualOf(took []time.Duration) (usual time.Duration, ok bool) {
	if len(took) < minUsual {
		return 0, false
	}
	slices.Sort(took)
	return took[(len(took)*9+9)/10-1], true
}

// usualAt names a time that is kept: of decisions in a queue that were made before an hour began.
type usualAt struct {
	queue string
	hour  time.Time
}

// usuals keep usual times for all readers. What was decided before an hour began does not change, so
// every replica and every page says the same until the next hour begins.
type usuals struct {
	mu   sync.Mutex
	kept map[usualAt]time.Duration // 0 for too few decisions
}

// find returns the usual times that are kept, and the queues of which none is.
func (u *usuals) find(queues []string, hour time.Time) (found Usual, missing []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	found = Usual{}
	for _, queue := range queues {
		switch usual, ok := u.kept[usualAt{queue, hour}]; {
		case !ok:
			missing = append(missing, queue)
		case usual > 0:
			found[queue] = usual
		}
	}
	return found, missing
}

func (u *usuals) keep(queue string, hour time.Time, usual time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.kept == nil || len(u.kept) >= maxUsuals {
		u.kept = map[usualAt]time.Duration{}
	}
	u.kept[usualAt{queue, hour}] = usual
}

// Usual is what decisions in a queue take at this hour; zero if too few were made to say so.
func (s *Service) Usual(ctx context.Context, queue string) (time.Duration, error) {
	usual, err := s.usualIn(ctx, []string{queue}, usualHour(nil, s.now()))
	return usual[queue], err
}

// usualIn is what decisions in queues take at an hour of the day, of what was decided before that hour
// began. A request belongs to the hour in which it arrived: what is decided in the morning may have
// waited all night.
func (s *Service) usualIn(ctx context.Context, queues []string, hour time.Time) (Usual, error) {
	found, missing := s.usuals.find(queues, hour)
	if len(missing) == 0 {
		return found, nil
	}
	took, err := s.records.Took(ctx, missing, hour, hour.Add(-usualDays), usualRuns)
	if err != nil {
		return nil, fmt.Errorf("usual times of decisions: %w", err)
	}
	for _, queue := range missing {
		usual, ok := usualOf(took[queue])
		if ok {
			usual = max(usual, time.Millisecond)
			found[queue] = usual
		}
		s.usuals.keep(queue, hour, usual)
	}
	return found, nil
}

// usualHour is the hour whose usual times a page of a list goes by: that of the first page, so that
// no row moves from one page to another while the list is read.
func usualHour(after *Cursor, now time.Time) time.Time {
	if after != nil && !after.Hour.After(now) && now.Sub(after.Hour) <= maxUsualAge {
		return after.Hour.UTC().Truncate(time.Hour)
	}
	return now.UTC().Truncate(time.Hour)
}
