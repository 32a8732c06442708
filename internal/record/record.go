// Package record is the record of decisions and the audit, as people read and export them. A decision on
// record never changes: who made it, when, under which rule and over which way; what followed is read
// from the callback as it is now. The record finds decisions for people who may see their queues. It
// knows no payload, no comment and no hash of what was sent, so that nothing that is masked can be in it.
// Of the audit, it gets entries in which package desk has hidden what tells of masked values.
package record

import (
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// Entry is what is written of a decision with it. Its callback has the rest.
type Entry struct {
	At       time.Time
	Queue    string
	Function string
	By       callbacks.Actor // who gave the last signature
	Outcome  string          // the outcome's name
	Label    string          // of the outcome, as it was then
	Stance   callbacks.Stance
	Rule     string // empty where the queue had no rules
	Via      callbacks.Via
	// Signers are the people whose signatures counted when it was made, and the one who decided; by
	// their keys, each once.
	Signers []string
}

// EntryOf is the entry of the decision of a case.
func EntryOf(c *callbacks.Case) Entry {
	d := c.Decision
	e := Entry{
		At: d.At, Queue: c.Queue, Function: c.Function, By: d.By, Outcome: d.Outcome, Label: d.Label, Stance: stanceOf(c),
		Rule: c.Requirement.Rule, Signers: []string{d.By.ID},
	}
	for i := range c.Signatures {
		given := &c.Signatures[i]
		if !given.Live() {
			continue
		}
		if given.By.ID == d.By.ID {
			e.Via, e.Stance = given.Via, given.Stance
		}
		if !slices.Contains(e.Signers, given.By.ID) {
			e.Signers = append(e.Signers, given.By.ID)
		}
	}
	return e
}

// stanceOf is the stance of the outcome that was chosen.
func stanceOf(c *callbacks.Case) callbacks.Stance {
	i := slices.IndexFunc(c.Outcomes, func(o callbacks.Outcome) bool { return o.Name == c.Decision.Outcome })
	if i < 0 {
		return callbacks.Outcome{Name: c.Decision.Outcome, Label: c.Decision.Label, Kind: c.Decision.Kind}.Stance()
	}
	return c.Outcomes[i].Stance()
}

// Decision is a line of the record.
type Decision struct {
	Entry
	Callback callbacks.ID
	Title    string // may be empty, like Name
	Name     string
	// Signatures are those that counted when it was made, in the order in which they were given.
	Signatures []Signature
	// What followed, as far as it is known: the state of the callback, when it ended, and whether the
	// execution ended badly after a success.
	State           callbacks.State
	EndedAt         time.Time
	ExecutionFailed bool
}

// Signature is one of those that a decision rests on.
type Signature struct {
	By        callbacks.Actor
	ActingFor string // the name of the person whose right was used; empty for one's own
	Stance    callbacks.Stance
	At        time.Time
}

// Filter is what a reader asks of the record. Its texts are exact; empty ones ask for nothing.
type Filter struct {
	Person                         string // a name or an address, or its beginning, or the key of a person
	Stance                         callbacks.Stance
	Outcome, Queue, Function, Rule string // Outcome is a label or a name
	Via                            callbacks.Via
	From, Before                   time.Time // when it was made
	Oldest                         bool      // first, instead of the newest
}

// Query is a filter together with what the reader may see. Only the service makes one.
type Query struct {
	Filter
	People    []string // who signed, by their keys; nil for anybody
	AllQueues bool
	Queues    []string // otherwise these
	After     *desk.Cursor
	Limit     int
	Looked    int // through how many decisions a page looks; 0 for MaxLooked
}

// MaxLooked is how many decisions one page looks through. A filter that fits few of them gets a
// shorter page, which goes on where it stopped: no page reads without a bound.
const MaxLooked = 10_000

// Page is a part of the record.
type Page struct {
	Decisions []Decision
	Next      *desk.Cursor // where the next page begins; nil on the last one
	// Through is set if the page ended because it had looked through MaxLooked decisions: the time of
	// the last of them.
	Through time.Time
}

// Line is what the filters that no index serves look at.
type Line struct {
	Queue, Function, Rule, Outcome, Label string
	Stance                                callbacks.Stance
	Via                                   callbacks.Via
}

// Fits reports whether a decision is one that the query asks for, apart from the time and the people.
func (q *Query) Fits(l *Line) bool {
	fits := func(asked, is string) bool { return asked == "" || asked == is }
	return fits(string(q.Stance), string(l.Stance)) && (fits(q.Outcome, l.Label) || q.Outcome == l.Outcome) &&
		fits(q.Queue, l.Queue) && fits(q.Function, l.Function) && fits(q.Rule, l.Rule) && fits(string(q.Via), string(l.Via)) &&
		(q.AllQueues || slices.Contains(q.Queues, l.Queue))
}
