package forms_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/form"
	"countersign/internal/mask"
	"countersign/views/forms"
	"countersign/views/viewstest"
)

// randomly makes schemas that can be drawn, and documents that mostly fit them. Some hold a masked value.
type randomly struct{ *rand.Rand }

func (r randomly) one(of ...string) string { return of[r.IntN(len(of))] }

func (r randomly) schema(depth int) string {
	start := "{" + r.one("", "", "", `"readOnly":true,`)
	kinds := 8
	if depth == 0 {
		kinds = 6
	}
	switch r.IntN(kinds) {
	case 0:
		return start + r.one(`"type":"string"`, `"type":["string","null"]`, `"type":"string","x-masked":true`, `"type":"string","maxLength":300`) + "}"
	case 1:
		return start + `"type":` + r.one(`"integer"`, `"number"`, `["number","null"]`) + "}"
	case 2:
		return start + `"type":"boolean"}`
	case 3:
		return start + `"enum":["a","b",1,1.0,null]}`
	case 4:
		return start + `"type":"string","format":` + r.one(`"date"`, `"date-time"`, `"date-time","x-zone":"Europe/Vilnius"`) + "}"
	case 5:
		return start + `"type":"string","x-stamp":"email"}`
	case 6:
		return start + r.one("", `"uniqueItems":true,`) + `"type":"array","items":` + r.schema(depth-1) + "}"
	}
	var properties []string
	for i := range 1 + r.IntN(4) {
		properties = append(properties, strconv.Quote(r.one("k", "k~/#", "a name")+strconv.Itoa(i))+":"+r.schema(depth-1))
	}
	return start + `"type":"object","properties":{` + strings.Join(properties, ",") + "}}"
}

func (r randomly) document(schema form.Value) string {
	if r.IntN(12) == 0 {
		return r.one(`"DE02canary"`, `null`, `1e2`, `{"x":"DE02canary"}`, `["DE02canary",1]`, `{"DE02canary":1}`, `{}`, `[]`, `"\u0000"`)
	}
	var all []string
	space := r.one("", "", " ", "\n ")
	switch properties := schema.Member("properties"); {
	case properties.Exists():
		for i := range 4 {
			for _, name := range []string{"k", "k~/#", "a name"} {
				if child := properties.Member(name + strconv.Itoa(i)); child.Exists() && r.IntN(5) > 0 {
					all = append(all, space+strconv.Quote(name+strconv.Itoa(i))+space+":"+r.document(child))
				}
			}
		}
		if r.IntN(5) == 0 {
			all = append(all, `"more":`+r.one(`"DE02canary"`, `1`, `{"DE02canary":2}`, `["x DE02canary"]`))
		}
		return "{" + strings.Join(all, ",") + space + "}"
	case schema.Member("items").Exists():
		for range r.IntN(4) {
			all = append(all, space+r.document(schema.Member("items"))+space)
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	return r.one(`"a"`, `""`, `"DE02canary"`, `"to DE02canary now"`, `12`, `0.10`, `1e2`, `true`, `false`, `null`, `"2026-12-04"`,
		`"2026-12-11T09:30:00.5+02:00"`, `"2026-10-25T01:30:00Z"`, `"a\r\nb"`, `"a\nb"`)
}

// random is a form of one schema and document, whose reader has masked values.
type random struct {
	t                *testing.T
	schema, proposed string
	cover            *mask.Cover
}

// page is the form with what was posted, as it is drawn, and what a browser posts of it untouched. It has no
// masked value.
func (r random) page(posted form.Posted) (filling *form.Filling, page *goquery.Document, untouched form.Posted) {
	r.t.Helper()
	f := form.Open(r.schema, r.proposed, prefix, posted, r.cover)
	page = viewstest.HTML(r.t, forms.Fields(forms.Form{
		Form: f.Form, Filled: f.Filled, Text: f.Text, Proposed: f.Proposed, Changes: f.Changes, Schema: r.schema, Prefix: prefix, Outcome: "approve",
	}))
	if text, err := page.Html(); err != nil || strings.Contains(text+fmt.Sprint(f.Changes), "canary") {
		r.t.Fatalf("a masked value of %s is told for %s", r.proposed, r.schema)
	}
	return f, page, posts(page)
}

// says checks that what is posted makes an answer.
func (r random) says(what string, posted form.Posted, want form.Value) {
	r.t.Helper()
	if got, _, _ := r.page(posted); !got.Answer.Same(want) {
		r.t.Fatalf("%s, the form of %s with %s has\n%s\nwant\n%s", what, r.schema, r.proposed, got.Answer.JSON(), want.JSON())
	}
}

// TestRandom: whatever is proposed, what is masked is on no page; untouched fields give the proposed bytes;
// what a page shows says the answer that it was drawn for; a reset gives the proposal; and an answer that
// was signed is said by fields again.
func TestRandom(t *testing.T) {
	t.Parallel()
	cover := mask.CoverOf([]byte(`["DE02canary"]`), []string{"/*"})
	for seed := range uint64(1_500) {
		chance := randomly{rand.New(rand.NewPCG(seed, 0))}
		r := random{t: t, schema: chance.schema(3), cover: cover}
		r.proposed = chance.document(parse(t, r.schema))
		f, page, untouched := r.page(nil)
		r.says("untouched", untouched, f.Proposed)
		changes := map[string]form.Posted{}
		for _, button := range page.Find(`button[name="form"]`).EachIter() {
			press := button.AttrOr("value", "")
			changes[press] = f.Form.Press(prefix, f.Proposed, untouched, press)
		}
		for name := range untouched {
			if !strings.Contains(name, "#") {
				typed := chance.one("typed", "12", "1e2", "", `"a"`, "2026-12-05", "2026-12-12T10:00", " 7 ", "a\r\nb")
				changes[name] = maps.Clone(untouched)
				changes[name][name] = []string{typed}
				r.says("after Reset", f.Form.Press(prefix, f.Proposed, changes[name], "reset:"+name), f.Proposed)
			}
		}
		for what, posted := range changes {
			changed, _, again := r.page(posted)
			r.says("after "+what, again, changed.Answer)
			if len(changed.Faults) == 0 && !f.Form.HasSecret && changed.Answer.Exists() {
				signed := form.Posted{form.JSONName(prefix): {changed.Answer.JSON()}}
				r.says("signed again after "+what, f.Form.Press(prefix, f.Proposed, signed, "form:"+prefix), changed.Answer)
			}
		}
	}
}
