package handlers

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"countersign/views"
)

// markdown renders what a stranger wrote. Its HTML is not trusted: everything passes the sanitiser below.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(foreignDocument{}, 100))),
)

// sanitiser lets through what a description needs: structure, emphasis, code, tables and links that leave the desk.
var sanitiser = newSanitiser()

func newSanitiser() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "del", "ul", "ol", "li",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("mailto")
	elsewhere := func(u *url.URL) bool { return u.Host != "" } // browsers take "https:/x" for a path of ours
	p.AllowURLSchemeWithCustomPolicy("http", elsewhere)
	p.AllowURLSchemeWithCustomPolicy("https", elsewhere)
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false) // a stranger's link must not look like one of our own
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true) // adds noopener; a half-written comment stays where it is
	return p
}

// tooDeep finds a line that nests more than 20 quotes or lists: no text needs it, parsing it takes quadratic time, and HTML
// parsers give up on it.
var tooDeep = regexp.MustCompile(`(?m)^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){21}`)

// renderMarkdown makes safe HTML of a stranger's markdown: no raw HTML, no pictures, no links but http, https and mailto.
func renderMarkdown(source string) (views.SafeHTML, error) {
	foreign, err := foreignHTML(source)
	return views.Sanitise(sanitiser, foreign), err
}

// foreignHTML is the HTML before it is sanitised.
func foreignHTML(source string) ([]byte, error) {
	if tooDeep.MatchString(source) {
		return []byte("<pre>" + html.EscapeString(source) + "</pre>"), nil
	}
	var b bytes.Buffer
	if err := markdown.Convert([]byte(source), &b); err != nil {
		return nil, fmt.Errorf("render markdown: %w", err)
	}
	return b.Bytes(), nil
}

// foreignDocument fits a stranger's document into our page.
type foreignDocument struct{}

// headingShift puts the document's headings below those of the page, whose own sections are h2.
const headingShift = 2

// Transform lowers headings, and makes links of pictures: they are not loaded, since that would tell the sender who reads
// when, but a reviewer may want to open them.
func (foreignDocument) Transform(document *ast.Document, _ text.Reader, _ parser.Context) {
	var images []*ast.Image
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		switch n := n.(type) {
		case *ast.Heading:
			if entering {
				n.Level = min(n.Level+headingShift, 6)
			}
		case *ast.Image:
			if entering {
				images = append(images, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, image := range images {
		link := ast.NewLink()
		link.Destination, link.Title = image.Destination, image.Title
		for child := image.FirstChild(); child != nil; child = image.FirstChild() {
			link.AppendChild(link, child)
		}
		if !link.HasChildren() {
			link.AppendChild(link, ast.NewString([]byte("Picture")))
		}
		image.Parent().ReplaceChild(image.Parent(), image, link)
	}
}
