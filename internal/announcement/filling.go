package announcement

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"countersign/internal/callbacks"
	"countersign/internal/jsontext"
	"countersign/internal/printable"
)

const (
	// maxFilled is the largest payload that a template makes, that of an announcement.
	maxFilled = 1 << 20
	maxLeft   = 20 // values named that were left out
)

// filling is one use of a template.
type filling struct {
	input jsontext.Value
	left  []callbacks.LeftOut
	tags  []int // for each tag that was made, its place in the template
	// spoiled says that a payload without the values that were left out could be another one than
	// the function reads.
	spoiled bool
}

var tooLong = "it would have more than " + strconv.Itoa(maxFilled) + " bytes"

func (f *filling) leave(field, why string) {
	if len(f.left) < maxLeft {
		f.left = append(f.left, callbacks.LeftOut{Field: field, Why: why})
	}
}

// placeholder finds what a text of a template of the configuration takes from the input.
var placeholder = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// reference reads what stands between the braces of a placeholder: the tokens of a JSON pointer into
// the input. ok is false if it names nothing of the input.
func reference(name string) (tokens []string, ok bool) {
	rest, ok := strings.CutPrefix(name, "input")
	if !ok || rest == "" {
		return nil, ok
	}
	for i, token := range strings.Split(rest, "/") {
		plain := strings.NewReplacer("~0", "", "~1", "").Replace(token)
		if i == 0 && token != "" || strings.Contains(plain, "~") {
			return nil, false
		}
		if i > 0 {
			tokens = append(tokens, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		}
	}
	return tokens, true
}

// whole returns the reference of a text that is one placeholder and nothing else.
func whole(text string) (tokens []string, ok bool) {
	match := placeholder.FindStringSubmatch(text)
	if match == nil || match[0] != text {
		return nil, false
	}
	return reference(match[1])
}

// text fills in a text of one line or more. as writes each value so that it cannot pass for what
// stands around it. ok is false if there is no text, or if one of its values is missing, or they are
// too long together: then all of it is left out.
func (f *filling) text(field, template string, as func(string) string) (text string, ok bool) {
	ok = template != ""
	read := 0 // bytes of values
	text = placeholder.ReplaceAllStringFunc(template, func(found string) string {
		if read > maxFilled {
			return ""
		}
		name := strings.Trim(found, "{}")
		tokens, _ := reference(name)
		v, there := f.find(field, tokens, name)
		if !there {
			ok = false
			return ""
		}
		if read += len(v.Raw()); read > maxFilled {
			f.leave(field, tooLong)
			f.spoiled, ok = true, false
			return ""
		}
		value, readable := scalar(v)
		if !readable {
			f.leave(field, name+" is neither a text nor a number, true or false")
			ok = false
		}
		return as(value)
	})
	if !ok {
		return "", false
	}
	return text, true
}

// find finds a value of the input. If there is none, it leaves the field out.
func (f *filling) find(field string, tokens []string, name string) (v jsontext.Value, ok bool) {
	v, ok, twice := find(f.input, tokens)
	switch {
	case twice:
		f.leave(field, "a name on the way to "+name+" stands twice")
		f.spoiled = true
	case !ok:
		f.leave(field, "there is no "+name)
	}
	return v, ok
}

// inLine writes a value on one line. Right-to-left letters in it do not move the text around it.
func inLine(value string) string {
	return printable.Isolate(strings.Join(strings.Fields(value), " "))
}

// inMarkdown writes a value as plain text: each character that markdown may give a meaning is
// escaped.
func inMarkdown(value string) string {
	var b strings.Builder
	for _, r := range inLine(value) {
		if r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// inJSON writes a value inside the quotes of a JSON string.
func inJSON(value string) string { return value }

// value fills in a value of a payload. It writes nothing and returns false if the value is missing.
func (f *filling) value(out *bytes.Buffer, template jsontext.Value, field string) bool {
	switch {
	case out.Len() > maxFilled: // it is too long already
	case template[0] == '{':
		f.object(out, template, field)
	case template[0] == '[':
		f.list(out, template, field)
	case template[0] == '"':
		return f.string(out, template, field)
	default:
		out.Write(template.Raw())
	}
	return true
}

func (f *filling) object(out *bytes.Buffer, template jsontext.Value, field string) {
	out.WriteByte('{')
	separator := ""
	for m := range template.Members() {
		before := out.Len()
		out.WriteString(separator)
		out.Write(m.Key)
		out.WriteByte(':')
		name, _ := jsontext.Text(m.Key, len(m.Key))
		if f.value(out, m.Value, field+"/"+name) {
			separator = ","
		} else {
			out.Truncate(before) // a member that is missing in the input is missing here
		}
	}
	out.WriteByte('}')
}

func (f *filling) list(out *bytes.Buffer, template jsontext.Value, field string) {
	out.WriteByte('[')
	for m := range template.Members() {
		if m.Index > 0 {
			out.WriteByte(',')
		}
		if !f.value(out, m.Value, field+"/"+strconv.Itoa(m.Index)) {
			out.WriteString("null") // the items behind it keep their places
		}
	}
	out.WriteByte(']')
}

// string fills in a string. One that is a placeholder stands for the value itself, byte for byte.
func (f *filling) string(out *bytes.Buffer, template jsontext.Value, field string) bool {
	said, _ := scalar(template)
	if tokens, ok := whole(said); ok {
		v, there := f.find(field, tokens, strings.Trim(said, "{}"))
		if there {
			out.Write(v.Raw())
		}
		return there
	}
	text, ok := f.text(field, said, inJSON)
	if ok || said == "" {
		out.WriteString(quoted(text))
	}
	return ok || said == ""
}

// quoted writes a text as a JSON string.
func quoted(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
