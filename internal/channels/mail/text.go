package mail

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// width is the length of a line of text, in characters. Addresses and titles may be longer.
const width = 72

// text draws the page as plain text.
func (p page) text() string {
	var b strings.Builder
	paragraph := func(lines ...string) {
		for _, line := range lines {
			b.WriteString(wrap(line))
		}
		if len(lines) > 0 {
			b.WriteByte('\n')
		}
	}
	paragraph(p.Heading)
	said := p.Says
	if p.Ends != "" {
		said = append(said[:len(said):len(said)], p.Ends)
	}
	paragraph(said...)
	for _, f := range p.Fields {
		b.WriteString(wrap(f.Label + ": " + f.Value))
	}
	if len(p.Fields) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(p.table())
	if p.Link != "" {
		fmt.Fprintf(&b, "%s:\n%s\n\n", p.LinkText, p.Link)
	}
	if len(p.Gone) > 0 {
		paragraph(append([]string{"Not here any more:"}, p.Gone...)...)
	}
	paragraph(strings.TrimSpace(p.Why + " " + promise))
	if p.Settings != "" {
		fmt.Fprintf(&b, "Change what you get:\n%s\n", p.Settings)
	}
	return b.String()
}

// promise is what every mail says of itself.
const promise = "This mail cannot decide anything, and replies are not read."

// table draws the rows of several callbacks.
func (p page) table() string {
	if len(p.Rows) == 0 {
		return ""
	}
	ends := utf8.RuneCountInString("ENDS")
	for _, r := range p.Rows {
		ends = max(ends, utf8.RuneCountInString(r.Ends))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s  WHAT (QUEUE)\n", ends, "ENDS")
	for _, r := range p.Rows {
		fmt.Fprintf(&b, "%-*s  %s (%s)\n", ends, r.Ends, r.Title, r.place())
	}
	if rest := p.Rest(); rest != "" {
		b.WriteString(rest + "\n")
	}
	b.WriteByte('\n')
	return b.String()
}

// place says where a row is and how far it came.
func (r row) place() string {
	if r.Signed == "" {
		return r.Queue
	}
	return r.Queue + ", " + r.Signed
}

// wrap breaks a paragraph between words, and ends it.
func wrap(text string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteByte('\n')
	return b.String()
}
