package callbacks

import (
	"encoding/json"
	"strings"
	"unicode"
)

// longestText bounds what is looked at to make a short note of it, in bytes.
const longestText = 8 * MaxNoteRunes

// noteOf is the result or the error of an operation in one short line, empty where it says nothing.
func noteOf(e *AfterEvent) string {
	if e.Status.Ended() && e.Status != AfterSucceeded || e.Status == AfterRetrying {
		return brief(e.Error.line(), MaxNoteRunes)
	}
	var text string
	if strings.HasPrefix(e.Result, `"`) && json.Unmarshal([]byte(e.Result), &text) == nil {
		return brief(text, MaxNoteRunes) // SDKs serialise a text as JSON: the quotes are not the function's
	}
	if e.Result == "null" {
		return ""
	}
	return brief(e.Result, MaxNoteRunes)
}

// line is type and message in one line.
func (e ErrorObject) line() string {
	if e.ErrorType == "" || e.ErrorMessage == "" {
		return e.ErrorType + e.ErrorMessage
	}
	return e.ErrorType + ": " + e.ErrorMessage
}

// brief is foreign text in one line of at most so many runes. Characters that are not seen, but move others about, go.
func brief(text string, runes int) string {
	if len(text) > longestText {
		text = text[:longestText]
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) > runes {
		line = append(line[:runes-1], '…')
	}
	return string(line)
}
