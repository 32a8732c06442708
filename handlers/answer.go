package handlers

import (
	"net/url"

	"countersign/internal/callbacks"
)

// answerIn is what the form of a decision says for a free outcome.
func answerIn(form url.Values) callbacks.Answer {
	return callbacks.Answer{
		Format: callbacks.Format(form.Get(callbacks.FieldFormat)), Result: form.Get(callbacks.FieldResult),
		ErrorType: form.Get(callbacks.FieldErrorType), ErrorMessage: form.Get(callbacks.FieldErrorMessage),
		ErrorData: form.Get(callbacks.FieldErrorData),
	}
}
