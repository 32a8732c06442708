// Package palette has the page on which a reader types where to go. With scripts, the same page opens
// as a dialog over any other.
package palette

import (
	"net/url"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/assignments"
	"countersign/views/words"
)

// Path is the address of the page.
const Path = "/palette"

// Kind is the character that narrows what is looked for; empty for everything.
type Kind string

// The kinds.
const (
	Anything  Kind = ""
	People    Kind = "@"
	Callbacks Kind = "#"
	Actions   Kind = ">"
)

// Split parts what was typed into its kind and its words.
func Split(typed string) (Kind, string) {
	typed = strings.TrimSpace(typed)
	for _, k := range []Kind{People, Callbacks, Actions} {
		if rest, ok := strings.CutPrefix(typed, string(k)); ok {
			return k, strings.TrimSpace(rest)
		}
	}
	return Anything, typed
}

// Palette is what was typed, and what was found.
type Palette struct {
	Typed  string
	Kind   Kind
	Search string              // Typed without its kind
	Item   *callbacks.Callback // what is open where the reader came from; nil for nothing
	Found  []desk.Row          // bounded
}

// section is a kind of lines with its name.
type section struct {
	Name  string
	Lines []line
	Item  bool // about the open item: the script puts the page's own actions in its place
}

// line is something to go to. Text may be a sender's.
type line struct {
	Icon, Text, Under string
	Keys              []string
	Path              string
}

// sections are what the page offers, without what is empty.
func sections(s views.Shell, m Palette) (all []section) {
	for _, one := range []section{
		{"With the open item", m.withItem(), true},
		{"Callbacks", m.callbacks(), false},
		{"Go to", m.places(s), false},
		{"Views", m.views(s), false},
		{"People", m.people(), false},
		{"Also", m.further(), false},
	} {
		if len(one.Lines) > 0 {
			all = append(all, one)
		}
	}
	return all
}

// withItem leads back to what is open, where it is decided in two presses, and to whose work it is.
func (m Palette) withItem() []line {
	if m.Item == nil || m.Kind == People || m.Kind == Callbacks {
		return nil
	}
	lines := []line{{Icon: "inbox", Text: "Open " + words.Title(m.Item), Path: m.Item.ID.Path()}}
	if m.Item.State == callbacks.Pending {
		lines = append(lines, line{Icon: "user", Text: "Assign or snooze it", Keys: []string{"I"}, Path: assignments.Path(m.Item.ID)})
	}
	return m.fitting(lines)
}

func (m Palette) callbacks() []line {
	lines := make([]line, len(m.Found))
	for i := range m.Found {
		c := &m.Found[i].Callback
		lines[i] = line{Icon: "inbox", Text: words.Title(c), Under: words.State(c.State) + ", " + words.Origin(c), Path: c.ID.Path()}
		if !c.State.Open() {
			lines[i].Icon = "hist"
		}
	}
	return lines
}

func (m Palette) places(s views.Shell) (lines []line) {
	if m.Kind == People || m.Kind == Callbacks {
		return nil
	}
	for _, p := range views.Places(s) {
		lines = append(lines, line{Icon: p.Icon, Text: p.Name, Keys: p.Keys, Path: p.Path})
	}
	return m.fitting(lines)
}

// views are the saved views that fit, as many as the navigation shows.
func (m Palette) views(s views.Shell) (lines []line) {
	if m.Kind == People || m.Kind == Callbacks {
		return nil
	}
	for _, v := range s.Saved.Openable(len(s.Saved.Views)) {
		icon, _ := v.Mark()
		l := line{Icon: icon, Text: v.Name, Path: v.Path}
		if !v.Own() {
			l.Under = "shared by " + v.Owner
		}
		lines = append(lines, l)
	}
	lines = m.fitting(lines)
	return lines[:min(len(lines), views.MostInRail)]
}

// fitting are the lines that contain what was typed.
func (m Palette) fitting(lines []line) (fit []line) {
	for _, l := range lines {
		if strings.Contains(strings.ToLower(l.Text), strings.ToLower(m.Search)) {
			fit = append(fit, l)
		}
	}
	return fit
}

func (m Palette) people() []line {
	if m.Search == "" || m.Kind != Anything && m.Kind != People {
		return nil
	}
	return []line{{Icon: "pen", Text: "Decisions that " + m.Search + " signed", Under: "by name or address", Path: "/decisions?" + url.Values{"person": {m.Search}}.Encode()}}
}

// further are the lists with everything that fits.
func (m Palette) further() (lines []line) {
	if m.Search == "" || m.Kind != Anything && m.Kind != Callbacks {
		return nil
	}
	for _, scope := range []desk.Scope{desk.ScopeAvailable, desk.ScopeHistory} {
		lines = append(lines, line{
			Icon: "search", Text: "Everything with “" + m.Search + "” in " + words.Scope(scope),
			Path: "/?" + url.Values{"scope": {string(scope)}, "q": {m.Search}}.Encode(),
		})
	}
	return lines
}

// looked says where nothing was found, empty if something was.
func (m Palette) looked(s views.Shell) string {
	switch {
	case m.Search == "" && m.Kind == People:
		return "Type the beginning of a name or an address."
	case m.Search == "" && m.Kind == Callbacks:
		return "Type words of a title, a requester, a function or a tag, or a whole callback ID."
	case m.Search == "" || m.Kind == People:
		return ""
	case m.Kind == Actions && len(m.withItem())+len(m.places(s))+len(m.views(s)) == 0:
		return "No action and no page has “" + m.Search + "”."
	case m.Kind != Actions && len(m.Found) == 0:
		return "No callback that you may see has “" + m.Search + "”: looked in what waits, needs attention or has ended."
	}
	return ""
}
