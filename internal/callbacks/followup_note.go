package callbacks

import (
	"encoding/json"
	"strings"

	"countersign/internal/printable"
)

// noteOf returns the result or the error of an operation in one short line, or "" if it says
// nothing.
func noteOf(e *OperationEvent) string {
	if e.Status.Ended() && e.Status != StatusSucceeded || e.Status == StatusRetrying {
		return printable.Fold(e.Error.line(), MaxNoteRunes)
	}
	var text string
	if strings.HasPrefix(e.Result, `"`) && json.Unmarshal([]byte(e.Result), &text) == nil {
		// SDKs serialise a text as JSON: the quotes are not part of the function's text
		return printable.Fold(text, MaxNoteRunes)
	}
	if e.Result == "null" {
		return ""
	}
	return printable.Fold(e.Result, MaxNoteRunes)
}

// line returns type and message in one line.
func (e ErrorObject) line() string {
	if e.ErrorType == "" || e.ErrorMessage == "" {
		return e.ErrorType + e.ErrorMessage
	}
	return e.ErrorType + ": " + e.ErrorMessage
}
