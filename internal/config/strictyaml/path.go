package strictyaml

import (
	"regexp"
	"strconv"
	"strings"
)

// Path leads from the top of a file to a value, as in queues.finance.groups[0]. The top is the
// empty path.
type Path string

// plainKey matches the keys that stand in a path without quotes.
var plainKey = regexp.MustCompile(`^[A-Za-z0-9_*-]+$`)

// Key returns the path of a member of a mapping.
func (p Path) Key(name string) Path {
	if !plainKey.MatchString(name) {
		name = strconv.Quote(name)
	}
	if p == "" {
		return Path(name)
	}
	return p + "." + Path(name)
}

// Item returns the path of an item of a list. Items count from 0.
func (p Path) Item(i int) Path { return p + Path("["+strconv.Itoa(i)+"]") }

// under reports whether p is other or below it.
func (p Path) under(other Path) bool {
	rest, below := strings.CutPrefix(string(p), string(other))
	return below && (other == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// parent returns the path above p. Quoted keys may hold dots and brackets.
func (p Path) parent() Path {
	quoted, end := false, 0
	for i := 0; i < len(p); i++ {
		switch {
		case quoted && p[i] == '\\':
			i++
		case p[i] == '"':
			quoted = !quoted
		case !quoted && (p[i] == '.' || p[i] == '['):
			end = i
		}
	}
	return p[:end]
}
