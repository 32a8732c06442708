package announcement

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"countersign/internal/answers"
	"countersign/internal/form"
	"countersign/internal/jsontext"
)

// forms returns the forms of a template, with what they propose made of the input. A proposed answer
// that does not fit its form is left out: the form then starts as without one.
func (f *filling) forms(ctx context.Context, t *Template, compiler form.Compiler) map[string]Form {
	forms := maps.Clone(t.Forms)
	for i, o := range t.Outcomes {
		if sent := forms[o.Name]; len(sent.Value) > 0 {
			sent.Value = f.proposed(ctx, sent, "outcomes/"+strconv.Itoa(i)+"/value", compiler)
			forms[o.Name] = sent
		}
	}
	return forms
}

// proposed fills in the value of a form. It is empty if it cannot be used.
func (f *filling) proposed(ctx context.Context, sent Form, field string, compiler form.Compiler) json.RawMessage {
	var out bytes.Buffer
	template, ok := jsontext.Read(sent.Value)
	f.spoiled = false
	if !ok || !f.value(&out, template, field) || f.spoiled {
		return nil
	}
	if out.Len() > answers.MaxBytes {
		f.leave(field, fmt.Sprintf("it would have more than %d bytes", answers.MaxBytes))
		return nil
	}
	shape, _ := form.Parse(string(sent.Value)) // its names are the operator's, not the input's
	sent.Value = out.Bytes()
	if at, misfit := sent.misfit(ctx, compiler); misfit {
		f.leave(field+string(known(shape, at)), "it does not fit the form")
		return nil
	}
	return sent.Value
}

// known is the longest beginning of a pointer that leads to something in a value.
func known(v form.Value, p form.Pointer) (there form.Pointer) {
	tokens, _ := p.Tokens()
	for _, token := range tokens {
		next := there.Child(token)
		if !v.At(next).Exists() {
			break
		}
		there = next
	}
	return there
}

// misfit finds the first place at which a form does not allow its proposed answer. What is missing is
// left to the reviewer and to the desk. Where nothing can be checked, nothing fits.
func (sent Form) misfit(ctx context.Context, compiler form.Compiler) (at form.Pointer, found bool) {
	value, err := form.Parse(string(sent.Value))
	if err != nil || compiler == nil {
		return "", true
	}
	checker, err := compiler.Compile(string(sent.Schema))
	if err != nil {
		return "", true
	}
	for _, fault := range checker.Check(ctx, value.JSON()) {
		if value.At(fault.Pointer).Exists() {
			return fault.Pointer, true
		}
	}
	return "", false
}

// forms checks the forms of a template's outcomes, and the placeholders in what they propose. A value
// without placeholders has to fit.
func (c *templateCheck) forms(sample Announcement, compiler form.Compiler) {
	before := len(*c.faults)
	sample.checkForms(c.faults)
	if len(*c.faults) > before {
		return // with these faults the schemas cannot be read
	}
	forms := sample.forms()
	for i, o := range sample.Outcomes {
		if !o.Form {
			continue
		}
		sent, at := sample.Forms[o.Name], fmt.Sprintf("/outcomes/%d", i)
		checker, err := compiled(forms[o.Name], compiler, at+"/form", c.faults)
		references := c.references
		value, ok := jsontext.Read(sent.Value)
		if ok {
			c.payload(value, at+"/value")
		}
		if err != nil || checker == nil || c.references > references {
			continue
		}
		if place, misfit := sent.misfit(context.Background(), compiler); ok && misfit {
			c.faults.Add(at+"/value"+string(place), "the form does not allow this value")
			continue
		}
		checkFixed(context.Background(), o, forms[o.Name], checker, at+"/value", c.faults)
	}
}
