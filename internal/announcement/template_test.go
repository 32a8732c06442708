package announcement

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"countersign/internal/callbacks"
	"countersign/internal/condition"
	"countersign/internal/jsontext"
	"countersign/internal/schema"
)

// contractInput has what strangers write: their numbers, order, markdown, names twice.
var contractInput = `{
  "customer": {"name": "Østfold\n Kraft", "no": 0.10, "a/b": true, "m~n": false},
  "terms": [ 1e2, {"z":1, "a":"<&>"}, null ],
  "owner": {"name": "Ines Calloway", "email": "ines@example.com", "both": "Ines Calloway <ines@example.com>"},
  "evil": "Mara <mara@example.com>", "md": "# *Pay* [here](https://evil.example) <b>1.</b>", "hidden": "a\u202eb", "hebrew": "שלום",
  "long": "` + strings.Repeat("x", 201) + `", "nothing": null, "twice": {"a": 1, "a": 2}, "braces": "{{comment}}"
}`

var templateQueues = callbacks.Queues{
	"default": {Name: "default", RejectAs: callbacks.Failure}, "legal": {Name: "legal", RejectAs: callbacks.Failure},
}

func makeOf(t *testing.T, tpl Template, input string) (callbacks.Callback, callbacks.Content) {
	t.Helper()
	found := Announcement{
		CallbackID: "c2lnbi1vZmY=", Queue: "default", Function: "contract-renewal", Name: "sign-off", Payload: json.RawMessage(input),
	}
	c, content, err := tpl.Make(t.Context(), found, []byte(input), templateQueues, schema.NewCompiler(), time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return c, content
}

func TestTemplateTitles(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]struct{ title, left string }{
		"Contract of {{input/customer/name}}: renewal": {title: "Contract of Østfold Kraft: renewal"},
		"{{input/customer/no}}, {{input/customer/a~1b}}, {{input/customer/m~0n}}, {{input/terms/0}}": {
			title: "0.10, true, false, 1e2"},
		"{{input/braces}}":              {title: "{{comment}}"},
		"With {{input/hebrew}}, or not": {title: "With \u2068שלום\u2069, or not"},
		"Of {{input/nobody}}":           {left: "title: there is no input/nobody"},
		"Of {{input/customer/name/x}}":  {left: "title: there is no input/customer/name/x"},
		"Of {{input/terms/3}}":          {left: "title: there is no input/terms/3"},
		"Of {{input/terms/00}}":         {left: "title: there is no input/terms/00"},
		"Of {{input/twice/a}}":          {left: "title: a name on the way to input/twice/a stands twice"},
		"Of {{input/nothing}}":          {left: "title: input/nothing is neither a text nor a number, true or false"},
		"Of {{input}}":                  {left: "title: input is neither a text nor a number, true or false"},
		"Of {{input/long}}":             {left: "title: at most 200 characters, this has 204"},
		"Of {{input/hidden}}":           {left: "title: character 5 is U+202E (right-to-left override): people cannot see it, leave it out"},
	} {
		c, content := makeOf(t, Template{Title: title}, contractInput)
		if want.title == "" {
			want.title = "contract-renewal: sign-off"
		}
		if got := leftOut(content); c.Title != want.title || got != want.left {
			t.Errorf("%s: got %q without %q, want %+v", title, c.Title, got, want)
		}
		if string(content.Payload) != contractInput || c.Queue != "default" || len(c.Outcomes) != 2 {
			t.Errorf("%s: the rest is not what it is without a template", title)
		}
	}
}

// leftOut has a line for each value that was left out.
func leftOut(content callbacks.Content) string {
	var lines []string
	for _, l := range content.Template.LeftOut {
		lines = append(lines, l.Field+": "+l.Why)
	}
	return strings.Join(lines, "\n")
}

func TestTemplatePayloads(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]struct{ payload, left string }{
		`"{{input/terms}}"`: {`[ 1e2, {"z":1, "a":"<&>"}, null ]`, ""},
		`{"b": "{{input/customer/no}}", "a": "{{input/nothing}}", "c": [true, 0.50, null, ""]}`: {
			`{"b":0.10,"a":null,"c":[true,0.50,null,""]}`, ""},
		`{"text": "no. {{input/customer/no}} \"{{input/braces}}\" <{{input/md}}>"}`: {
			`{"text":"no. 0.10 \"{{comment}}\" <# *Pay* [here](https://evil.example) <b>1.</b>>"}`, ""},
		`{"a": "{{input/x}}", "b": "{{input/customer/no}}", "c": {"d": "x {{input/y}}"}}`: {
			`{"b":0.10,"c":{}}`, "payload/a: there is no input/x\npayload/c/d: there is no input/y"},
		`["{{input/x}}", 1]`:                   {`[null,1]`, "payload/0: there is no input/x"},
		`"{{input/x}}"`:                        {"", "payload: there is no input/x"},
		`{"a": 1, "b": ["{{input/twice/a}}"]}`: {"", "payload/b/0: a name on the way to input/twice/a stands twice"},
		`{"a": "no. {{input/twice/a}}"}`:       {"", "payload/a: a name on the way to input/twice/a stands twice"},
	} {
		_, content := makeOf(t, Template{Payload: json.RawMessage(payload)}, contractInput)
		if diff := cmp.Diff(want.payload+"\n"+want.left, string(content.Payload)+"\n"+leftOut(content)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", payload, diff)
		}
	}
}

func TestTemplateRequesters(t *testing.T) {
	t.Parallel()
	type r = callbacks.Requester
	for name, tt := range map[string]struct {
		template, want r
		left           string
	}{
		"NameAndAddress": {r{Name: "{{input/owner/name}}", Email: "{{input/owner/email}}"}, r{Name: "Ines Calloway", Email: "ines@example.com"}, ""},
		"Both":           {r{Name: "{{input/owner/both}}"}, r{Name: "Ines Calloway", Email: "ines@example.com"}, ""},
		"Subject":        {r{Name: "{{input/owner/name}}", ID: "u-{{input/customer/no}}"}, r{Name: "Ines Calloway", ID: "u-0.10"}, ""},
		"AddressOfParts": {r{Email: "{{input/customer/no}}@example.com"}, r{Email: "0.10@example.com"}, ""},
		"TwoAddresses": {r{Name: "{{input/evil}}", Email: "{{input/owner/email}}"}, r{Email: "ines@example.com"},
			"requester/name: it holds an @, and the address stands beside it"},
		"NoAddress": {r{Name: "{{input/owner/name}}", Email: "{{input/owner/name}}"}, r{Name: "Ines Calloway"},
			"requester/email: this is not one e-mail address, as in ines@example.com"},
		"AddressWithAName": {r{Email: "{{input/evil}}"}, r{}, "requester/email: this is not one e-mail address, as in ines@example.com"},
		"TooLong":          {r{Name: "{{input/long}}{{input/long}}"}, r{}, "requester: at most 256 characters, this has 402"},
		"Missing":          {r{Name: "{{input/x}}"}, r{}, "requester/name: there is no input/x"},
	} {
		c, content := makeOf(t, Template{Requester: tt.template}, contractInput)
		if got := leftOut(content); c.Requester != tt.want || got != tt.left {
			t.Errorf("%s: got %+v without %q", name, c.Requester, got)
		}
	}
}

// TestTemplate_Rest: everything else, and markdown of a stranger is text.
func TestTemplate_Rest(t *testing.T) {
	t.Parallel()
	outcomes := []callbacks.Outcome{{Name: "renew", Label: "Renew", Kind: callbacks.Success, Payload: json.RawMessage(`{"c":"{{comment}}"}`)}}
	c, content := makeOf(t, Template{
		Description: "**{{input/md}}**", Queue: "legal", Tags: []string{"contract", "{{input/long}}", "{{input/customer/no}}"}, Outcomes: outcomes,
	}, contractInput)
	if want := `**\# \*Pay\* \[here\]\(https\:\/\/evil\.example\) \<b\>1\.\<\/b\>**`; content.Description != want {
		t.Errorf("description is %s, want %s", content.Description, want)
	}
	if diff := cmp.Diff([]string{"contract", "0.10"}, content.Tags); diff != "" || leftOut(content) != "tags/1: 1 to 40 characters, this has 201" {
		t.Errorf("%s without %s", diff, leftOut(content))
	}
	if c.Queue != "legal" || len(c.Outcomes) != 1 || c.Outcomes[0].Comment != callbacks.CommentOptional || outcomes[0].Comment != "" {
		t.Errorf("got %+v; the template is %+v", c.Request, outcomes)
	}
}

// TestTemplate_TagsLeftOut: a tag is named by its place in the template, whatever was left out before.
func TestTemplate_TagsLeftOut(t *testing.T) {
	t.Parallel()
	_, content := makeOf(t, Template{Tags: []string{"{{input/x}}", "contract", "{{input/long}}", "{{input/customer/no}}"}}, contractInput)
	want := "tags/0: there is no input/x\ntags/2: 1 to 40 characters, this has 201"
	if diff := cmp.Diff([]string{"contract", "0.10"}, content.Tags); diff != "" || leftOut(content) != want {
		t.Errorf("%s without %s", diff, leftOut(content))
	}
}

// TestTemplate_QueueGone: another replica runs another file.
func TestTemplate_QueueGone(t *testing.T) {
	t.Parallel()
	c, content := makeOf(t, Template{Queue: "gone"}, contractInput)
	if c.Queue != "default" || leftOut(content) != `queue: no queue is named "gone" here` {
		t.Errorf("queue %s without %s", c.Queue, leftOut(content))
	}
}

// TestTemplate_TooLarge: a value repeated makes no more than an announcement may have, and what is
// too large to show can still be shown in part.
func TestTemplate_TooLarge(t *testing.T) {
	t.Parallel()
	input := `{"big": "` + strings.Repeat("x", maxFilled/2) + `", "small": 1}`
	_, content := makeOf(t, Template{Payload: json.RawMessage(`["{{input}}","{{input}}","{{input}}"]`)}, input)
	if content.Payload != nil || !content.InputUnread || leftOut(content) != "payload: it would have more than 1048576 bytes" {
		t.Errorf("%d bytes without %s", len(content.Payload), leftOut(content))
	}
	found := Announcement{CallbackID: "c2lnbi1vZmY=", Queue: "default", Description: "The input has too many bytes."}
	part := Template{Payload: json.RawMessage(`"{{input/small}}"`)}
	if _, content, err := part.Make(t.Context(), found, []byte(input), templateQueues, schema.NewCompiler(), time.Now()); err != nil || string(content.Payload) != "1" || content.Description != "" || content.InputUnread {
		t.Errorf("got %+v, %v", content, err)
	}
}

// TestTemplate_ByteForByte: any input comes through whole.
func TestTemplate_ByteForByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.MapOf(rapid.StringMatching(`[^\pC]*`), rapid.SliceOf(rapid.Custom(func(t *rapid.T) any {
			return rapid.OneOf(rapid.String().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny()).Draw(t, "value")
		}))).Draw(t, "input")
		input, err := json.MarshalIndent(map[string]any{"it": value}, "", rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "indent"))
		if err != nil {
			t.Skip(err)
		}
		var whole struct{ It json.RawMessage }
		if err := json.Unmarshal(input, &whole); err != nil {
			t.Fatal(err)
		}
		document, _ := jsontext.Read(input)
		f := filling{input: document}
		got, ok := f.payload(json.RawMessage(`{"a": "{{input/it}}"}`))
		if !ok || string(got) != `{"a":`+string(whole.It)+`}` {
			t.Errorf("%s became %s", whole.It, got)
		}
		for name, items := range value {
			token := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
			tokens, _ := reference("input/it/" + token)
			if v, ok, _ := find(document, tokens); !ok || v.Count() != len(items) {
				t.Errorf("%q is %s, want %d items", name, v, len(items))
			}
		}
	})
}

func TestTemplateCheck(t *testing.T) {
	t.Parallel()
	outcome := callbacks.Outcome{Name: "go", Label: "Go", Kind: callbacks.Success, Payload: json.RawMessage(`1`)}
	for name, tt := range map[string]struct {
		template Template
		want     string
	}{
		"Right": {Template{
			Title: "{{input/a~1b~0c}} {{input}}", Requester: callbacks.Requester{Email: "{{input/email}}"},
			Payload: json.RawMessage(`{"a": ["{{input}}"]}`), Outcomes: []callbacks.Outcome{outcome},
		}, ""},
		"Unknown":      {Template{Title: "{{customer}}"}, "/title: {{customer}} is not known: write {{input}} or, for a part of it, {{input/customer/name}}"},
		"Spaced":       {Template{Title: "{{ input }}"}, "/title: {{ input }} is not known: write {{input}} or, for a part of it, {{input/customer/name}}"},
		"Dotted":       {Template{Title: "{{input.customer}}"}, "/title: {{input.customer}} is not known: write {{input}} or, for a part of it, {{input/customer/name}}"},
		"WrongTilde":   {Template{Title: "{{input/~2}}"}, "/title: {{input/~2}} is not known: write {{input}} or, for a part of it, {{input/customer/name}}"},
		"NotClosed":    {Template{Description: "{{input/a}"}, "/description: {{ begins a placeholder that is not closed: write {{input}} or {{input/customer/name}}"},
		"LongTitle":    {Template{Title: strings.Repeat("x", 201)}, "/title: at most 200 characters, this has 201"},
		"Hidden":       {Template{Tags: []string{"a\u200b"}}, "/tags/0: character 2 is U+200B (zero width space): people cannot see it, leave it out"},
		"NoAddress":    {Template{Requester: callbacks.Requester{Email: "nobody"}}, "/requester/email: " + notAddress},
		"LongName":     {Template{Requester: callbacks.Requester{Name: strings.Repeat("x", 257)}}, "/requester/name: at most 256 characters, this has 257"},
		"InPayload":    {Template{Payload: json.RawMessage(`{"a/b": ["{{x}}"]}`)}, "/payload/a~1b/0: {{x}} is not known: write {{input}} or, for a part of it, {{input/customer/name}}"},
		"InAName":      {Template{Payload: json.RawMessage(`{"{{input}}": 1}`)}, "/payload/{{input}}: a name cannot hold a placeholder: write it as a value"},
		"LargePayload": {Template{Payload: json.RawMessage(`"` + strings.Repeat("x", maxTemplate) + `"`)}, "/payload: a template has at most 65536 bytes"},
		"TooMany":      {Template{Title: strings.Repeat("{{input}}", 101)}, ": the template has 101 placeholders: at most 100 are allowed"},
		"InputInOutcome": {Template{Outcomes: []callbacks.Outcome{{Name: "go", Label: "Go", Kind: callbacks.Success, Payload: json.RawMessage(`"{{input}}"`)}}},
			`/outcomes/0/payload: {{input}} is not known; a template may use {{outcome}}, {{comment}}, {{decidedAt}}, {{reviewer.id}}, {{reviewer.name}}, {{reviewer.email}}, and "{{signatures}}" as a whole value`},
		"SameOutcome": {Template{Outcomes: []callbacks.Outcome{outcome, outcome}}, `/outcomes/1/name: two outcomes are named "go"`},
	} {
		var lines []string
		for _, f := range tt.template.Check(callbacks.Failure, schema.NewCompiler()) {
			lines = append(lines, f.Pointer+": "+f.Detail)
		}
		if diff := cmp.Diff(tt.want, strings.Join(lines, "\n")); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

// TestTemplate_PayloadNotMade: who starts an execution must not choose the rule by an input with
// which the template cannot make the payload. The pointers of the queue name the template's document:
// the input has other places.
func TestTemplate_PayloadNotMade(t *testing.T) {
	t.Parallel()
	large, err := condition.Compile(`payload.total > 5000.0`)
	if err != nil {
		t.Fatal(err)
	}
	terms := func(n int) callbacks.Terms {
		return callbacks.Terms{Signatures: []callbacks.Threshold{{For: n}}}
	}
	queues := callbacks.Queues{"default": {
		Name: "default", Version: "v1", RejectAs: callbacks.Failure, Otherwise: "large", Masked: []string{"/iban"},
		Rules: []callbacks.Rule{
			{Name: "large", When: "large", Condition: large, Terms: terms(2)}, {Name: "everyday", Terms: terms(1)},
		},
	}}
	template := Template{Payload: json.RawMessage(`{"total":"{{input/order/total}}","iban":"{{input/order/iban}}","note":"{{input/note}}"}`)}
	whole := Template{Payload: json.RawMessage(`"{{input/order}}"`)}
	own := Template{Masked: []string{"/order/iban"}}
	pad := strings.Repeat("x", maxFilled)
	for name, tt := range map[string]struct {
		template    Template
		input, rule string
	}{
		"Made":    {template, `{"order":{"total":18420,"iban":"DE02"},"total":1,"note":""}`, "large"},
		"Small":   {template, `{"order":{"total":20,"iban":"DE02"},"note":""}`, "everyday"},
		"Padded":  {template, `{"order":{"total":18420,"iban":"DE02"},"total":1,"note":"` + pad + `"}`, "large"},
		"Twice":   {template, `{"order":{"total":1,"iban":"DE02","total":18420},"total":1}`, "large"},
		"Own":     {own, `{"total":20,"order":{"iban":"DE02"}}`, "everyday"},
		"Missing": {whole, `{"total":1,"iban":"DE02"}`, "large"},
	} {
		found := Announcement{CallbackID: "c2lnbi1vZmY=", Queue: "default", Payload: json.RawMessage(tt.input)}
		c, content, err := tt.template.Make(t.Context(), found, found.Payload, queues, nil, time.Now())
		if err != nil || c.Requirement.Rule != tt.rule {
			t.Errorf("%s: bound by rule %q, want %q (%v)", name, c.Requirement.Rule, tt.rule, err)
		}
		if shown := queues.Shown(c.Queue, content); bytes.Contains(shown.Payload, []byte("DE02")) {
			t.Errorf("%s: the masked value is shown", name)
		}
	}
}

// TestTemplate_Repeated: a long value that a text names often is not written often.
func TestTemplate_Repeated(t *testing.T) {
	t.Parallel()
	input, _ := jsontext.Read([]byte(`{"big":"` + strings.Repeat("x", maxFilled-10) + `"}`))
	template := strings.Repeat("{{input/big}}", maxReferences)
	f, written := filling{input: input}, 0
	_, ok := f.text("title", template, func(value string) string {
		written += len(value)
		return value
	})
	if ok || written > maxFilled || len(f.left) != 1 || f.left[0].Why != tooLong {
		t.Errorf("wrote %d bytes, left out %+v", written, f.left)
	}
	if payload, ok := f.payload(json.RawMessage(`{"a":"` + template + `"}`)); ok {
		t.Errorf("made a payload of %d bytes without the value", len(payload))
	}
}

func TestTemplate_AsksSecret(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]bool{
		`{"type":"string"}`: false, `{"type":"string","x-masked":true}`: false, `{"type":"string","writeOnly":true}`: true, `{`: false,
	} {
		template := Template{Forms: map[string]Form{"approve": {Schema: json.RawMessage(schema)}}}
		if got := template.AsksSecret(); got != want {
			t.Errorf("%s asks for a secret: %t", schema, got)
		}
	}
}
