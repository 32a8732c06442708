package views

import "countersign/internal/callbacks"

// answerFields are the fields of an answer that hold something, by their names in a form.
func answerFields(a callbacks.Answer) (fields []KeptField) {
	for _, f := range []KeptField{
		{callbacks.FieldFormat, string(a.Format)}, {callbacks.FieldResult, a.Result}, {callbacks.FieldErrorType, a.ErrorType},
		{callbacks.FieldErrorMessage, a.ErrorMessage}, {callbacks.FieldErrorData, a.ErrorData},
	} {
		if f.Value != "" {
			fields = append(fields, f)
		}
	}
	return fields
}
