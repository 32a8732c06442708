// Package jsonsyntax says whether a text that a person typed is one JSON document, and where it is
// not. It changes no value: a text that passes keeps its bytes, so numbers like 1e2 and 0.10, the
// order of names and the spaces stay as they were typed.
package jsonsyntax

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxDepth is how deep arrays and objects may lie in each other.
const MaxDepth = 100

// Fault is the first thing that is wrong with a text, and its place. Lines and columns count from
// 1, columns in characters.
type Fault struct {
	Line, Column int
	Detail       string // without a full stop
}

// Error says the place and what is wrong: "Line 6, column 22: a comma is missing".
func (f *Fault) Error() string {
	return fmt.Sprintf("Line %d, column %d: %s", f.Line, f.Column, f.Detail)
}

// Number reports whether a text is one number of JSON and nothing else.
func Number(text string) bool {
	c := checker{text: text}
	return c.number() == nil && c.at == len(text)
}

// Check returns nil if a text is one JSON document (RFC 8259) in UTF-8 whose objects have each name
// once. Programs differ in what they read when a name stands twice.
func Check(text string) *Fault {
	c := checker{text: text}
	c.space()
	if c.at == len(text) {
		return c.fault("there is no value")
	}
	if fault := c.value(0); fault != nil {
		return fault
	}
	c.space()
	if c.at < len(text) {
		return c.fault("the document has ended before this")
	}
	return nil
}

// checker reads a text once, from its beginning.
type checker struct {
	text string
	at   int // the byte that is read next
}

// fault is one at the byte that is read next.
func (c *checker) fault(detail string) *Fault {
	before := c.text[:c.at]
	line := strings.LastIndexByte(before, '\n') + 1
	return &Fault{
		Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(before[line:]),
		Detail: detail,
	}
}

// next is the byte that is read next; 0 at the end.
func (c *checker) next() byte {
	if c.at == len(c.text) {
		return 0
	}
	return c.text[c.at]
}

func (c *checker) space() {
	for c.at < len(c.text) && strings.IndexByte(" \t\r\n", c.text[c.at]) >= 0 {
		c.at++
	}
}

// value reads a value that lies in so many arrays and objects.
func (c *checker) value(depth int) *Fault {
	switch b := c.next(); {
	case b == '{' || b == '[':
		if depth == MaxDepth {
			return c.fault(fmt.Sprintf("this lies in more than %d arrays and objects", MaxDepth))
		}
		if b == '{' {
			return c.object(depth + 1)
		}
		return c.array(depth + 1)
	case b == '"':
		_, fault := c.string()
		return fault
	case b == '-' || b >= '0' && b <= '9':
		return c.number()
	}
	return c.word()
}

func (c *checker) object(depth int) *Fault {
	names := map[string]bool{}
	return c.members('}', "}", func() *Fault {
		at := c.at
		if c.next() != '"' {
			return c.fault("a name in quotes is missing")
		}
		name, fault := c.string()
		if fault != nil {
			return fault
		}
		if names[name] {
			c.at = at
			return c.fault("this name stands twice in its object")
		}
		names[name] = true
		c.space()
		if c.next() != ':' {
			return c.fault("a colon is missing")
		}
		c.at++
		c.space()
		return c.value(depth)
	})
}

func (c *checker) array(depth int) *Fault {
	return c.members(']', "]", func() *Fault { return c.value(depth) })
}

// members reads what stands between two brackets, separated by commas.
func (c *checker) members(end byte, bracket string, member func() *Fault) *Fault {
	c.at++
	c.space()
	if c.next() == end {
		c.at++
		return nil
	}
	for {
		if fault := member(); fault != nil {
			return fault
		}
		c.space()
		switch c.next() {
		case end:
			c.at++
			return nil
		case ',':
			comma := c.at
			c.at++
			c.space()
			if c.next() == end {
				c.at = comma
				return c.fault("nothing follows this comma")
			}
		case 0:
			return c.fault(bracket + " is missing")
		default:
			return c.fault("a comma or " + bracket + " is missing")
		}
	}
}

// string reads a string and returns what it says.
func (c *checker) string() (said string, fault *Fault) {
	start := c.at
	c.at++
	for c.at < len(c.text) {
		switch b := c.text[c.at]; {
		case b == '"':
			c.at++
			_ = json.Unmarshal([]byte(c.text[start:c.at]), &said) // what was read is a string
			return said, nil
		case b < ' ':
			return "", c.fault("a string does not hold line breaks or control characters: write them as \\n or \\u000a")
		case b == '\\':
			if fault := c.escape(); fault != nil {
				return "", fault
			}
		default:
			r, size := utf8.DecodeRuneInString(c.text[c.at:])
			if r == utf8.RuneError && size == 1 {
				return "", c.fault("this is not UTF-8")
			}
			c.at += size
		}
	}
	c.at = start
	return "", c.fault("the quote that ends this string is missing")
}

func (c *checker) escape() *Fault {
	rest := c.text[c.at+1:]
	switch {
	case rest != "" && strings.IndexByte(`"\/bfnrt`, rest[0]) >= 0:
		c.at += 2
	case len(rest) >= 5 && rest[0] == 'u' && hex(rest[1:5]):
		c.at += 6
	default:
		return c.fault(`after \ comes one of " \ / b f n r t, or u with four digits`)
	}
	return nil
}

func hex(digits string) bool { return strings.Trim(digits, "0123456789abcdefABCDEF") == "" }

// number reads a number. Its text stays as it is.
func (c *checker) number() *Fault {
	if c.next() == '-' {
		c.at++
	}
	start := c.at
	switch c.digits(); {
	case c.at == start:
		return c.fault("a digit is missing")
	case c.text[start] == '0' && c.at > start+1:
		c.at = start
		return c.fault("a number does not begin with 0 and another digit")
	}
	if c.next() == '.' {
		c.at++
		if !c.digits() {
			return c.fault("a digit is missing")
		}
	}
	if b := c.next(); b == 'e' || b == 'E' {
		c.at++
		if b := c.next(); b == '+' || b == '-' {
			c.at++
		}
		if !c.digits() {
			return c.fault("a digit is missing")
		}
	}
	return nil
}

// digits reads digits and reports whether there were some.
func (c *checker) digits() bool {
	start := c.at
	for b := c.next(); b >= '0' && b <= '9'; b = c.next() {
		c.at++
	}
	return c.at > start
}

func (c *checker) word() *Fault {
	for _, word := range []string{"true", "false", "null"} {
		if strings.HasPrefix(c.text[c.at:], word) {
			c.at += len(word)
			return nil
		}
	}
	if c.at == len(c.text) {
		return c.fault("a value is missing")
	}
	return c.fault("a value is missing: text stands in double quotes, other values are numbers, true, false, null, {…} and […]")
}
