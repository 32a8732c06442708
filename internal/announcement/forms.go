package announcement

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/template"
)

// maxForm bounds a form, in bytes: a reviewer reads and fills in all of it. The proposed value has
// the bound of an answer, because each signature keeps one.
const maxForm = 64 << 10

// checkForms checks what outcomes bring for their answers, as far as that needs no validator, and
// completes the outcomes.
func (a Announcement) checkForms(faults *fault.List) {
	for i := range a.Outcomes {
		o, at := &a.Outcomes[i], fmt.Sprintf("/outcomes/%d", i)
		sent := a.Forms[o.Name]
		switch {
		case len(sent.Schema) == 0 && len(sent.Value) == 0:
			continue
		case len(sent.Schema) == 0:
			faults.Add(at+"/value", "a value is what a form starts from: send the form too")
			continue
		}
		o.Form = true
		checkSize(len(sent.Schema), maxForm, at+"/form", faults)
		checkSize(len(sent.Value), answers.MaxBytes, at+"/value", faults)
		if o.Kind == callbacks.Success && len(o.Payload) == 0 {
			o.Payload = []byte(template.Answer)
		}
		if !strings.Contains(string(o.Payload)+string(o.ErrorData), `"{{answer`) {
			faults.Add(at+"/form", `no template uses the answer: put "{{answer}}" or "{{answer/path}}" into one, as a whole value`)
		}
		drawing(o, sent, at, faults)
	}
}

// checkSize refuses what is too large: a reviewer has to read it, and each signature keeps an
// answer.
func checkSize(size, limit int, at string, faults *fault.List) {
	if size > limit {
		faults.Add(at, "at most %d bytes, this has %d: a reviewer reads and fills in all of it", limit, size)
	}
}

// drawing reads a form for what the outcome keeps of it.
func drawing(o *callbacks.Outcome, sent Form, at string, faults *fault.List) {
	schema, err := form.Parse(string(sent.Schema))
	if err != nil {
		faults.Add(at+"/form", "%s", err)
		return
	}
	proposed, err := form.Parse(string(sent.Value))
	if len(sent.Value) > 0 && err != nil {
		faults.Add(at+"/value", "%s", err)
	}
	drawn := form.New(schema)
	checkParts(drawn, proposed, o.Payload, at+"/payload", faults)
	checkParts(drawn, proposed, o.ErrorData, at+"/errorData", faults)
	if drawn.HasSecret && !drawn.Drawn() {
		why := drawn.Reasons[0]
		faults.Add(at+"/form"+string(why.Pointer), "%s; a form with a secret or a masked value has to be one that can be drawn", why.Detail)
	}
	o.Secret = drawn.AsksSecret()
	if drawn.HasStamp && !drawn.Drawn() {
		why := drawn.Reasons[0]
		faults.Add(at+"/form", "asks the desk to write (x-stamp), which it does only in a form that can be drawn: %s: %s",
			why.Pointer, why.Detail)
	}
	o.Stamps = drawn.Stamps()
}

// checkParts finds parts of the answer that a template names and no answer can have: the function
// would get null for each. What a template of countersign.yaml takes from the input may have any
// parts.
func checkParts(drawn *form.Form, proposed form.Value, text []byte, at string, faults *fault.List) {
	for _, name := range template.Placeholders(text) {
		path, ok := strings.CutPrefix(name, "answer/")
		if !ok {
			continue
		}
		part := form.Pointer("/" + path)
		around := proposed.At(known(proposed, part))
		if !drawn.Leads(part, proposed) && !strings.HasPrefix(around.Unquoted(), "{{input") {
			faults.Add(at, "{{%s}} leads to nothing: the form has no such field, and the proposed value no such part", name)
		}
	}
}

// forms are the forms of the outcomes as they were sent.
func (a Announcement) forms() (forms callbacks.Forms) {
	for _, o := range a.Outcomes {
		if !o.Form {
			continue
		}
		if forms == nil {
			forms = callbacks.Forms{}
		}
		sent := a.Forms[o.Name]
		forms[o.Name] = callbacks.Form{Schema: string(sent.Schema), Value: string(sent.Value)}
	}
	return forms
}

// CheckForms says what makes the forms of a request unusable, and what is wrong in their proposed
// answers that no reviewer could correct, under the pointers of the outcomes in an announcement.
// compiler may be nil at a desk that takes no forms.
func CheckForms(ctx context.Context, outcomes []callbacks.Outcome, forms callbacks.Forms, compiler form.Compiler) error {
	var faults fault.List
	for i, o := range outcomes {
		if !o.Form {
			continue
		}
		at := fmt.Sprintf("/outcomes/%d", i)
		checker, err := compiled(forms[o.Name], compiler, at+"/form", &faults)
		if err != nil {
			return fmt.Errorf("compile the form of outcome %d: %w", i, err)
		}
		if checker != nil {
			checkFixed(ctx, o, forms[o.Name], checker, at+"/value", &faults)
		}
	}
	return faults.Err()
}

// compiled reads the schema of a form. It is nil if the schema cannot be used, which is then a
// fault.
func compiled(brought callbacks.Form, compiler form.Compiler, at string, faults *fault.List) (form.Checker, error) {
	if compiler == nil {
		faults.Add(at, "this desk takes no forms")
		return nil, nil
	}
	checker, err := compiler.Compile(brought.Schema)
	unusable, ok := errors.AsType[form.SchemaFaults](err)
	if !ok {
		return checker, err
	}
	for _, fault := range unusable {
		faults.Add(at+string(fault.Pointer), "%s", fault.Detail)
	}
	return nil, nil
}

// checkFixed refuses a proposed answer that nobody could approve: something is wrong where no
// reviewer can change it.
func checkFixed(ctx context.Context, o callbacks.Outcome, brought callbacks.Form, checker form.Checker, at string, faults *fault.List) {
	filling := brought.Filling(o, nil)
	somebody := callbacks.Person{Name: "Mara Okafor", Email: "mara@example.com"}
	someday := time.Date(2026, time.December, 11, 9, 30, 0, 0, time.UTC)
	filling.Check(ctx, o.Stamped(filling.Answer, somebody, someday), checker)
	for _, wrong := range filling.Stuck() {
		faults.Add(at+string(wrong.Pointer), "%s, and no reviewer could change it: the form has no input for it", wrong.Detail)
	}
}
