package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
)

// maxSearch bounds a text parameter in characters: a whole execution ARN or callback ID has to fit.
const maxSearch = 1024

// parameters reads a query one parameter at a time and collects what is wrong.
type parameters struct {
	query  url.Values
	zone   *time.Location // of times that do not name theirs
	faults callbacks.Invalid
}

// oneOf reads a choice. An empty value, as an empty form field sends it, means the fallback.
func (p *parameters) oneOf(name, fallback string, choices []string) string {
	value := p.query.Get(name)
	if value == "" {
		return fallback
	}
	if !slices.Contains(choices, value) {
		p.faults.Add(name, "Not one of the choices.")
		return fallback
	}
	return value
}

func (p *parameters) text(name string) string {
	value := p.query.Get(name)
	switch n := utf8.RuneCountInString(value); {
	case !utf8.ValidString(value):
		p.faults.Add(name, "Not readable as text.")
		return ""
	case n > maxSearch:
		p.faults.Add(name, "At most %d characters, this has %d.", maxSearch, n)
		return ""
	}
	return value
}

func (p *parameters) moment(name string) time.Time { return p.instant(name, parseMoment) }

func (p *parameters) end(name string) time.Time { return p.instant(name, parseEnd) }

func (p *parameters) instant(name string, parse func(string, *time.Location) (time.Time, error)) time.Time {
	t, err := parse(p.query.Get(name), p.zone)
	if err != nil {
		p.faults.Add(name, "Give %v.", err)
	}
	return t
}

// states reads each state once, in the order given.
func (p *parameters) states(name string) []callbacks.State {
	var states []callbacks.State
	for _, value := range p.query[name] {
		s := callbacks.State(value)
		switch {
		case value == "":
		case !slices.Contains(callbacks.States, s):
			p.faults.Add(name, "Not one of the choices.")
		case !slices.Contains(states, s):
			states = append(states, s)
		}
	}
	return states
}

func (p *parameters) cursor(name string) *callbacks.Cursor {
	value := p.query.Get(name)
	if value == "" {
		return nil
	}
	c, err := parseCursor(value)
	if err != nil {
		p.faults.Add(name, "This is %v. Open the list from its first page.", err)
	}
	return c
}

func (p *parameters) id(name string) callbacks.ID {
	value := p.query.Get(name)
	if value == "" {
		return ""
	}
	id, err := callbacks.ParseID(value)
	if err != nil {
		p.faults.Add(name, "Not a callback of ours.")
	}
	return id
}

// callbackOf is the callback that the path names.
func callbackOf(c echo.Context) callbacks.ID { return idIn(c, "id") }

// idIn is an ID in the path. What cannot be an ID becomes an empty one, which is never found.
func idIn(c echo.Context, name string) callbacks.ID {
	id, _ := callbacks.ParseID(c.Param(name)) // the store says the same of an empty one
	return id
}

var errCursor = errors.New("not the place of a page")

// formatCursor writes a cursor for an address. Nobody but us needs to read it.
func formatCursor(c callbacks.Cursor) string {
	return strconv.FormatInt(c.Key, 36) + "." + string(c.ID)
}

func parseCursor(s string) (*callbacks.Cursor, error) {
	key, last, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(key, 36, 64)
	if err != nil {
		return nil, errCursor
	}
	id, err := callbacks.ParseID(last)
	if err != nil {
		return nil, errCursor
	}
	return &callbacks.Cursor{Key: n, ID: id}, nil
}
