package strictyaml

import "strings"

// syntaxWords says the parser's errors in words that tell what to do. The first prefix that fits
// counts.
var syntaxWords = []struct{ prefix, text string }{
	{"sequence end token ']' not found", "the list that begins here is not closed: add ]"},
	{"',' or ']' must be specified", "the list is not closed before here: add , or ]"},
	{"could not find flow mapping end token '}'", "the mapping that begins here is not closed: add }"},
	{"',' or '}' must be specified",
		"the mapping is not closed before here: add , or }; a key with a colon needs quotes between { and }"},
	{"could not find map value", "the mapping is not closed after here: add }"},
	{"could not find flow map content", "the mapping is not closed after here: add }"},
	{"could not find '[' character", "this ] closes no list: remove it, or put the text in quotes"},
	{"could not find '{' character", "this } closes no mapping: remove it, or put the text in quotes"},
	{"expected sequence element, but found ','", "a comma stands where an item should: remove it"},
	{"could not find end character of double-quoted text", `the text that begins here is not closed: add "`},
	{"could not find end character of single-quoted text", "the text that begins here is not closed: add '"},
	{"mapping value is not allowed in this context",
		`a second ": " in one value: put the text in quotes, or begin a new line with the right indentation`},
	{"value is not allowed in this context", "this does not fit the lines above: check the indentation"},
	{"non-map value is specified", `a "key: value" pair should stand here: check the colon and the indentation`},
	{"unexpected key name", `a "key: value" pair should stand here: check the colon and the indentation`},
	{"map key definition includes an implicit line break", "a key goes over a line end: write it on one line"},
	{"found an invalid key for this map", "a list or a mapping cannot be a key: use a name"},
	{"block sequence entries are not allowed", "a list cannot begin here: begin it on the next line, or write [a, b]"},
	{"found unknown escape character", `an unknown escape after \: write \\ for a backslash, or use single quotes`},
	{"found a tab character", "the line is indented with a tab: YAML wants spaces"},
}

// plainSyntax rewords an error of the parser. The parser's own words repeat no value of the file
// except a single character.
func plainSyntax(message string) string {
	for _, w := range syntaxWords {
		if strings.HasPrefix(message, w.prefix) {
			return w.text
		}
	}
	if sign, ok := strings.CutSuffix(message, " is a reserved character"); ok {
		return "a text cannot begin with " + strings.Trim(sign, "'") + ": put it in quotes"
	}
	return "this is not YAML: " + message
}
