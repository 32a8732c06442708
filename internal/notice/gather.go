package notice

import (
	"context"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/worker"
)

// Bounds of a circle.
const (
	// circleAge is how old what is known of people may be.
	circleAge = 10 * time.Second
	// seenWithin is how long somebody counts as seen after they last used the desk.
	seenWithin   = 30 * 24 * time.Hour
	maxPeople    = 10_000
	maxHeld      = 5000 // delegations: those in force since the oldest request that may still wait arrived
	maxPauses    = 1000
	channelPause = 5 * time.Minute // of a channel that does not accept our credentials
)

// gathered is a circle with what it was made of.
type gathered struct {
	*Circle
	setup  *Setup
	at     time.Time
	pauses []Pause
}

// circle returns who may be told and how, read again every few seconds.
func (w *Worker) circle(ctx context.Context, setup *Setup) (*Circle, error) {
	now := w.Now()
	w.mu.Lock()
	known := w.gathered
	w.mu.Unlock()
	if known != nil && known.setup == setup && now.Sub(known.at).Abs() < circleAge {
		return known.Circle, nil
	}
	g := &gathered{Circle: &Circle{Queues: setup.Queues, Rules: setup.Rules, Styles: make(map[string]Style), Off: make(map[Target]Pause)}, setup: setup, at: now}
	for name, channel := range setup.Channels {
		g.Styles[name] = channel.Style()
	}
	var err error
	if g.pauses, err = w.Store.Pauses(ctx, now, maxPauses); err != nil {
		return nil, err
	}
	for _, p := range g.pauses {
		if p.Place != "" && p.Until.Equal(ForGood) {
			g.Off[Target{Channel: p.Channel, Place: p.Place}] = p
		}
	}
	if err := w.gatherPeople(ctx, g, now); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gathered = g
	return g.Circle, nil
}

// gatherPeople reads the people seen, what they chose, and who acts for whom.
func (w *Worker) gatherPeople(ctx context.Context, g *gathered, now time.Time) error {
	profiles, err := w.Desk.PeopleSeen(ctx, now.Add(-seenWithin), maxPeople)
	if err != nil {
		return err
	}
	held, err := w.Desk.DelegationsSince(ctx, now.Add(-callbacks.LongestWait), now, maxHeld)
	if err != nil {
		return err
	}
	reach, err := w.Preferences.Reachable(ctx, now.Add(-seenWithin), maxPeople)
	if err != nil {
		return err
	}
	delegations := delegation.NewIndex(held, g.setup.Person)
	g.Everybody = w.Everybody && len(profiles) < maxPeople
	for _, profile := range profiles {
		person := g.setup.Person(profile)
		m := Member{Signer: delegations.Signer(person), Settings: NewSettings(), Places: make(map[string][]string)}
		r := reach[person.ID]
		if r.Settings != nil {
			m.Settings = *r.Settings
		}
		if person.EmailVerified {
			m.Places[Email] = []string{person.Email}
		}
		if len(r.Subscriptions) > 0 {
			m.Places[Push] = r.Subscriptions
		}
		for _, a := range r.Accounts {
			m.Places[a.Channel] = []string{a.Account}
		}
		g.Members = append(g.Members, m)
	}
	return nil
}

// resting are the channels that get nothing now: they are paused, asked to be left alone, or are not
// configured any more.
func (w *Worker) resting(c *Circle, now time.Time) (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range []string{Slack, Email, Push, Teams, Webhooks} {
		_, configured := c.Styles[name]
		if !configured || now.Before(w.rests[name]) || w.paused(name, "", now) != nil {
			names = append(names, name)
		}
	}
	return names
}

// Backlogs are those of [Store.Backlogs], of channels that are to send now: what a muted or a removed
// channel holds back is meant to wait.
func (w *Worker) Backlogs(ctx context.Context, now, since time.Time) (map[string]Backlog, error) {
	all, err := w.Store.Backlogs(ctx, now, since)
	setup := w.Setup()
	if err != nil || setup == nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for name := range all {
		pause := w.paused(name, "", now)
		if _, configured := setup.Channels[name]; !configured || pause != nil && pause.Code == "" {
			delete(all, name)
		}
	}
	return all, nil
}

// rested is when the first of the channels that asked to be left alone has rested; zero if none rests.
func (w *Worker) rested(now time.Time) (first time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, until := range w.rests {
		if until.After(now) {
			first = earliest(first, until)
		}
	}
	return first
}

// paused returns the pause of a place or a channel; nil if there is none. The caller holds the mutex.
func (w *Worker) paused(channel, place string, now time.Time) *Pause {
	if w.gathered == nil {
		return nil
	}
	for i := range w.gathered.pauses {
		if p := &w.gathered.pauses[i]; p.Channel == channel && p.Place == place && now.Before(p.Until) {
			return p
		}
	}
	return nil
}

// pauseOf is the pause of a place; nil if it may get messages now.
func (w *Worker) pauseOf(t Target, now time.Time) *Pause {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.paused(t.Channel, t.Place, now)
}

// rest leaves a channel alone for a while.
func (w *Worker) rest(channel string, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rests[channel] = callbacks.Latest(w.rests[channel], until)
}

// worksAs is the worker in the audit.
var worksAs = callbacks.System("notices")

// pause puts a pause on record, for every replica.
func (w *Worker) pause(ctx context.Context, p Pause) {
	ctx, cancel := worker.Outlive(ctx, worker.StopWrites, finishTimeout)
	defer cancel()
	p.By = worksAs
	if err := w.Store.Pause(ctx, p); err != nil {
		w.Log.ErrorContext(ctx, "a pause was not recorded; the next attempt makes it again", "channel", p.Channel, "error", err)
	}
	w.Forget()
}
