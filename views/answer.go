package views

import "countersign/internal/callbacks"
import "countersign/internal/answers"

// answerFields are the fields of an answer that hold something, by their names in a form.
func answerFields(a callbacks.Answer) (fields []KeptField) {
	for _, f := range []KeptField{
		{answers.FieldFormat, string(a.Format)}, {answers.FieldResult, a.Result}, {answers.FieldErrorType, a.ErrorType},
		{answers.FieldErrorMessage, a.ErrorMessage}, {answers.FieldErrorData, a.ErrorData},
	} {
		if f.Value != "" {
			fields = append(fields, f)
		}
	}
	return fields
}
