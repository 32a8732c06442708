package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"countersign/views/untrusted"
)

// strikeParser takes two tildes at each side for a strike. A single one is how people write "about"
// and "from–to".
type strikeParser struct{}

// Trigger returns the characters at which Parse is called.
func (strikeParser) Trigger() []byte { return []byte{'~'} }

// Parse reads a run of tildes.
func (strikeParser) Parse(_ ast.Node, block text.Reader, context parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, before, 2, strikes{})
	if node == nil || node.OriginalLength != 2 || before == '~' {
		return nil
	}
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	context.PushDelimiter(node)
	return node
}

type strikes struct{}

// IsDelimiter reports whether a character strikes.
func (strikes) IsDelimiter(b byte) bool { return b == '~' }

// CanOpenCloser reports whether two runs belong together.
func (strikes) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch makes the node between them.
func (strikes) OnMatch(int) ast.Node { return extensionast.NewStrikethrough() }

// foreignDocument fits a stranger's document into our page, so that no word of it is lost.
type foreignDocument struct{}

// headingShift puts the document's headings below those of the page, whose own sections are h2.
const headingShift = 2

// Transform lowers headings, says where links lead, gives list items the numbers that were typed,
// and shows what markdown would leave out: the label of a code block and cells beyond a table's
// header.
func (foreignDocument) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	var nodes []ast.Node
	// the function returns no error
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			nodes = append(nodes, n)
		}
		return ast.WalkContinue, nil
	})
	for i := len(nodes) - 1; i >= 0; i-- { // from the inside out, since nodes are replaced
		switch n := nodes[i].(type) {
		case *ast.Heading:
			n.Level = min(n.Level+headingShift, 6)
		case *ast.Image:
			showLink(n, n.Destination, n.Title, source)
		case *ast.Link:
			showLink(n, n.Destination, n.Title, source)
		case *ast.AutoLink:
			showAutoLink(n, source)
		case *ast.FencedCodeBlock:
			showInfo(n, source)
		case *ast.ListItem:
			number(n, source)
		case *extensionast.TableRow:
			showExcess(n, source)
		}
	}
}

// showLink makes a link that leads out of here of a link or a picture, with its host behind it.
// Pictures are not loaded, since that would tell the sender who reads when. A link that leads
// nowhere safe is text.
func showLink(n ast.Node, destination, title []byte, source []byte) {
	where := string(destination)
	words := nodeText(n, source)
	parent := n.Parent()
	into, before := ast.Node(nil), ast.Node(nil)
	if address, host, ok := untrusted.WebAddress(where); ok {
		into, where = webLink(address), host
	} else if mail, ok := untrusted.MailAddress(where); ok {
		into, where = webLink(where), mail
	} else {
		into, before = parent, n
	}
	if !n.HasChildren() && before == nil {
		n.AppendChild(n, ast.NewString([]byte(nameless(n))))
	}
	for child := n.FirstChild(); child != nil; child = n.FirstChild() {
		into.InsertBefore(into, before, child)
	}
	if before == nil {
		parent.InsertBefore(parent, n, into)
	}
	if note := linkNote(words, where, string(title)); note != "" {
		parent.InsertBefore(parent, n, ast.NewString([]byte(note)))
	}
	parent.RemoveChild(parent, n)
}

func webLink(address string) *ast.Link {
	link := ast.NewLink()
	link.Destination = []byte(address)
	return link
}

// nameless is what a link without words is called.
func nameless(n ast.Node) string {
	if n.Kind() == ast.KindImage {
		return "Picture"
	}
	return "Link"
}

// linkNote is what stands behind a link: where it leads, unless its words say so, and its title.
func linkNote(words, where, title string) string {
	var notes []string
	if where != "" && words != where {
		notes = append(notes, where)
	}
	if title != "" {
		notes = append(notes, "“"+title+"”")
	}
	if len(notes) == 0 {
		return ""
	}
	return " (" + strings.Join(notes, ", ") + ")"
}

// showAutoLink keeps a bare address as a link only if it leads out of the desk, and shows its host
// if the address reads otherwise.
func showAutoLink(n *ast.AutoLink, source []byte) {
	label := string(n.Label(source))
	parent := n.Parent()
	if n.AutoLinkType == ast.AutoLinkEmail {
		return
	}
	address, host, ok := untrusted.WebAddress(string(n.URL(source)))
	if !ok {
		parent.ReplaceChild(parent, n, ast.NewString([]byte(label)))
		return
	}
	link := webLink(address)
	link.AppendChild(link, ast.NewString([]byte(label)))
	parent.InsertBefore(parent, n, link)
	if !strings.Contains(strings.ToLower(label), host) {
		parent.InsertBefore(parent, n, ast.NewString([]byte(" ("+host+")")))
	}
	parent.RemoveChild(parent, n)
}

// showInfo puts the label of a code block, which may be any text, above it.
func showInfo(n *ast.FencedCodeBlock, source []byte) {
	if n.Info == nil || len(bytes.TrimSpace(n.Info.Segment.Value(source))) == 0 {
		return
	}
	label := ast.NewParagraph()
	label.AppendChild(label, ast.NewString(n.Info.Segment.Value(source)))
	n.Parent().InsertBefore(n.Parent(), n, label)
}

var marker = regexp.MustCompile(`(\d{1,9})[.)][ \t]*$`)

// number gives an item of a numbered list the number that was typed: others refer to it.
func number(item *ast.ListItem, source []byte) {
	if list, ok := item.Parent().(*ast.List); !ok || !list.IsOrdered() {
		return
	}
	block := item.FirstChild()
	for block != nil && (block.Type() != ast.TypeBlock || block.Lines().Len() == 0) {
		block = block.FirstChild()
	}
	if block == nil {
		return
	}
	start := block.Lines().At(0).Start
	line := source[bytes.LastIndexByte(source[:start], '\n')+1 : start]
	if found := marker.FindSubmatch(line); found != nil {
		item.SetAttributeString("value", found[1])
	}
}

// showExcess adds what a row of a table has beyond the header's columns, which markdown leaves out.
func showExcess(row *extensionast.TableRow, source []byte) {
	last, ok := row.LastChild().(*extensionast.TableCell)
	if !ok || last.Lines().Len() == 0 {
		return
	}
	stop := last.Lines().At(0).Stop
	end := bytes.IndexByte(source[stop:], '\n')
	if end < 0 {
		end = len(source) - stop
	}
	if rest := strings.Trim(string(source[stop:stop+end]), " \t|"); rest != "" {
		cell := extensionast.NewTableCell()
		cell.AppendChild(cell, ast.NewString([]byte(rest)))
		row.AppendChild(row, cell)
	}
}

// nodeText is the plain text of a node.
func nodeText(n ast.Node, source []byte) string {
	var b strings.Builder
	// the function returns no error
	_ = ast.Walk(n, func(child ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch child := child.(type) {
			case *ast.Text:
				b.Write(child.Segment.Value(source))
			case *ast.String:
				b.Write(child.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
