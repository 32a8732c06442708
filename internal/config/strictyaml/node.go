package strictyaml

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"countersign/internal/jsonsyntax"
)

// kind is what a value is.
type kind string

// The kinds, in the words of messages.
const (
	kindMapping kind = "a mapping"
	kindList    kind = "a list"
	kindText    kind = "a text"
	kindNumber  kind = "a number"
	kindSwitch  kind = "true or false"
	kindNothing kind = "nothing"
)

// node is a value of the file.
type node struct {
	Place
	kind    kind
	text    string // of a scalar
	members []member
	items   []*node
}

// member is one "key: value" of a mapping.
type member struct {
	Place // of the key
	name  string
	value *node
}

// convert turns the parser's tree into ours. It notes keys that stand twice.
func (d *Document) convert(n ast.Node, at Path) *node {
	out := &node{Place: placeOfNode(n)}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = kindMapping
		d.convertMembers(out, n.Values, at)
	case *ast.MappingValueNode:
		out.kind = kindMapping
		d.convertMembers(out, []*ast.MappingValueNode{n}, at)
	case *ast.SequenceNode:
		out.kind = kindList
		for i, item := range n.Values {
			out.items = append(out.items, d.convert(item, at.Item(i)))
		}
	case *ast.NullNode:
		out.kind = kindNothing
	case *ast.BoolNode:
		out.kind, out.text = kindSwitch, n.GetToken().Value
	case *ast.StringNode:
		out.kind, out.text = kindText, n.Value
		if n.Token.Type == token.StringType && jsonsyntax.Number(n.Value) {
			out.kind = kindNumber // the parser takes 1e2 for a text
		}
	case *ast.LiteralNode:
		out.kind, out.text = kindText, n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		out.kind, out.text = kindNumber, n.GetToken().Value
	default:
		d.faults = append(d.faults, Fault{out.Place, at, "this part of YAML is not allowed: write a plain value"})
		out.kind = kindNothing
	}
	return out
}

func (d *Document) convertMembers(out *node, values []*ast.MappingValueNode, at Path) {
	first := make(map[string]Place)
	for _, v := range values {
		name, place := keyOf(v.Key.GetToken()), placeOfToken(v.Key.GetToken())
		path := at.Key(name)
		if earlier, twice := first[name]; twice {
			d.faults = append(d.faults, Fault{place, path, "the key stands here a second time, first in line " +
				lineNumber(earlier) + ": remove one"})
			continue
		}
		first[name] = place
		out.members = append(out.members, member{place, name, d.convert(v.Value, path)})
	}
}

// keyOf returns a key as it is written: 111122223333 is a name like any other.
func keyOf(t *token.Token) string {
	if t.Type == token.DoubleQuoteType || t.Type == token.SingleQuoteType {
		return t.Value
	}
	return strings.TrimSpace(t.Value)
}
