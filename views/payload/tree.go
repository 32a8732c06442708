package payload

import (
	"strconv"
	"strings"
	"unicode"

	"countersign/internal/jsontext"
	"countersign/internal/printable"
	"countersign/views/words"
)

// Limits on what a tree puts on a page at once. The rest of a branch is loaded when somebody opens
// it, and the payload's plain text has all of it.
const (
	maxNodes    = 600
	maxDepth    = 16
	maxChildren = 100      // of one branch
	maxKey      = 200      // runes
	maxLabel    = 100      // runes of a path
	maxText     = 1_000    // bytes of a leaf, before it is opened
	maxWhole    = 64 << 10 // bytes of all leaves that can be opened
	escapeRoom  = 40       // bytes that an escape takes
	openNodes   = 40       // a payload of fewer nodes is shown fully open
)

// node is one value of a payload. Branches have Sum and Children, leaves have Text.
type node struct {
	Key      []printable.Run
	Named    bool            // it has a key or an index: all nodes have one except the root
	At       string          // the indexes of the members that lead here: "0.12"
	Label    string          // the keys that lead here, for the name of its copy button
	Class    string          // colour of a leaf
	Text     []printable.Run // JSON of a leaf
	Size     int             // bytes of a leaf whose text is cut, otherwise 0
	Whole    []printable.Run // the text of such a leaf to its end, if the page has room for it
	Masked   bool            // a mask is in the place of its value
	Reveals  bool            // and the reader may reveal it
	Revealed bool            // the reader did so just now; Text has as much of Size as Shown says
	Shown    int
	Sum      string  // "{7 keys}", "[2 items]"
	Peek     excerpt // the beginning of a branch on one line
	Children []node
	Count    int // all children, including those that are not on the page
	From     int // the index of the first child that is on the page
	Open     bool
	value    jsontext.Value
	masks    *masks
	depth    int
}

// branch reports whether the node contains others.
func (n *node) branch() bool { return n.Sum != "" }

// rest returns how many children follow those on the page.
func (n *node) rest() int { return n.Count - n.From - len(n.Children) }

// next returns the index of the first child after those on the page.
func (n *node) next() int { return n.From + len(n.Children) }

// tree returns as much of a payload as fits the page. It is nil if the payload is not a JSON
// document.
func tree(d Document) []node {
	root, ok := branchAt(d, "", 0)
	if !ok {
		return nil
	}
	nodes := []node{root}
	if root.branch() && root.rest() == 0 && len(root.Children) > 0 {
		nodes = root.Children
	}
	unfold(nodes, 0, total(nodes) <= openNodes)
	return nodes
}

// branchAt returns the value to which the indexes lead, with its children starting at index from.
// ok is false if there is none.
func branchAt(d Document, at string, from int) (n node, ok bool) {
	document, ok := jsontext.Read(d.Text)
	if !ok {
		return node{}, false
	}
	n = node{value: document, At: at, From: from, masks: d.masks()}
	for number := range numbers(at) {
		found := false
		if n.value.Branch() {
			for m := range n.value.Members() {
				if m.Index == number {
					n.value, n.Named, n.Key, n.Label, found = m.Value, true, keyOf(m, printable.Line), labelOf(n.Label, m), true
					break
				}
			}
		}
		if !found {
			return node{}, false
		}
	}
	n.describe()
	left := maxNodes - 1
	// level by level, so that a long branch leaves room for its siblings
	for queue := []*node{&n}; len(queue) > 0; queue = queue[1:] {
		if queue[0].branch() && queue[0].depth < maxDepth {
			left -= queue[0].grow(left)
		}
		for i := range queue[0].Children {
			queue = append(queue, &queue[0].Children[i])
		}
	}
	room := maxWhole
	n.spell(&room)
	return n, from == 0 || from < n.Count
}

// numbers reads a place in a document. A part that is not a number becomes an index that no member
// has.
func numbers(at string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if at == "" {
			return
		}
		for part := range strings.SplitSeq(at, ".") {
			number, err := strconv.Atoi(part)
			if err != nil {
				number = -1
			}
			if !yield(number) {
				return
			}
		}
	}
}

// describe reads a value without its contents.
func (n *node) describe() {
	if n.masks.cover(n) {
		return
	}
	switch c := n.value[0]; {
	case n.value.Branch():
		n.Count = n.value.Count()
		n.Sum = "[" + words.Plural(n.Count, "item") + "]"
		if c == '{' {
			n.Sum = "{" + words.Plural(n.Count, "key") + "}"
		}
		n.Peek = excerptOf(n.value)
	case c == '"':
		literal := n.value.Raw()
		text, whole := jsontext.Text(literal, maxText)
		n.Text = printable.Runs(quote(text), printable.Line)
		if !whole {
			n.Text, n.Size = printable.Runs(strings.TrimSuffix(quote(text), `"`)+"…", printable.Line), len(literal)
		}
	default:
		literal := n.value.Raw()
		n.Class = map[byte]string{'t': "boo", 'f': "boo", 'n': "nul"}[c]
		if n.Class == "" {
			n.Class = "num"
		}
		n.Text = printable.Runs(string(literal[:min(len(literal), maxText)]), printable.Line)
		if len(literal) > maxText {
			n.Text, n.Size = append(n.Text, printable.Run{Text: "…"}), len(literal)
		}
	}
}

// spell puts the whole text of cut leaves on the page, as long as there is room.
func (n *node) spell(room *int) {
	if n.Size > 0 && n.Size <= *room && !n.Revealed {
		text := string(n.value.Raw())
		if n.value[0] == '"' {
			text, _ = jsontext.Text(n.value.Raw(), n.Size)
			text = quote(text)
		}
		whole := printable.Runs(text, printable.Line)
		if *room -= len(text) + escapeRoom*len(whole); *room >= 0 {
			n.Whole = whole
		}
	}
	for i := range n.Children {
		n.Children[i].spell(room)
	}
}

// grow reads the children of a branch, as many as are left to spend, and returns how many it read.
func (n *node) grow(left int) int {
	var members []jsontext.Member
	for m := range n.value.Members() {
		if m.Index < n.From {
			continue
		}
		if len(members) >= min(left, maxChildren) {
			break
		}
		members = append(members, m)
	}
	n.Children = make([]node, len(members))
	alike := lookAlike(members)
	for i, m := range members {
		form := printable.Line
		if alike[i] {
			form = printable.Apart
		}
		child := &n.Children[i]
		*child = node{
			value: m.Value, masks: n.masks, Named: true, Key: keyOf(m, form), Label: labelOf(n.Label, m), depth: n.depth + 1,
			At: strings.TrimPrefix(n.At+"."+strconv.Itoa(m.Index), "."),
		}
		child.describe()
	}
	return len(members)
}

// keyOf returns a key as it is shown: bare if that shows all of it, otherwise in quotes and with
// escapes.
func keyOf(m jsontext.Member, form printable.Form) []printable.Run {
	if m.Key == nil {
		return []printable.Run{{Text: strconv.Itoa(m.Index)}}
	}
	key, whole := jsontext.Text(m.Key, maxKey)
	if key == "" || key != strings.TrimSpace(key) || key[0] == '"' || strings.ContainsFunc(key, unicode.IsControl) {
		key = quote(key)
	}
	if !whole {
		key += "…"
	}
	return printable.Runs(key, form)
}

func labelOf(parent string, m jsontext.Member) string {
	key := strconv.Itoa(m.Index)
	if m.Key != nil {
		key, _ = jsontext.Text(m.Key, maxKey)
	}
	return printable.Clip(strings.TrimPrefix(parent+"."+printable.String(key, printable.Line), "."), maxLabel)
}

// lookAlike finds keys that differ from another key of the object only in invisible characters that
// their script needs.
func lookAlike(members []jsontext.Member) []bool {
	bones := make([]string, len(members))
	seen := map[string]int{}
	for i, m := range members {
		if m.Key != nil {
			key, _ := jsontext.Text(m.Key, maxKey)
			bones[i] = visible(key)
			seen[bones[i]]++
		}
	}
	alike := make([]bool, len(members))
	for i, m := range members {
		alike[i] = m.Key != nil && seen[bones[i]] > 1
	}
	return alike
}

// visible returns the part of a key that can be seen.
func visible(key string) string {
	var b strings.Builder
	for _, r := range printable.Runs(key, printable.Apart) {
		switch {
		case !r.Hidden:
			b.WriteString(r.Text)
		case unicode.IsSpace(r.Char):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// unfold opens the first level, and all of a small payload.
func unfold(nodes []node, depth int, small bool) {
	for i := range nodes {
		n := &nodes[i]
		n.Open = len(n.Children) > 0 && (small || depth == 0 && n.Count <= 12)
		unfold(n.Children, depth+1, small)
	}
}

// total returns how many nodes there are.
func total(nodes []node) int {
	n := len(nodes)
	for i := range nodes {
		n += total(nodes[i].Children)
	}
	return n
}

// unopened reports whether part of the tree cannot be read until something is opened.
func unopened(nodes []node) bool {
	for i := range nodes {
		n := &nodes[i]
		switch {
		case n.Size > 0, n.branch() && !n.Open && n.Peek.Cut, n.Open && n.rest() > 0, n.Open && unopened(n.Children):
			return true
		}
	}
	return false
}
