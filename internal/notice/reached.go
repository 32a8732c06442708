package notice

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
)

// replanAtOnce is how many callbacks are planned again together because other people are reached, and
// ReplanPause the time between two such steps. What has changed itself is planned before.
const (
	replanAtOnce = 100
	ReplanPause  = time.Second
)

// Reaching has callbacks planned again that wait while other people come to be reached: somebody is in
// a group, a delegation begins, a setting, a browser or an account changes, the operator changes a
// route, or adds the first channel.
type Reaching interface {
	// Reached says whom queues reach, by [Circle.reaches]. The callbacks that are pending in a queue
	// which reached others before are due to be planned from now on, in the steps of Replan. nil says
	// that nobody is reached at all.
	Reached(ctx context.Context, queues map[string]string, now time.Time) error
	// Replan makes up to limit callbacks due, those first that end first, also if they were planned
	// before messages were sent. It returns when there are more to make due; zero if there are none.
	Replan(ctx context.Context, limit int, now time.Time) (next time.Time, err error)
}

// reached is what a worker has said of a circle.
type reached struct {
	circle *Circle
	queues map[string]string
	next   time.Time // when there is more to plan again; zero for nothing
}

// replan plans callbacks again that wait for other people than before. It returns when there are more.
// Each replica looks for itself and acts on a change that it sees; the store knows who was first.
func (w *Worker) replan(ctx context.Context, circle *Circle, now time.Time) (time.Time, error) {
	known := &w.reached
	if known.circle != circle {
		queues := circle.reaches()
		changed := maps.Clone(queues)
		maps.DeleteFunc(changed, func(queue, people string) bool { return known.queues[queue] == people })
		if len(changed) > 0 {
			if err := w.Store.Reached(ctx, changed, now); err != nil {
				return time.Time{}, err
			}
		}
		*known = reached{circle: circle, queues: queues, next: now} // another replica may have found more
	}
	if known.next.IsZero() || now.Before(known.next) {
		return known.next, nil
	}
	var err error
	known.next, err = w.Store.Replan(ctx, replanAtOnce, now)
	return known.next, err
}

// unreached says that nobody is told anything, so that what arrives meanwhile is told later.
func (w *Worker) unreached(ctx context.Context) error {
	if w.reached.queues != nil && w.reached.circle == nil {
		return nil // said already
	}
	if err := w.Store.Reached(ctx, nil, w.Now()); err != nil {
		return err
	}
	w.reached = reached{queues: make(map[string]string)}
	return nil
}

// reaches identifies whom each queue reaches and how, so far as it decides who is told. That somebody
// used the desk, or that their groups were read again, changes nothing.
func (c *Circle) reaches() map[string]string {
	groups, queues := make(map[string]uint64), make(map[string]uint64) // sums over those who are in them
	for i := range c.Members {
		m := &c.Members[i]
		sum := c.ways(m)
		for _, group := range m.Groups {
			groups[group] += sum
		}
		for _, d := range m.Delegations {
			for _, queue := range d.Queues {
				queues[queue] += sum
			}
		}
	}
	rules := c.Rules
	rules.Queues, rules.Groups = nil, make(map[string][]Target, len(c.Rules.Groups))
	for group, places := range c.Rules.Groups {
		rules.Groups[group] = slices.DeleteFunc(slices.Clone(places), c.off)
	}
	operator := digest(rules, c.Styles, c.Everybody)
	all := make(map[string]string, len(c.Queues))
	for name, queue := range c.Queues {
		heard := slices.Clone(queue.Groups)
		for i := range queue.Rules {
			heard = append(heard, asked(&queue.Rules[i].Terms)...)
		}
		slices.Sort(heard)
		heard = slices.Compact(heard)
		sum := operator + queues[name] + digest(c.Rules.Queues[name], heard)
		for _, group := range heard {
			sum += groups[group]
		}
		all[name] = strconv.FormatUint(sum, 36)
	}
	return all
}

// ways are the ways in which somebody is reached and the rights for which they are, as a number.
func (c *Circle) ways(m *Member) uint64 {
	type right struct {
		ID, From     string
		Groups       []string
		Since, Until time.Time
	}
	var rights []right
	for _, d := range m.Delegations {
		rights = append(rights, right{d.ID, d.From.ID, d.From.Groups, d.Since, d.Until})
	}
	slices.SortFunc(rights, func(a, b right) int { return cmp.Compare(a.ID, b.ID) }) // they are read in any order
	places := make(map[string][]string, len(m.Places))
	for channel, of := range m.Places {
		places[channel] = slices.DeleteFunc(slices.Clone(of), func(place string) bool { return c.off(Target{Channel: channel, Place: place}) })
	}
	return digest(m.ID, m.Roles, m.Groups, m.Settings, places, rights)
}

// digest is a number for values, with which those that are different differ.
func digest(values ...any) uint64 {
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // texts, numbers and times
	}
	sum := sha256.Sum256(text)
	return binary.BigEndian.Uint64(sum[:])
}
