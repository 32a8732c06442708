package query

import (
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views/words"
)

// maxSearch bounds a text parameter in characters: a whole execution ARN or callback ID has to fit.
const maxSearch = 1024

// Parameters reads a query one parameter at a time and collects what is wrong. A parameter with a
// fault reads as if it were not there.
type Parameters struct {
	Values url.Values
	Zone   *time.Location // of times that do not name theirs; needed by Moment and End only
	Faults fault.List     // so far, each at the name of its parameter
}

// OneOf reads a choice. An empty value, as an empty form field sends it, means the fallback.
func (p *Parameters) OneOf(name, fallback string, choices []string) string {
	value := p.Values.Get(name)
	if value == "" {
		return fallback
	}
	if !slices.Contains(choices, value) {
		p.Faults.Add(name, "Not one of the choices.")
		return fallback
	}
	return value
}

// Text reads a text of at most 1,024 characters.
func (p *Parameters) Text(name string) string {
	value := p.Values.Get(name)
	switch n := utf8.RuneCountInString(value); {
	case !utf8.ValidString(value):
		p.Faults.Add(name, "Not readable as text.")
		return ""
	case n > maxSearch:
		p.Faults.Add(name, "At most %d characters, this has %d.", maxSearch, n)
		return ""
	}
	return value
}

// InZone takes times that do not name their zone to be in the one that a parameter names, if it is
// there: the same address then means the same to every reader.
func (p *Parameters) InZone(name string) {
	zone := p.Text(name)
	if zone == "" {
		return
	}
	if p.Zone = words.Zone(zone); p.Zone.String() != zone {
		p.Faults.Add(name, "There is no such time zone.")
	}
}

// Moment reads an instant, as [ParseMoment] does.
func (p *Parameters) Moment(name string) time.Time { return p.instant(name, ParseMoment) }

// End reads the instant at which a range ends, as [ParseEnd] does.
func (p *Parameters) End(name string) time.Time { return p.instant(name, ParseEnd) }

func (p *Parameters) instant(name string, parse func(string, *time.Location) (time.Time, error)) time.Time {
	t, err := parse(p.Values.Get(name), p.Zone)
	if err != nil {
		p.Faults.Add(name, "Give %v.", err)
	}
	return t
}

// States reads each state once, in the order given.
func (p *Parameters) States(name string) []callbacks.State {
	var states []callbacks.State
	for _, value := range p.Values[name] {
		s := callbacks.State(value)
		switch {
		case value == "":
		case !slices.Contains(callbacks.States, s):
			p.Faults.Add(name, "Not one of the choices.")
		case !slices.Contains(states, s):
			states = append(states, s)
		}
	}
	return states
}

// Cursor reads the place where a page begins, nil for the first page.
func (p *Parameters) Cursor(name string) *desk.Cursor {
	value := p.Values.Get(name)
	if value == "" {
		return nil
	}
	c, err := parseCursor(value)
	if err != nil {
		p.Faults.Add(name, "This is %v. Open the list from its first page.", err)
	}
	return c
}

// ID reads the ID of a callback.
func (p *Parameters) ID(name string) callbacks.ID {
	value := p.Values.Get(name)
	if value == "" {
		return ""
	}
	id, err := callbacks.ParseID(value)
	if err != nil {
		p.Faults.Add(name, "Not a callback of ours.")
	}
	return id
}
