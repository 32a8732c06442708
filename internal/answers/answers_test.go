package answers_test

import (
	"strings"
	"testing"

	"countersign/internal/answers"
	"countersign/internal/fault"
)

func TestCheckResult(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		format answers.Format
		result string
		want   string // begins the detail; empty if nothing is wrong
	}{
		"JSON":       {answers.JSON, ` {"n": 1e2} `, ""},
		"Text":       {answers.Text, "not {JSON", ""},
		"Empty":      {answers.Empty, "", ""},
		"NoFormat":   {"", "1", "Say how the result is written"},
		"NotJSON":    {answers.JSON, `{"n": }`, "Line 1"},
		"Blank":      {answers.JSON, " \n", "Write the result as JSON"},
		"NoText":     {answers.Text, "", "Write the text"},
		"NoUTF8":     {answers.Text, "\xff", "This holds bytes"},
		"TooLong":    {answers.Text, strings.Repeat("x", answers.MaxBytes+1), "At most 65536 bytes, this has 65537."},
		"JustFits":   {answers.Text, strings.Repeat("x", answers.MaxBytes), ""},
		"TwoAtOnce":  {answers.JSON, "1 2", "Line 1"},
		"NullIsJSON": {answers.JSON, "null", ""},
	} {
		err := answers.CheckResult(test.format, test.result)
		faults, _ := err.(fault.List) //nolint:errorlint // nothing wraps it
		if test.want == "" && err != nil || test.want != "" && len(faults) != 1 {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if test.want != "" && (faults[0].Pointer != answers.FieldResult || !strings.HasPrefix(faults[0].Detail, test.want)) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

func TestCheckError(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", answers.MaxBytes+1)
	for name, test := range map[string]struct {
		errorType, message, data string
		want                     []string // the fields with faults
	}{
		"OK":         {"Refused", "No.", "", nil},
		"Nothing":    {"", " ", "", []string{answers.FieldErrorType, answers.FieldErrorMessage}},
		"TwoLines":   {"a\nb", "No.", "", []string{answers.FieldErrorType}},
		"NoUTF8":     {"\xff", "\xffx", "\xff", []string{answers.FieldErrorType, answers.FieldErrorMessage, answers.FieldErrorData}},
		"AllTooLong": {long, long, long, []string{answers.FieldErrorType, answers.FieldErrorMessage, answers.FieldErrorData}},
	} {
		faults, _ := answers.CheckError(test.errorType, test.message, test.data).(fault.List) //nolint:errorlint // nothing wraps it
		var fields []string
		for _, f := range faults {
			fields = append(fields, f.Pointer)
		}
		if strings.Join(fields, " ") != strings.Join(test.want, " ") {
			t.Errorf("%s: got %v, want faults of %v", name, faults, test.want)
		}
	}
}
