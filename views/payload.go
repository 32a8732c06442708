package views

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Bounds of what a payload may put on a page. The rest is in the raw text, and that is cut as well.
const (
	maxNodes    = 600
	maxDepth    = 16
	maxPeek     = 90       // runes of a closed branch
	maxRawShown = 64 << 10 // bytes
	openNodes   = 40       // a payload of fewer nodes is shown open
)

// node is one value of a payload. Branches have Sum and Children, leaves have Text.
type node struct {
	Key      string
	Path     string // for the name of its copy button
	Class    string // colour of a leaf
	Text     string // JSON of a leaf
	Sum      string // "{7 keys}", "[2 items]"
	Peek     string // the beginning of a branch on one line
	Children []node
	More     int // children that did not fit
	Open     bool
}

// branch reports whether the node holds others.
func (n node) branch() bool { return n.Sum != "" }

// tree reads a payload as far as it fits the page. It is nil when the payload is no JSON document.
func tree(payload []byte) []node {
	if !json.Valid(payload) {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.UseNumber()
	g := &gardener{dec: dec, left: maxNodes}
	root := g.grow("", "", 0)
	nodes := []node{root}
	if root.branch() && root.More == 0 && len(root.Children) > 0 {
		nodes = root.Children
	}
	unfold(nodes, 0, maxNodes-g.left <= openNodes)
	return nodes
}

// gardener grows the tree from a token stream, so that order and spelling stay as the sender wrote them.
type gardener struct {
	dec  *json.Decoder
	left int // nodes that still fit
}

func (g *gardener) grow(key, path string, depth int) node {
	g.left--
	n := node{Key: key, Path: path}
	token, err := g.dec.Token()
	if err != nil { // the document was checked before
		return n
	}
	switch value := token.(type) {
	case json.Delim:
		g.branch(&n, value == '{', depth)
	case string:
		n.Text = quote(value)
	case json.Number:
		n.Text, n.Class = value.String(), "num"
	case bool:
		n.Text, n.Class = strconv.FormatBool(value), "boo"
	case nil:
		n.Text, n.Class = "null", "nul"
	}
	return n
}

// branch reads the members of an object or the items of an array. What does not fit is counted and skipped.
func (g *gardener) branch(n *node, object bool, depth int) {
	var peek []string
	count := 0
	for ; g.dec.More(); count++ {
		key := strconv.Itoa(count)
		if object {
			token, _ := g.dec.Token()
			key, _ = token.(string)
		}
		if g.left <= 0 || depth >= maxDepth {
			g.skip()
			n.More++
			continue
		}
		child := g.grow(key, strings.TrimPrefix(n.Path+"."+key, "."), depth+1)
		n.Children = append(n.Children, child)
		if object {
			peek = append(peek, quote(key)+": "+child.glance())
		} else {
			peek = append(peek, child.glance())
		}
	}
	_, _ = g.dec.Token() // the closing bracket
	n.Sum, n.Peek = "["+plural(count, "item")+"]", clip("["+strings.Join(peek, ", ")+"]", maxPeek)
	if object {
		n.Sum, n.Peek = "{"+plural(count, "key")+"}", clip("{"+strings.Join(peek, ", ")+"}", maxPeek)
	}
}

// skip reads one value without keeping it.
func (g *gardener) skip() {
	var value json.RawMessage
	_ = g.dec.Decode(&value)
}

// glance is the node as part of its parent's peek.
func (n node) glance() string {
	if n.branch() {
		return n.Peek
	}
	return clip(n.Text, maxPeek)
}

// unfold opens the first level, and small payloads wholly.
func unfold(nodes []node, depth int, small bool) {
	for i := range nodes {
		nodes[i].Open = small || depth == 0 && len(nodes[i].Children) <= 12
		unfold(nodes[i].Children, depth+1, small)
	}
}

func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

// clip cuts a line to a number of runes.
func clip(s string, longest int) string {
	for i := range s {
		if longest == 0 {
			return s[:i] + "…"
		}
		longest--
	}
	return s
}

// raw is a payload as text, cut to what a page can bear.
func raw(payload []byte) string {
	return strings.ToValidUTF8(string(payload[:min(len(payload), maxRawShown)]), "\uFFFD")
}
