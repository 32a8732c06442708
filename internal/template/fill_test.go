package template_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/form"
	"countersign/internal/template"
)

var values = template.Values{
	Outcome: "approve", Comment: "Fine \"by\" me.",
	DecidedAt: time.Date(2026, 11, 24, 14, 52, 31, 0, time.FixedZone("", 3600)),
	Reviewer:  template.Reviewer{ID: "u-1", Name: "Mara <b>", Email: "mara@harborline.example"},
}

func TestFillerJSON(t *testing.T) {
	t.Parallel()
	answer, err := form.Parse(`{"days": 1e2, "who": {"name": "Ada"}}`)
	if err != nil {
		t.Fatal(err)
	}
	answered := values
	answered.Answered, answered.Answer = true, answer
	principal := "Ines"
	signed := values
	signed.Signers = []template.Signer{{ID: "u-2", Name: "Ben", At: "2026-11-24T13:00:00Z", ActingFor: &principal}}
	for name, test := range map[string]struct {
		template.Values
		template, want string
	}{
		"Names": {
			values, `{"b": 1.50, "a":"{{outcome}} by {{reviewer.id}} {{reviewer.name}} <{{reviewer.email}}> at {{decidedAt}}"}`,
			`{"b": 1.50, "a":"approve by u-1 Mara <b> <mara@harborline.example> at 2026-11-24T13:52:31Z"}`,
		},
		"Escapes":        {values, `"{{comment}}"`, `"Fine \"by\" me."`},
		"Whole":          {answered, `{"a":"{{answer}}"}`, `{"a":{"days": 1e2, "who": {"name": "Ada"}}}`},
		"Part":           {answered, `["{{answer/days}}","{{answer/who/name}}"]`, `[1e2,"Ada"]`},
		"MissingPart":    {answered, `"{{answer/hours}}"`, `null`},
		"NoChanges":      {answered, `"{{changes}}"`, `[]`},
		"NoForm":         {values, `"{{answer/days}}"`, `"{{answer/days}}"`},
		"NobodySigned":   {values, `"{{signatures}}"`, `[]`},
		"SignedForOther": {signed, `"{{signatures}}"`, `[{"id":"u-2","name":"Ben","email":"","at":"2026-11-24T13:00:00Z","comment":"","actingFor":"Ines"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.Filler(test.template).JSON(test.template); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestFillerText: a message is plain text, so nothing in it is escaped, and what was inserted is
// not looked at again.
func TestFillerText(t *testing.T) {
	t.Parallel()
	nested := values
	nested.Comment = `"{{reviewer.email}}"`
	if got := nested.Filler().Text("{{comment}} {{outcome}}"); got != `"{{reviewer.email}}" approve` {
		t.Errorf("got %s", got)
	}
}

func TestFillerSize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := values
		v.Comment = rapid.String().Draw(t, "comment")
		text := strings.Repeat("{{comment}}-{{outcome}}", rapid.IntRange(0, 5).Draw(t, "copies"))
		fill := v.Filler()
		if got, want := fill.SizeOfJSON(text), len(fill.JSON(text)); got != want {
			t.Errorf("JSON: %d bytes are foretold of %d", got, want)
		}
		if got, want := fill.SizeOfText(text), len(fill.Text(text)); got != want {
			t.Errorf("text: %d bytes are foretold of %d", got, want)
		}
	})
}

func TestNotFinal(t *testing.T) {
	t.Parallel()
	got := template.NotFinal(`{"a":"{{reviewer.id}} {{outcome}} {{comment}}"}`, `["{{signatures}}"]`)
	if want := []string{"comment", "reviewer.id", "signatures"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMisplaced(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a": "{{answer}}"}`:   "",
		`["{{signatures}}", 1]`: "",
		`"{{changes}}"`:         "",
		`"{{comment}} and so"`:  "",
		`"I say {{answer}}"`:    "answer",
		`{"{{answer/a}}": 1}`:   "answer/a",
		`"{{signatures}} did"`:  "signatures",
	} {
		if got := template.Misplaced([]byte(text)); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
