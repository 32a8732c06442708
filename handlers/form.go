package handlers

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	answer "countersign/internal/form"
	"countersign/internal/inflight"
	"countersign/views"
	"countersign/views/review"
)

const formKey = "form"

// readForm is a form that has been read, or why it could not be.
type readForm struct {
	values url.Values
	err    error
}

// postForm reads the form in the body of a request, and nothing of its address: a link must not
// fill in a form. Called again, it returns the same.
func postForm(c echo.Context) (url.Values, error) {
	form, known := c.Get(formKey).(readForm)
	if !known {
		form.values, form.err = readBody(c)
		c.Set(formKey, form)
	}
	return form.values, form.err
}

func readBody(c echo.Context) (url.Values, error) {
	err := parseForm(c.Request())
	if _, over := errors.AsType[*http.MaxBytesError](err); over || errors.Is(err, inflight.ErrFull) {
		return nil, err
	}
	if err != nil {
		return nil, fault.List{{Pointer: "form", Detail: "The form arrived incomplete. Nothing was recorded."}}
	}
	return c.Request().PostForm, nil
}

// maxFormFields is more than a review has, with a form of [answer.MaxEntries] fields and their hidden
// ones. Each costs memory many times its size.
const maxFormFields = 4_500

var errFormFields = errors.New("a form has too many fields")

// parseForm is http.Request.ParseForm with a bound for fields.
func parseForm(r *http.Request) error {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.PostForm != nil || r.Body == nil || media != "application/x-www-form-urlencoded" {
		return r.ParseForm()
	}
	body, err := io.ReadAll(r.Body)
	if err == nil && bytes.Count(body, []byte("&")) >= maxFormFields {
		err = errFormFields
	}
	if err != nil {
		r.PostForm = url.Values{} // it cannot be read again
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r.ParseForm()
}

const draftKey = "draft"

// keepDraft reads what a person typed before anything may refuse the request, and keeps it with the
// request. It runs inside SameOrigin, because no page of ours repeats what another site wrote. A
// form that cannot be read leaves no draft; its handler says why.
func keepDraft(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if form, err := postForm(c); err == nil {
			c.Set(draftKey, form)
		}
		return next(c)
	}
}

// draftOf is the draft that keepDraft kept with the request, nil for none.
func draftOf(c echo.Context) url.Values {
	form, _ := c.Get(draftKey).(url.Values)
	return form
}

// decisionRoute is the route of the form whose failure offers to post it again.
const decisionRoute = "/callbacks/:id/decision"

// unrecorded is the decision that the request posted, to be posted again. It is nil for any other
// request.
func (s *server) unrecorded(c echo.Context) *views.Unrecorded {
	form := draftOf(c)
	if form == nil || c.Path() != decisionRoute {
		return nil
	}
	return &views.Unrecorded{
		Callback: callbackOf(c), Outcome: form.Get("outcome"), Seen: form.Get("seen"), At: form.Get("at"),
		Sends: form.Get("sends"), Answer: answerIn(form), Fields: s.fieldsIn(c, form),
	}
}

// keptFields are what pages show again of a draft beside its comment.
func (s *server) keptFields(c echo.Context, form url.Values) []views.KeptField {
	switch c.Path() {
	case "/callbacks/:id/requester":
		return review.AskerDraft{Statement: statementIn(form)}.Kept()
	case "/callbacks/:id/withdrawal":
		return keptField("Why you withdraw", form.Get("why"))
	case "/callbacks/:id/policy":
		return keptField("Why you apply the present rules", form.Get("policy"))
	}
	return append(review.KeptAnswer(answerIn(form)), review.KeptForm(s.fieldsIn(c, form))...)
}

// keptField is one field, if anything was typed into it.
func keptField(label, value string) []views.KeptField {
	if value == "" {
		return nil
	}
	return []views.KeptField{{Label: label, Value: value}}
}

// fieldsIn are the inputs of outcomes' forms among the fields of a decision. What was typed as a secret
// is sealed: no page, session or log gets it in the clear.
func (s *server) fieldsIn(c echo.Context, values url.Values) answer.Posted {
	posted := answer.Posted{}
	for name, texts := range values {
		if strings.HasPrefix(name, callbacks.InputsOfForms) {
			posted[name] = texts
		}
	}
	if len(posted) == 0 {
		return posted
	}
	return s.Service.Seal(s.person(c), callbackOf(c), posted)
}

// answerIn is what the form of a decision says for a free outcome.
func answerIn(form url.Values) callbacks.Answer {
	return callbacks.Answer{
		Format: answers.Format(form.Get(answers.FieldFormat)), Result: form.Get(answers.FieldResult),
		ErrorType: form.Get(answers.FieldErrorType), ErrorMessage: form.Get(answers.FieldErrorMessage),
		ErrorData: form.Get(answers.FieldErrorData),
	}
}
