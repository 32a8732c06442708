// Package markdown makes safe HTML of the descriptions that senders write in markdown.
//
// It loses no word of them: what it does not know as markup stays as it was typed. What comes out
// has passed a sanitiser, whatever the parser made.
package markdown

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	markup "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"countersign/views/untrusted"
)

// converter knows no HTML and no definitions of links, so that what looks like one is text, and a
// line break stays a break. The HTML that it makes is not trusted: everything passes the sanitiser
// below.
var converter = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100), util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300), util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500), util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700), util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100), util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300), util.Prioritized(strikeParser{}, 400),
			util.Prioritized(parser.NewEmphasisParser(), 500),
		),
		parser.WithASTTransformers(util.Prioritized(foreignDocument{}, 100)),
	)),
	goldmark.WithExtensions(extension.Table, extension.Linkify),
	goldmark.WithRendererOptions(
		markup.WithHardWraps(),
		renderer.WithNodeRenderers(util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500)),
	),
)

// sanitiser lets through what a description needs: structure, emphasis, code, tables and links that
// leave the desk.
var sanitiser = newSanitiser()

func newSanitiser() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "del", "ul", "ol", "li",
		"table", "thead", "tbody", "tr", "th", "td")
	number := regexp.MustCompile(`^\d{1,9}$`)
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("value").Matching(number).OnElements("li")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("mailto")
	elsewhere := func(u *url.URL) bool { // browsers take "https:/x" for a path of ours
		_, _, ok := untrusted.WebAddress(u.String())
		return ok
	}
	p.AllowURLSchemeWithCustomPolicy("http", elsewhere)
	p.AllowURLSchemeWithCustomPolicy("https", elsewhere)
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false) // a stranger's link must not look like one of our own
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	// adds noopener; a half-written comment stays where it is
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}

// Bounds of what is parsed and shown of a description. One beyond them is shown as it was typed.
const (
	maxCells       = 10_000    // of tables
	maxDescription = 512 << 10 // bytes of its HTML
)

// tooDeep finds a line that nests more than 20 quotes or lists: no text needs it, parsing it takes
// quadratic time, and HTML parsers give up on it.
var tooDeep = regexp.MustCompile(`(?m)^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){21}`)

// delimiter finds the line below a table's header: it says how many columns the table has. All that
// the parser takes for white space may be in it.
var delimiter = regexp.MustCompile(`(?m)^[ \t\r\f\v>]*[|:-][|:\- \t\r\f\v]*$`)

// tooWide reports whether a text may make a table of too many cells: each row is filled up to the
// number of columns.
func tooWide(source string) bool {
	columns := 0
	for _, line := range delimiter.FindAllString(source, -1) {
		columns = max(columns, strings.Count(line, "|")+1)
	}
	return columns*(strings.Count(source, "\n")+1) > maxCells
}

// render makes safe HTML of markdown: no raw HTML, no pictures, no links but http, https and
// mailto.
func render(source string) (untrusted.SafeHTML, error) {
	foreign, err := foreignHTML(source)
	return untrusted.Sanitise(sanitiser, foreign), err
}

// foreignHTML is the HTML before it is sanitised.
func foreignHTML(source string) ([]byte, error) {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	if tooDeep.MatchString(source) || tooWide(source) {
		return asTyped(source), nil
	}
	var b bytes.Buffer
	if err := converter.Convert([]byte(source), &b); err != nil {
		return nil, fmt.Errorf("render markdown: %w", err)
	}
	if b.Len() > maxDescription {
		return asTyped(source), nil
	}
	return emptyHeader.ReplaceAll(b.Bytes(), []byte("<td></td>")), nil
}

// emptyHeader finds a header cell without words, such as that above the names of the rows. Screen
// readers would announce it as the name of its column, so it becomes a plain cell.
var emptyHeader = regexp.MustCompile(`<th(?: [^>]*)?></th>`)

func asTyped(source string) []byte { return []byte("<pre>\n" + html.EscapeString(source) + "</pre>") }
