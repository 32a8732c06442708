package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Place is a position in a file, counted from 1. Columns count characters, not bytes.
type Place struct{ Line, Column int }

// Fault is one thing that is wrong with a file.
type Fault struct {
	Place
	Path Path   // of the key or value; empty if the fault concerns the text itself
	Text string // what is wrong, and what to write instead
}

// String returns the fault as compilers write theirs, without the name of the file.
func (f Fault) String() string {
	if f.Path == "" {
		return fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text)
	}
	return fmt.Sprintf("%d:%d: %s: %s", f.Line, f.Column, f.Path, f.Text)
}

// byPlace orders faults as they stand in the file.
func byPlace(a, b Fault) int {
	return cmp.Or(
		cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text),
	)
}

// Document is what is known of a file once it has been read: where each key stands, and what is
// wrong.
type Document struct {
	places   map[Path]Place
	lines    []string // of the text
	faults   []Fault
	readable bool
	unsure   map[Path]bool
}

// Unsure reports whether nobody can tell what stands at a path, because its key is misspelt or its
// value is of another kind. Names that lead there are no faults of their own.
func (d *Document) Unsure(at Path) bool { return d.unsure[at] }

// Readable reports whether the text is YAML, so that more than its form can be checked.
func (d *Document) Readable() bool { return d.readable }

// Fault notes that something is wrong at a path. If the file does not have that path, the fault is
// at the nearest one above it.
func (d *Document) Fault(at Path, format string, args ...any) {
	d.faults = append(d.faults, Fault{d.placeOf(at), at, fmt.Sprintf(format, args...)})
}

// Faulty reports whether something is wrong at a path or below it.
func (d *Document) Faulty(at Path) bool {
	return slices.ContainsFunc(d.faults, func(f Fault) bool { return f.Path.under(at) })
}

// Faults returns everything that is wrong, in the order of the file.
func (d *Document) Faults() []Fault {
	slices.SortFunc(d.faults, byPlace)
	return slices.Compact(d.faults)
}

// Has reports whether the file has a path.
func (d *Document) Has(at Path) bool {
	_, has := d.places[at]
	return has
}

// PlaceOf returns where a path is, or the nearest one above it that the file has.
func (d *Document) PlaceOf(at Path) Place { return d.placeOf(at) }

// Block returns the lines of the member of a mapping that stands at a path, and the number of the
// first. Comments below it are not part of it.
func (d *Document) Block(at Path) (first int, lines []string) {
	place := d.placeOf(at)
	end := place.Line // the line behind the last that is part of it
	for i := place.Line; i < len(d.lines); i++ {
		text := strings.TrimLeft(d.lines[i], " ")
		indent := len(d.lines[i]) - len(text)
		if text != "" && indent < place.Column && !strings.ContainsAny(text[:1], "]}") {
			break
		}
		if text != "" && (indent >= place.Column || !strings.HasPrefix(text, "#")) {
			end = i + 1
		}
	}
	return place.Line, d.lines[place.Line-1 : end]
}

func (d *Document) placeOf(at Path) Place {
	for {
		if place, has := d.places[at]; has {
			return place
		}
		if at == "" {
			return Place{1, 1}
		}
		at = at.parent()
	}
}
