package sqlstore

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/sqlstore/engine"
	"countersign/internal/sqlstore/words"
)

const (
	// maxArms bounds the arms of one statement. SQLite accepts at most 500.
	maxArms = 400
	// maxSearchWords bounds the words of one search.
	maxSearchWords = 16
)

// condition is a part of a statement with its arguments.
type condition struct {
	text string
	args []any
}

func where(text string, args ...any) condition { return condition{text, args} }

// arm is one walk along one index: conditions that all hold. A query has one arm for each queue and
// state, so that each arm walks exactly what the person may see, in order.
type arm struct {
	where []condition
	mixed bool          // it finds callbacks of queues with different usual times
	usual time.Duration // that of its queue, if it is not mixed
	queue string        // the queue; empty if it is mixed, or of all queues
}

// in is the arm with a condition before its others.
func (a arm) in(c condition) arm {
	a.where = append([]condition{c}, a.where...)
	return a
}

// and is the arm with one more condition.
func (a arm) and(c condition) arm {
	a.where = append(slices.Clip(a.where), c)
	return a
}

// walk is how a query finds callbacks: the table that it reads, and its arms. Without arms it finds
// nothing.
type walk struct {
	from  condition
	arms  []arm
	usual desk.Usual
}

// with is the walk with one more condition on every arm.
func (w walk) with(c condition) walk {
	arms := make([]arm, len(w.arms))
	for i, a := range w.arms {
		arms[i] = a.and(c)
	}
	w.arms = arms
	return w
}

// walkOf plans a query.
func (s *Store) walkOf(q desk.Query, queues []string, allQueues bool) walk {
	w := walk{from: where("callbacks"), usual: q.Usual}
	wanted := q.Wanted()
	if len(wanted) == 0 || !allQueues && len(queues)+len(q.Escalated) == 0 {
		return w
	}
	common := filterConditions(q.Filter)
	candidates := s.candidates(q)
	if len(candidates) > 0 {
		one := narrowed(q, queues, allQueues)
		for i, c := range candidates {
			if i == 0 {
				w.from = where(strings.Replace(s.dialect.LookUp, "%", c.text, 1), c.args...)
				continue
			}
			one = one.and(where("num in ("+c.text+")", c.args...))
		}
		w.arms = []arm{one}
		return w.atRisk(q)
	}
	for _, of := range wanted {
		in := arm{where: append([]condition{wantedCondition(of)}, common...), usual: desk.FewDecisions}
		switch {
		case allQueues:
			w.arms = append(w.arms, in)
		case len(queues)*len(wanted)*q.Ends.Parts() > maxArms: // the results are sorted afterwards
			all := in.in(where("queue in (?)", bun.List(queues)))
			all.mixed = true
			w.arms = append(w.arms, all)
		default:
			for _, queue := range queues {
				one := in.in(where("queue = ?", storable(queue)))
				one.usual, one.queue = q.Usual.In(queue), queue
				w.arms = append(w.arms, one)
			}
		}
		if !allQueues && of.State.Open() {
			w.arms = append(w.arms, escalatedArms(q, queues, in)...)
		}
	}
	return w.atRisk(q)
}

// narrowed is what the reader asks for and may see, among callbacks that another index finds.
func narrowed(q desk.Query, queues []string, allQueues bool) arm {
	one := arm{where: append([]condition{anyOf(q.Wanted())}, filterConditions(q.Filter)...), mixed: true}
	if q.Scope == desk.ScopeMine {
		one = one.and(hidden(q))
	}
	if !allQueues {
		one = one.and(visibleCondition(q, queues))
	}
	return one
}

// atRisk leaves only what is at risk, if the query asks for that: what ends within the usual time of
// its queue, and what a missing heartbeat ends later, but soon.
func (w walk) atRisk(q desk.Query) walk {
	if !q.Ends.AtRisk {
		return w
	}
	now, unattended := millis(q.Now), millis(q.Now.Add(desk.UnattendedRisk))
	var arms []arm
	for _, a := range w.arms {
		if early := w.early(a); a.mixed {
			args := append([]any{now}, append(slices.Clone(early.args), unattended)...)
			last := slices.MaxFunc(append(slices.Collect(maps.Values(w.usual)), desk.UnattendedRisk), cmp.Compare[time.Duration])
			arms = append(arms, a.and(where("deadline < ?", now+last.Milliseconds())).and(where("(deadline < ? + "+early.text+" or deadline < ? and "+unattendedText+")", args...)))
			continue
		}
		near := now + a.usual.Milliseconds()
		arms = append(arms, a.and(where("deadline < ?", near)))
		if near < unattended {
			arms = append(arms, a.and(where("deadline >= ? and deadline < ? and "+unattendedText, near, unattended)))
		}
	}
	w.arms = arms
	return w
}

// early is how many milliseconds before its end a callback of an arm is at risk.
func (w walk) early(a arm) condition {
	if !a.mixed {
		return where(fmt.Sprint(a.usual.Milliseconds()))
	}
	return earlyOf(w.usual)
}

// earlyOf is that of any callback.
func earlyOf(usual desk.Usual) condition {
	few := fmt.Sprint(desk.FewDecisions.Milliseconds())
	if len(usual) == 0 {
		return where(few)
	}
	c := where("case queue")
	for _, queue := range slices.Sorted(maps.Keys(usual)) {
		c.text += fmt.Sprintf(" when ? then %d", usual[queue].Milliseconds())
		c.args = append(c.args, storable(queue))
	}
	c.text += " else " + few + " end"
	return c
}

// visibleCondition finds what the reader may see, among callbacks that another index finds.
func visibleCondition(q desk.Query, queues []string) condition {
	if len(q.Escalated) == 0 {
		return where("queue in (?)", bun.List(queues))
	}
	if len(queues) == 0 {
		queues = []string{""} // no queue has this name
	}
	c := where("(queue in (?) or escalated_to in (?))", bun.List(queues), bun.List(q.Escalated))
	if q.Queue != "" {
		c = where(c.text+" and queue = ?", append(c.args, storable(q.Queue))...)
	}
	return c
}

// escalatedArms find what was escalated to the reader and is in none of their queues.
func escalatedArms(q desk.Query, queues []string, in arm) (arms []arm) {
	for _, audience := range q.Escalated {
		one := in.in(where("escalated_to = ?", storable(audience)))
		if len(queues) > 0 {
			one = one.and(where("queue not in (?)", bun.List(queues)))
		}
		if q.Queue != "" {
			one = one.and(where("queue = ?", storable(q.Queue)))
		}
		arms = append(arms, one)
	}
	return arms
}

// Conditions of the three groups of partial indexes. SQLite uses a partial index only if a
// statement has the condition word for word.
const (
	pendingText  = "state = 'pending'"
	underWayText = "state = 'decided'"
	endedText    = "state <> 'pending' and state <> 'decided'"

	// somebody acknowledged what it shows now
	knownText = "exists (select 1 from acknowledgments where callback = num and seen_revision = revision)"

	unattendedText = "deadline_cause = '" + string(callbacks.CauseHeartbeat) + "'"
)

// wantedCondition finds the callbacks of one wanted state.
func wantedCondition(w desk.Wanted) condition {
	c := where("state = ?", w.State)
	switch {
	case w.Failed: // of completed callbacks only; without the state the planner does not walk all of them
		c = where("failed = 1")
	case !w.State.Open():
		c.text += " and " + endedText
	}
	if w.Trouble {
		c.text += " and problem <> ''"
	}
	if !w.EndedFrom.IsZero() {
		c = where(c.text+" and ended_at >= ?", append(c.args, millis(w.EndedFrom))...)
	}
	if w.DecidedBy != "" {
		c = where(c.text+" and decided_by = ?", append(c.args, storable(w.DecidedBy))...)
	}
	return c
}

// anyOf finds the callbacks of any wanted state.
func anyOf(wanted []desk.Wanted) condition {
	var texts []string
	var args []any
	for _, w := range wanted {
		c := wantedCondition(w)
		texts, args = append(texts, c.text), append(args, c.args...)
	}
	return where("("+strings.Join(texts, " or ")+")", args...)
}

// candidates narrow a query to callbacks that another index finds: a person's own, and the hits of
// a search. Each is a select of numbers without duplicates. They should be few, and are sorted
// after they are found, because no index has their order.
func (s *Store) candidates(q desk.Query) []condition {
	var selects []condition
	if q.Scope == desk.ScopeMine {
		selects = append(selects, mine(q))
	}
	if q.Assigned != "" {
		selects = append(selects, where(`select callback as candidate from assignments where person = ?`, storable(q.Assigned)))
	}
	token := strings.TrimSpace(q.Search)
	if token == "" {
		return selects
	}
	const whole = `select num as candidate from callbacks where callback_hash = ? or execution_hash = ?`
	hash := hashOf(token)
	found := words.Asked(token)
	// no such word is stored
	if len(found) == 0 || slices.ContainsFunc(found, func(w string) bool { return len(w) > words.MaxLength }) {
		return append(selects, where(whole, hash, hash))
	}
	return append(selects, where(whole+" union all "+s.dialect.Search.Match+" not in ("+whole+")",
		hash, hash, s.dialect.Search.Query(found[:min(len(found), maxSearchWords)]), hash, hash))
}

// mine finds what is a person's own: what is assigned to them, what they decided, and what waits for
// signatures in the queues where they sign and has none of theirs. Each select leaves out what those
// before it find.
func mine(q desk.Query) condition {
	person, all := storable(q.Person), where(`select callback as candidate from assignments where person = ?`, storable(q.Person))
	also := func(text string, args ...any) {
		all.text += ` union all select num from callbacks where ` + text + ` and not exists (select 1 from assignments where callback = num and person = ?)`
		all.args = append(append(all.args, args...), person)
	}
	const waiting = ` and state = 'pending' and waiting_since > 0
		and not exists (select 1 from signatures where callback = num and person = ? and lapse is null)`
	also(`decided_by = ? and state = 'decided'`, person)
	if len(q.Signs) > 0 {
		also(`queue in (?)`+waiting, bun.List(q.Signs), person)
	}
	if len(q.Escalated) > 0 {
		signs := append([]string{""}, q.Signs...) // no queue is called ""
		also(`escalated_to in (?) and queue not in (?)`+waiting, bun.List(q.Escalated), bun.List(signs), person)
	}
	return all
}

// hidden finds what a person hides from their own list now. It comes back on time, and earlier once it
// is at risk, whatever its clock was then.
func hidden(q desk.Query) condition {
	early := earlyOf(q.Usual)
	text := `(num not in (select callback from snoozes where person = ? and until > ?) or state <> 'pending' or deadline - ` + early.text + ` <= ?)`
	if q.Snoozed {
		text = `num in (select callback from snoozes where person = ? and until > ?) and state = 'pending' and deadline - ` + early.text + ` > ?`
	}
	return where(text, slices.Concat([]any{storable(q.Person), millis(q.Now)}, early.args, []any{millis(q.Now)})...)
}

// filterConditions returns the conditions of a filter apart from queue, state and search.
func filterConditions(f desk.Filter) []condition {
	var c []condition
	if f.Function != "" {
		c = append(c, where("function = ?", storable(f.Function)))
	}
	if f.Alike != "" {
		c = append(c, where(alikeText, storable(f.Alike)))
	}
	switch f.Source {
	case "":
	case callbacks.SourceDiscovery: // in the text, so that partial indexes are found
		c = append(c, where("source = '"+callbacks.SourceDiscovery+"'"))
	case callbacks.SourceAnnounced:
		c = append(c, where(announcedText))
	default:
		c = append(c, where("source = ?", storable(f.Source)))
	}
	if f.Scope == desk.ScopeAttention {
		c = append(c, where(map[bool]string{true: knownText, false: "not " + knownText}[f.Acknowledged]))
	}
	if f.Gone {
		c = append(c, where(goneText))
	}
	if !f.ReceivedFrom.IsZero() {
		c = append(c, where("received_at >= ?", millis(f.ReceivedFrom)))
	}
	if !f.ReceivedBefore.IsZero() {
		c = append(c, where("received_at < ?", millis(f.ReceivedBefore)))
	}
	return append(c, endsConditions(f.Ends)...)
}

func endsConditions(e desk.Ends) []condition {
	var c []condition
	if !e.From.IsZero() { // a callback that never ends does not end after From either
		c = append(c, where("deadline >= ? and deadline_cause <> ''", millis(e.From)))
	}
	if !e.Before.IsZero() {
		c = append(c, where("deadline < ?", millis(e.Before)))
	}
	if e.Never {
		c = append(c, where("deadline = ? and deadline_cause = ''", int64(noDeadline)))
	}
	if e.Cause != callbacks.NoDeadline {
		c = append(c, where("deadline_cause = ?", e.Cause))
	}
	if e.Unattended { // the state is pending; written into the text, as above
		c = append(c, where(unattendedText))
	}
	if e.NoTimeout { // the state is pending, as before
		c = append(c, where("timeout = 0"))
	}
	return c
}

// union joins all arms into one select of columns. It uses the form in which the database runs arms
// with that tail.
func union(d *engine.Dialect, columns string, w walk, tail string) (string, []any) {
	var texts []string
	var args []any
	for _, a := range w.arms {
		text := "select " + columns + " from " + w.from.text
		args = append(args, w.from.args...)
		for i, c := range a.where {
			text += [...]string{" where ", " and "}[min(i, 1)] + c.text
			args = append(args, c.args...)
		}
		if len(w.arms) > 1 {
			text = d.Arm(text, tail)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " union all ") + tail, args
}
