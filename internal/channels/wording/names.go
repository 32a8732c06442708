package wording

import (
	"strings"
	"unicode/utf8"

	"countersign/internal/notice"
	"countersign/internal/printable"
)

// Title is what a callback is called: "Expense report EXP-2291: $7,846.20", or "A request in
// finance" if its queue keeps the title back.
func Title(i notice.Item) string {
	if i.Title == "" {
		return "A request in " + Line(i.Queue)
	}
	return Line(i.Title)
}

// Line is text from outside, as one line that can be shown.
func Line(text string) string { return printable.String(text, printable.Line) }

// Cut shortens a line to a number of characters, with "…" at its end if something is left out.
func Cut(line string, most int) string {
	if utf8.RuneCountInString(line) <= most {
		return line
	}
	return strings.TrimRight(string([]rune(line)[:most-1]), " ") + "…"
}

// Requester says who asks: "Ines Calloway asks." It is empty if nobody was named.
func Requester(i notice.Item) string {
	if i.Requester == "" {
		return ""
	}
	return Line(i.Requester) + " asks."
}

// Signer names who signed: "Tomasz Wierzbicki for Mara Okafor".
func Signer(s notice.Signer) string {
	if s.For == "" {
		return Line(s.Name)
	}
	return Line(s.Name) + " for " + Line(s.For)
}

// Held says who has a callback open: "Dana Fischer has it open." It is empty if nobody does.
func Held(i notice.Item) string {
	if i.Held == "" {
		return ""
	}
	return Line(i.Held) + " has it open."
}

// Assigned says whose work a callback is: "Dana Fischer has it, assigned by Mara Okafor." It is
// empty if it is nobody's.
func Assigned(i notice.Item) string {
	switch i.Assigned {
	case "":
		return ""
	case i.AssignedBy:
		return Line(i.Assigned) + " has taken it."
	}
	return Line(i.Assigned) + " has it, assigned by " + Line(i.AssignedBy) + "."
}

// Released says who took a callback from the reader so that nobody has it: "Nobody has it now: Mara
// Okafor gave it back." It is empty for other messages.
func Released(m *notice.Message) string {
	if m.Kind != notice.TakenOver || len(m.Items) != 1 || m.Items[0].Assigned != "" || m.Items[0].AssignedBy == "" {
		return ""
	}
	return "Nobody has it now: " + Line(m.Items[0].AssignedBy) + " gave it back."
}

// sentences joins those of them that are not empty.
func sentences(list ...string) string {
	var said []string
	for _, s := range list {
		if s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, " ")
}
