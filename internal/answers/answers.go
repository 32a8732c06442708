// Package answers checks what a reviewer writes where nobody brought a form: a result as JSON or as
// text, or an error with its type, message and data.
package answers

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"countersign/internal/fault"
	"countersign/internal/jsonsyntax"
	"countersign/internal/printable"
)

// Format is how a free result is written.
type Format string

// The formats. The bytes that are sent are those that were typed, in each of them.
const (
	JSON  Format = "json" // a JSON document, checked
	Text  Format = "text" // any text
	Empty Format = "empty"
)

// Bounds of an answer. They are far below what Lambda takes: an answer is typed or pasted by a
// person, previewed at each pause in typing, and kept with each signature.
const (
	MaxBytes             = 64 << 10 // of a result, and of an error's data
	MaxErrorTypeRunes    = 256
	MaxErrorMessageBytes = 8 << 10
)

// The names of the fields of an answer, in forms and in faults.
const (
	FieldFormat       = "format"
	FieldResult       = "result"
	FieldErrorType    = "errorType"
	FieldErrorMessage = "errorMessage"
	FieldErrorData    = "errorData"
)

// CheckResult returns nil, or a fault.List that says what is wrong with a result.
func CheckResult(format Format, result string) error {
	if wrong := resultFault(format, result); wrong != "" {
		return fault.List{{Pointer: FieldResult, Detail: wrong}}
	}
	return nil
}

// resultFault says what is wrong with a result; it is empty if nothing is.
func resultFault(format Format, result string) string {
	switch n := len(result); {
	case format == Empty:
		return ""
	case format != JSON && format != Text:
		return "Say how the result is written: as JSON, as text, or empty."
	case n > MaxBytes:
		return fmt.Sprintf("At most %d bytes, this has %d.", MaxBytes, n)
	case format == JSON && strings.TrimSpace(result) == "":
		return "Write the result as JSON: a number, text in double quotes, true, false, null, {…} or […]."
	case n == 0:
		return "Write the text, or choose to send nothing."
	case !utf8.ValidString(result):
		return notText
	case format == JSON:
		if wrong := jsonsyntax.Check(result); wrong != nil {
			return wrong.Error() + "."
		}
	}
	return ""
}

const notText = "This holds bytes that are not text in UTF-8."

// CheckError returns nil, or a fault.List that says what is wrong with an error's type, message and
// data.
func CheckError(errorType, message, data string) error {
	var faults fault.List
	switch n := utf8.RuneCountInString(errorType); {
	case !printable.HasInk(errorType):
		faults.Add(FieldErrorType, "Write the error's type: functions tell errors apart by it.")
	case n > MaxErrorTypeRunes:
		faults.Add(FieldErrorType, "At most %d characters, this has %d.", MaxErrorTypeRunes, n)
	case !utf8.ValidString(errorType) || strings.ContainsAny(errorType, "\r\n"):
		faults.Add(FieldErrorType, "The type is one line of text.")
	}
	switch n := len(message); {
	case !printable.HasInk(message):
		faults.Add(FieldErrorMessage, "Write a message: whoever reads the execution sees it.")
	case n > MaxErrorMessageBytes:
		faults.Add(FieldErrorMessage, "At most %d bytes, this has %d.", MaxErrorMessageBytes, n)
	case !utf8.ValidString(message):
		faults.Add(FieldErrorMessage, notText)
	}
	switch n := len(data); {
	case n > MaxBytes:
		faults.Add(FieldErrorData, "At most %d bytes, this has %d.", MaxBytes, n)
	case !utf8.ValidString(data):
		faults.Add(FieldErrorData, notText)
	}
	return faults.Err()
}
