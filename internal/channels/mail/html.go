package mail

import (
	_ "embed" // the template
	"html/template"
	"strings"
)

// source is the template of the HTML. Its styles stand in the elements, because many mail programs
// drop style sheets, and it names nothing that a program would fetch.
//
//go:embed page.html
var source string

var layout = template.Must(template.New("page").Parse(source))

// html draws the page as HTML.
func (p page) html() (string, error) {
	var b strings.Builder
	err := layout.Execute(&b, struct {
		page
		Promise string
	}{p, promise})
	return b.String(), err
}
