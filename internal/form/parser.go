package form

import (
	"encoding/json"
	"strings"
)

// parser reads a text that jsonsyntax has checked, once, from its beginning.
type parser struct {
	text string
	at   int // the byte that is read next
}

// space reads white space and returns it.
func (p *parser) space() string {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) value() Value {
	start := p.at
	v := Value{}
	switch p.text[p.at] {
	case '{':
		v.kind, v.members = Object, p.members('}', true)
	case '[':
		v.kind, v.members = Array, p.members(']', false)
	case '"':
		v.kind = String
		p.string()
	case 't', 'f':
		v.kind = Bool
		p.word()
	case 'n':
		v.kind = Null
		p.word()
	default:
		v.kind = Number
		p.word()
	}
	v.text = p.text[start:p.at]
	return v
}

// members reads what stands between two brackets.
func (p *parser) members(end byte, named bool) (all []member) {
	p.at++
	for {
		m := member{before: p.space()}
		if p.text[p.at] == end { // only of an empty object or array
			p.at++
			return nil
		}
		if named {
			m.key = p.string()
			_ = json.Unmarshal([]byte(m.key), &m.name) // what was read is a string
			colon := p.at
			p.space()
			p.at++
			p.space()
			m.colon = p.text[colon:p.at]
		}
		m.value = p.value()
		m.after = p.space()
		all = append(all, m)
		p.at++
		if p.text[p.at-1] == end {
			return all
		}
	}
}

// string reads a string and returns it with its quotes.
func (p *parser) string() string {
	start := p.at
	for p.at++; p.text[p.at] != '"'; p.at++ {
		if p.text[p.at] == '\\' {
			p.at++
		}
	}
	p.at++
	return p.text[start:p.at]
}

// word reads a number, true, false or null.
func (p *parser) word() {
	end := strings.IndexAny(p.text[p.at:], " \t\r\n,]}")
	if end < 0 {
		end = len(p.text) - p.at
	}
	p.at += end
}
