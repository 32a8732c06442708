package forms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/form"
	"countersign/internal/jsonsyntax"
	"countersign/internal/printable"
	"countersign/views/untrusted"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// maxSchemaShown is how much of a schema a page shows, in bytes.
const maxSchemaShown = 16 << 10

// maxRows is how many lines of an answer the editor shows at once without a script.
const maxRows = 400

// lineFault is what is wrong with an answer that is written as JSON, at its line.
type lineFault struct {
	Line int
	Text string
}

// lineFaults are those of the answer. If the text is no JSON, that is the only one.
func (f Form) lineFaults() (all []lineFault) {
	if fault := jsonsyntax.Check(f.Text); fault != nil {
		if strings.TrimSpace(f.Text) == "" {
			return []lineFault{{1, "The answer is empty."}}
		}
		return []lineFault{{fault.Line, fmt.Sprintf("column %d: %s", fault.Column, fault.Detail)}}
	}
	for _, fault := range f.Filled.Faults {
		name := "The answer"
		if tokens, ok := fault.Pointer.Tokens(); ok && len(tokens) > 0 {
			name = untrusted.Isolate(printable.Clip(strings.Join(tokens, ", "), 80))
		}
		all = append(all, lineFault{f.Filled.Answer.Line(fault.Pointer), name + ": " + fault.Detail})
	}
	slices.SortStableFunc(all, func(a, b lineFault) int { return a.Line - b.Line })
	return all
}

// state says in the foot of the editor whether the answer can be sent.
func (f Form) state() string {
	faults := f.lineFaults()
	if len(faults) == 0 {
		return "Valid"
	}
	var lines []string
	for _, fault := range faults {
		if line := strconv.Itoa(fault.Line); len(lines) == 0 || lines[len(lines)-1] != line {
			lines = append(lines, line)
		}
	}
	if len(lines) == 1 {
		return words.Plural(len(faults), "error") + ", line " + lines[0]
	}
	last := len(lines) - 1
	return fmt.Sprintf("%s, lines %s and %s", words.Plural(len(faults), "error"), strings.Join(lines[:last], ", "), lines[last])
}

// lines are the numbers beside the text, with the lines that are wrong.
func (f Form) lines() []bool {
	wrong := make([]bool, 1+strings.Count(f.Text, "\n"))
	for _, fault := range f.lineFaults() {
		if fault.Line <= len(wrong) {
			wrong[fault.Line-1] = true
		}
	}
	return wrong[:min(len(wrong), maxRows)]
}

// text are the attributes of the field in which JSON is written. No browser corrects it.
func (f Form) text() templ.Attributes {
	name := f.jsonName()
	return templ.Attributes{
		"id": id(name), "name": name, "form": "decide", "rows": strconv.Itoa(max(len(f.lines()), 6)), "wrap": "off", "dir": "ltr",
		"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off",
		"aria-labelledby": f.ID() + "-t", "aria-describedby": id(name) + "-e",
		"aria-invalid": strconv.FormatBool(f.Told && len(f.Filled.Faults) > 0),
	}
}

// notDrawn names the keywords for which the form cannot be drawn.
func (f Form) notDrawn() (keywords []string) {
	seen := map[string]bool{}
	for _, r := range f.Form.Reasons {
		if r.Keyword != "" && !seen[r.Keyword] {
			seen[r.Keyword] = true
			keywords = append(keywords, r.Keyword)
		}
	}
	return keywords
}

// reason is one reason why a form cannot be drawn, with its place in the schema.
func reason(r form.Reason) string {
	place := printable.Clip(string(r.Pointer), 80)
	if place == "" {
		return words.Capital(r.Detail) + "."
	}
	return untrusted.Isolate(place) + ": " + r.Detail + "."
}
