package viewstest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	nethtml "golang.org/x/net/html"

	"countersign/views/components"
)

// HTML renders a component and parses the result.
func HTML(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(Text(t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Text returns the HTML of a component.
func Text(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Words returns the text of a selection as people read it: separate elements are separate words,
// and each run of white space is one space.
func Words(s *goquery.Selection) string {
	var pieces []string
	var walk func(*nethtml.Node)
	walk = func(n *nethtml.Node) {
		if n.Type == nethtml.TextNode {
			pieces = append(pieces, n.Data)
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	for _, n := range s.Nodes {
		walk(n)
	}
	return strings.Join(strings.Fields(strings.Join(pieces, " ")), " ")
}

// Drawn reports whether an icon has a drawing.
func Drawn(t *testing.T, icon string) bool {
	t.Helper()
	return HTML(t, components.Icon(icon)).Find("svg").Children().Length() > 0
}
