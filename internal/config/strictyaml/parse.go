package strictyaml

import (
	"errors"
	"fmt"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a file. The parser takes a second for so many tokens, and its recursion is as deep as
// the file.
const (
	maxTokens = 50_000
	maxDepth  = 32
)

// parse returns the top of the one document in text. It returns nil if there is a fault.
func (d *Document) parse(text string) (top *node) {
	defer func() {
		// A fault of the parser must not end a process that reads its configuration again.
		if r := recover(); r != nil {
			d.Fault("", "the file cannot be read as YAML")
			top = nil
		}
	}()
	tokens := lexer.Tokenize(text)
	d.checkTokens(tokens)
	if len(d.faults) > 0 {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return nil
	}
	body := d.onlyDocument(file)
	if body == nil {
		return nil
	}
	return d.convert(body, "")
}

// checkTokens refuses what no strict file has, before anything is built from it.
func (d *Document) checkTokens(tokens token.Tokens) {
	if len(tokens) > maxTokens {
		d.Fault("", "the file has more than %d words and signs: is it the right one?", maxTokens)
		return
	}
	var depth depthMeter
	for _, t := range tokens {
		if advice, refused := refusedTokens[t.Type]; refused {
			d.faults = append(d.faults, Fault{placeOfToken(t), "", advice})
		}
		if depth.enter(t) > maxDepth {
			d.faults = append(d.faults, Fault{placeOfToken(t), "",
				fmt.Sprintf("lists and mappings are nested more than %d deep: flatten them", maxDepth)})
			return
		}
	}
}

// refusedTokens are the parts of YAML that a strict file does not have, with what to write instead.
var refusedTokens = map[token.Type]string{
	token.AnchorType:    "an anchor (&) is not allowed: write the value out; a text that begins with & needs quotes",
	token.AliasType:     `an alias (*) is not allowed: write the value out; a text that begins with * needs quotes, as "*"`,
	token.MergeKeyType:  "a merge key (<<) is not allowed: write the keys out",
	token.TagType:       "a tag (!) is not allowed: remove it; a text that begins with ! needs quotes",
	token.DirectiveType: "a directive (%) is not allowed: remove it; a text that begins with % needs quotes",
	token.MappingKeyType: `a key after "?" is not allowed: write "key: value"; ` +
		"a text that begins with ? needs quotes",
}

// depthMeter counts how deep a token is: brackets, and blocks by their columns.
type depthMeter struct {
	brackets int
	columns  []int
}

func (m *depthMeter) enter(t *token.Token) int {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		m.brackets++
	case token.SequenceEndType, token.MappingEndType:
		m.brackets--
	case token.SequenceEntryType, token.MappingValueType:
		column := t.Position.Column
		if t.Type == token.MappingValueType && t.Prev != nil {
			column = t.Prev.Position.Column // where the key begins
		}
		for len(m.columns) > 0 && m.columns[len(m.columns)-1] >= column {
			m.columns = m.columns[:len(m.columns)-1]
		}
		if m.brackets == 0 {
			m.columns = append(m.columns, column)
		}
	default:
	}
	return m.brackets + len(m.columns)
}

// onlyDocument returns the body of the file's document, if it has exactly one that is not empty.
func (d *Document) onlyDocument(file *ast.File) (body ast.Node) {
	for _, document := range file.Docs {
		if document.Body == nil {
			continue
		}
		if body != nil {
			place := placeOfNode(document.Body)
			if document.Start != nil {
				place = placeOfToken(document.Start)
			}
			d.faults = append(d.faults, Fault{place, "", "a second document begins here: a file has one"})
			return nil
		}
		body = document.Body
	}
	if body == nil {
		d.Fault("", "the file is empty")
	}
	return body
}

func (d *Document) syntax(err error) {
	var fault yaml.Error
	if !errors.As(err, &fault) || fault.GetToken() == nil {
		d.Fault("", "the file cannot be read as YAML")
		return
	}
	d.faults = append(d.faults, Fault{placeOfToken(fault.GetToken()), "", plainSyntax(fault.GetMessage())})
}

func placeOfToken(t *token.Token) Place { return Place{t.Position.Line, t.Position.Column} }

// placeOfNode returns where a node begins. The token of a mapping in block style is its first colon.
func placeOfNode(n ast.Node) Place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return placeOfToken(m.Values[0].Key.GetToken())
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		return placeOfToken(m.Key.GetToken())
	}
	return placeOfToken(n.GetToken())
}
