package announcement

import (
	"encoding/json"
	"strings"
	"testing"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/schema"
	"countersign/internal/template"
)

// terms is a form about some values of contractInput.
const terms = `{"type":"object","required":["no","reason"],"properties":{
  "no":{"type":"number","maximum":1}, "reason":{"type":"string"}, "by":{"type":"string"},
  "name":{"type":"string","maxLength":20}, "twice":{"type":"object"}, "all":{}}}`

const fixedTerms = `{"type":"object","required":["key"],"properties":{"no":{"type":"number"},"key":{"type":"string","readOnly":true}}}`

func withForm(schema, value string) Template {
	return Template{
		Outcomes: []callbacks.Outcome{{Name: "renew", Label: "Renew", Kind: callbacks.Success}},
		Forms:    map[string]Form{"renew": {Schema: json.RawMessage(schema), Value: json.RawMessage(value)}},
	}
}

// TestTemplateForms: what a form proposes is made of the input, byte for byte. One that does not fit
// is left out, and the rest stays.
func TestTemplateForms(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]struct{ value, left string }{
		``:                                      {"", ""},
		`{"no":0.50}`:                           {`{"no":0.50}`, ""},
		`{"no":"{{input/customer/no}}"}`:        {`{"no":0.10}`, ""},
		`{"all":"{{input/terms}}","no":1}`:      {`{"all":[ 1e2, {"z":1, "a":"<&>"}, null ],"no":1}`, ""},
		`{"no":"{{input/x}}"}`:                  {`{}`, "outcomes/0/value/no: there is no input/x"},
		`"{{input/x}}"`:                         {"", "outcomes/0/value: there is no input/x"},
		`{"no":"no. {{input/customer/no}}"}`:    {"", "outcomes/0/value/no: it does not fit the form"},
		`{"no":"{{input/terms/0}}"}`:            {"", "outcomes/0/value/no: it does not fit the form"},
		`{"name":"{{input/long}}"}`:             {"", "outcomes/0/value/name: it does not fit the form"},
		`{"twice":"{{input/twice}}"}`:           {"", "outcomes/0/value: it does not fit the form"},
		`"{{input/terms}}"`:                     {"", "outcomes/0/value: it does not fit the form"},
		`{"all":["{{input}}","{{input/big}}"]}`: {"", "outcomes/0/value: it would have more than 65536 bytes"},
	} {
		input := contractInput
		if strings.Contains(value, "big") {
			input = `{"big":"` + strings.Repeat("x", answers.MaxBytes) + `"}`
		}
		tpl := withForm(terms, value)
		c, content := makeOf(t, tpl, input)
		sent := content.Forms["renew"]
		if got := leftOut(content); sent.Value != want.value || got != want.left {
			t.Errorf("%s: proposes %s without %q, want %+v", value, sent.Value, got, want)
		}
		if sent.Schema != terms || !c.Outcomes[0].Form || string(c.Outcomes[0].Payload) != template.Answer {
			t.Errorf("%s: the form is gone: %+v with %s", value, c.Outcomes, sent.Schema)
		}
		if string(tpl.Forms["renew"].Value) != value || tpl.Outcomes[0].Form {
			t.Errorf("%s: the template changed", value)
		}
	}
}

func TestTemplateCheck_forms(t *testing.T) {
	t.Parallel()
	plain := withForm("", `1`)
	plain.Outcomes[0].Payload = json.RawMessage(`1`)
	other := withForm(terms, "")
	other.Outcomes[0].Payload = json.RawMessage(`1`)
	for name, tt := range map[string]struct {
		template Template
		compiler form.Compiler
		want     string
	}{
		"Right":       {withForm(terms, `{"no":"{{input/customer/no}}","all":7}`), schema.NewCompiler(), ""},
		"NoSchema":    {withForm(`{"properties":{"a":{"type":"many"}}}`, ""), schema.NewCompiler(), "/outcomes/0/form/properties/a/type: "},
		"Remote":      {withForm(`{"$ref":"https://example.com/a"}`, `1`), schema.NewCompiler(), "/outcomes/0/form/$ref: "},
		"OnlyAValue":  {plain, schema.NewCompiler(), "/outcomes/0/value: a value is what a form starts from: send the form too"},
		"Misfit":      {withForm(terms, `{"no":2}`), schema.NewCompiler(), "/outcomes/0/value/no: the form does not allow this value"},
		"Fixed":       {withForm(fixedTerms, `{"no":2}`), schema.NewCompiler(), "/outcomes/0/value/key: is missing, and no reviewer could change it"},
		"FixedLater":  {withForm(fixedTerms, `{"no":2,"key":"{{input/no}}"}`), schema.NewCompiler(), ""},
		"FixedWrong":  {withForm(fixedTerms, `{"no":2,"key":7}`), schema.NewCompiler(), "/outcomes/0/value/key: the form does not allow this value"},
		"Placeholder": {withForm(terms, `{"all":["{{customer}}"]}`), schema.NewCompiler(), "/outcomes/0/value/all/0: {{customer}} is not known"},
		"Unused":      {other, schema.NewCompiler(), "/outcomes/0/form: no template uses the answer"},
		"NoCompiler":  {withForm(terms, ""), nil, "/outcomes/0/form: this desk takes no forms"},
	} {
		faults := tt.template.Check(callbacks.Failure, tt.compiler)
		if tt.want == "" && len(faults) == 0 {
			continue
		}
		if len(faults) != 1 || tt.want == "" || !strings.HasPrefix(faults[0].Pointer+": "+faults[0].Detail, tt.want) {
			t.Errorf("%s: got %+v, want %s", name, faults, tt.want)
		}
	}
}
