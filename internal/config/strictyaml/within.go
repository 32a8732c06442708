package strictyaml

import (
	"strings"
	"unicode/utf8"
)

// FaultWithin notes that something is wrong inside a text, at a place of that text. If the value has
// escapes or empty lines before that place, the column is only near.
func (d *Document) FaultWithin(at Path, inside Place, format string, args ...any) {
	if !d.Has(at) {
		d.Fault(at, format, args...)
		return
	}
	d.Fault(at, format, args...)
	d.faults[len(d.faults)-1].Place = d.within(d.placeOf(at), inside)
}

// within returns where a place of a text is in the file. value is where the value begins.
func (d *Document) within(value, inside Place) Place {
	switch first := d.rest(value); {
	case strings.HasPrefix(first, "|"):
		first := d.below(value, 1) // its indentation is that of the block
		return Place{value.Line + inside.Line, first.Column + inside.Column - 1}
	case strings.HasPrefix(first, ">"):
		return d.folded(d.below(value, 1), inside.Column)
	case strings.HasPrefix(first, `"`), strings.HasPrefix(first, "'"):
		value.Column++
	}
	return d.folded(value, inside.Column)
}

// folded walks along a text of which YAML makes one line: each line end becomes a space.
func (d *Document) folded(from Place, column int) Place {
	for {
		length := utf8.RuneCountInString(strings.TrimRight(d.rest(from), " "))
		if column <= length+1 || from.Line >= len(d.lines) {
			return Place{from.Line, from.Column + column - 1}
		}
		from, column = d.below(from, 1), column-length-1
	}
}

// below returns where the text begins in the line that stands some lines below a place.
func (d *Document) below(at Place, lines int) Place {
	line := min(at.Line+lines, len(d.lines))
	text := d.lines[line-1]
	return Place{line, 1 + len(text) - len(strings.TrimLeft(text, " "))}
}

// rest returns the text of a line from a place on.
func (d *Document) rest(at Place) string {
	line := []rune(d.lines[at.Line-1])
	return string(line[min(at.Column-1, len(line)):])
}
