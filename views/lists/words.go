package lists

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/words"
)

// Asked is one thing that a filter asks for, in words. Value may be a stranger's.
type Asked struct{ Name, Value string }

// Difference is one thing that two filters ask for differently, in words.
type Difference struct{ Name, Before, After string }

// terms are the parameters of a list in words, in the order in which they are told. Without a value,
// the list asks for what Else says.
var terms = []struct{ Parameter, Name, Else string }{
	{"scope", "List", ""}, {"q", "Search", "nothing"}, {"queue", "Queue", "any"}, {"function", "Function", "any"},
	{"source", "Announced", "or not"}, {"state", "State", "any"}, {"ends", "Ends", "at any time"}, {"from", "Ends from", "any time"},
	{"to", "Ends before", "any time"}, {"received_from", "Received from", "any time"}, {"received_to", "Received before", "any time"},
	{"snoozed", "Snoozed", "no"}, {"acknowledged", "Acknowledged", "no"}, {"group", "Asks the same", "no"}, {"grouped", "Grouped", "by what asks the same"},
	{"order", "Order", "the list’s own"},
}

// InWords says what the query of a saved filter asks for.
func InWords(m words.Moment, query url.Values) (all []Asked) {
	for _, t := range terms {
		if values := query[t.Parameter]; len(values) > 0 {
			all = append(all, Asked{t.Name, inWords(m, t.Parameter, values)})
		}
	}
	return all
}

// Differences says what of a saved filter another one changes.
func Differences(m words.Moment, before, after url.Values) (all []Difference) {
	for _, t := range terms {
		was, is := before[t.Parameter], after[t.Parameter]
		if !slices.Equal(was, is) {
			all = append(all, Difference{t.Name, orElse(inWords(m, t.Parameter, was), t.Else), orElse(inWords(m, t.Parameter, is), t.Else)})
		}
	}
	return all
}

func orElse(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// inWords says what the values of a parameter mean; nothing for none.
func inWords(m words.Moment, parameter string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	value := values[0]
	switch parameter {
	case "scope":
		return words.Scope(desk.Scope(value))
	case "q":
		return "“" + value + "”"
	case "state":
		var states []string
		for _, s := range values {
			states = append(states, words.State(callbacks.State(s)))
		}
		return strings.Join(states, ", ")
	case "source":
		return strings.ToLower(labelOf(sourceChoices(value), value))
	case "ends":
		return endsWords(value)
	case "from", "to", "received_from", "received_to":
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return m.Minute(t)
		}
	case "snoozed", "acknowledged", "group":
		return "yes"
	case "grouped":
		return "no"
	case "order":
		return orderName(desk.Order(value))
	}
	return value
}

func labelOf(choices [][2]string, value string) string {
	i := slices.IndexFunc(choices, func(c [2]string) bool { return c[0] == value })
	return choices[i][1]
}

// endsWords is when something ends, without the verb if it begins with it.
func endsWords(key string) string {
	choices := endsChoices(key)
	label := choices[slices.IndexFunc(choices, func(r Range) bool { return r.Key == key })].Label
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(label, "Ends "), "…"))
}
