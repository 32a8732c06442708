// Package decisions has the page of the record of decisions.
package decisions

import (
	"slices"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/record"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// Path is the path of the page. [ExportPath] takes the same fields.
const (
	Path       = "/decisions"
	ExportPath = Path + "/export"
)

// Record is a page of the record.
type Record struct {
	record.Page
	Filter record.Filter
	Days   [2]string // as the address has them: from, and to the end of
	Zone   string    // in which the days are; empty without days
	Queues []string  // that the reader may see
	Next   string    // the cursor of the next page, empty on the last one
	Paged  bool      // this is not the first page
}

// filtered reports whether the page shows a part of the record.
func (m Record) filtered() bool {
	f := m.Filter
	f.Oldest = false
	return f != record.Filter{}
}

// order says which decisions come first.
func (m Record) order() string {
	if m.Filter.Oldest {
		return "oldest first"
	}
	return "newest first"
}

// turned is the address of the list turned round.
func (m Record) turned(a views.Address) string {
	order := string(desk.OrderOldest)
	if m.Filter.Oldest {
		order = ""
	}
	return a.With("order", order, "after", "").String()
}

// sorted says in words of ARIA how the times of the list go, and draws it.
func (m Record) sorted() (aria, icon string) {
	if m.Filter.Oldest {
		return "ascending", "down"
	}
	return "descending", "up"
}

// zoneOf is the zone of the days that the form asks for: that of the address, else the reader's.
func (m Record) zoneOf(s views.Shell) string {
	if m.Zone != "" {
		return m.Zone
	}
	return s.Moment.ZoneName()
}

// zoneWords say in which zone the page shows times, and in which it takes days.
func (m Record) zoneWords(s views.Shell) string {
	says := "Times are in " + s.Moment.ZoneName() + "."
	if m.Zone != "" && m.Zone != s.Moment.ZoneName() {
		says += " The days of the filter are days in " + m.Zone + "."
	}
	return says
}

// viaWords are the ways by which a decision comes.
var viaWords = [][2]string{{string(callbacks.ViaWeb), "Web page"}}

// Vias are the values of the filter.
func Vias() (all []string) {
	for _, v := range viaWords {
		all = append(all, v[0])
	}
	return all
}

func via(v callbacks.Via) string {
	for _, known := range viaWords {
		if known[0] == string(v) {
			return known[1]
		}
	}
	return string(v)
}

// decided is the outcome in a word, with its colour.
func decided(d *record.Decision) (word, tone string) {
	o := callbacks.Decision{Outcome: d.Outcome, Label: d.Label, Kind: kindOf(d)}
	switch {
	case words.KnownOutcome(&o) == callbacks.OutcomeApprove:
		return "Approved", "approved"
	case words.KnownOutcome(&o) == callbacks.OutcomeReject:
		return "Rejected", "rejected"
	case d.Stance == callbacks.Against:
		return d.Label, "rejected"
	}
	return d.Label, ""
}

// kindOf is the kind by which an outcome of ours is known; the record does not keep it.
func kindOf(d *record.Decision) callbacks.Kind {
	if d.Stance == callbacks.Against {
		return callbacks.Failure
	}
	return callbacks.Success
}

// name is the title of a decision's callback.
func name(d *record.Decision) string {
	if title := strings.TrimSpace(d.Title); title != "" {
		return title
	}
	if d.Name != "" {
		return d.Name
	}
	return string(d.Callback)
}

// others are those who signed besides the one who decided, in words: "Bob", "Bob for Ines".
func others(d *record.Decision) (names []string) {
	for _, given := range d.Signatures {
		if given.By.ID == d.By.ID && given.ActingFor == "" {
			continue
		}
		who := untrusted.Isolate(given.By.Name)
		if given.ActingFor != "" {
			who += " for " + untrusted.Isolate(given.ActingFor)
		}
		if given.Stance != d.Stance {
			who += ", " + string(given.Stance)
		}
		names = append(names, who)
	}
	return names
}

// followed is what became of a decision.
func followed(d *record.Decision) words.Mark {
	switch d.State {
	case callbacks.Completed:
		if d.ExecutionFailed {
			return words.Mark{Word: "Execution failed", Icon: "warn", Tone: "problem"}
		}
		return words.Mark{Word: words.State(d.State), Icon: "check", Tone: "delivered"}
	case callbacks.Decided:
		return words.Mark{Word: words.State(d.State), Icon: "send", Tone: "delivering"}
	case callbacks.Pending, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed, callbacks.TimedOut, callbacks.Closed:
	}
	return words.Mark{Word: words.State(d.State), Icon: "warn", Tone: "problem"}
}

// values are those of a field on this page, for its suggestions: sorted, each once.
func (m Record) values(of func(*record.Decision) string) (all []string) {
	for i := range m.Decisions {
		if value := of(&m.Decisions[i]); value != "" {
			all = append(all, value)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// inWords says which decisions a filter finds.
func (m Record) inWords() string {
	f := m.Filter
	var parts []string
	add := func(before, value string) {
		if value != "" {
			parts = append(parts, before+value)
		}
	}
	add("signed by ", f.Person)
	add("", map[callbacks.Stance]string{callbacks.For: "for", callbacks.Against: "against"}[f.Stance])
	add("outcome ", f.Outcome)
	add("in queue ", f.Queue)
	add("of function ", f.Function)
	add("under rule ", f.Rule)
	add("over ", string(f.Via))
	add("from ", m.Days[0])
	add("to ", m.Days[1])
	if m.Zone != "" {
		parts[len(parts)-1] += " in " + m.Zone
	}
	if len(parts) == 0 {
		return "all decisions"
	}
	return "decisions " + strings.Join(parts, ", ")
}

// ExportWords say for the audit what somebody exported.
func ExportWords(format record.Format, m Record) string {
	as := map[record.Format]string{record.CSV: "As CSV: ", record.JSONLines: "As JSON lines: "}[format]
	return as + m.inWords() + "."
}
