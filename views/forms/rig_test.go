package forms_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/form"
	"countersign/views/forms"
)

const schemas = "../../internal/form/testdata/schemas/"

// order is a proposed answer to purchase-order.json.
const order = `{"order":"PO-5817","quantity":40,"max_price":815.00,"deliver_by":"2026-12-04","speed":"standard","cost_centre":"CC-4410",` +
	`"handover":"2026-12-11T09:30:00+02:00","instructions":"\nRamp 3.\nNot higher than 1.60 m.",` +
	`"tell":["rasa@harborline.example","kaunas-ops@harborline.example"],` +
	`"lines":[{"item":"ZB-DS3678","what":"Scanner","pieces":30,"each":812.00},{"item":"ZB-CR8178","pieces":6,"each":1e2}],` +
	`"ship_to":{"street":"Islandijos pl. 217","city":"Kaunas","country":"Lithuania"},"erp_key":1e2}`

func parse(t testing.TB, text string) form.Value {
	t.Helper()
	v, err := form.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fixture is the text of a schema.
func fixture(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(schemas + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fixtures are all schemas that can be drawn, by name.
func fixtures(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.json", "published/*.json"} {
		files, err := filepath.Glob(schemas + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(strings.TrimPrefix(file, schemas), ".json")
			if text := fixture(t, name); form.New(parse(t, text)).Drawn() {
				all[name] = text
			}
		}
	}
	if len(all) < 15 {
		t.Fatalf("only %d schemas are drawn", len(all))
	}
	return all
}

const prefix = "answer:approve"

// filled is a form of a schema with what was posted. No proposed answer is the schema's own.
func filled(t *testing.T, schema, proposed string, posted form.Posted) forms.Form {
	t.Helper()
	f := form.New(parse(t, schema))
	was := f.Start()
	if proposed != "" {
		was = parse(t, proposed)
	}
	made := f.Fill(prefix, was, posted)
	return forms.Form{
		Form: f, Filled: made, Proposed: was, Changes: f.Changes(was, made.Answer, made.TypedBy("")), Schema: schema,
		Prefix: prefix, Outcome: "approve", Callback: "cb1",
	}
}

// purchase is the purchase order with some inputs typed into.
func purchase(t *testing.T, posted form.Posted) forms.Form {
	t.Helper()
	return filled(t, fixture(t, "purchase-order"), order, posted)
}

// posts is what a browser posts of a page when a field has the focus and the decision is sent.
func posts(page *goquery.Document) form.Posted {
	all := form.Posted{}
	page.Find("[name][form=decide]").Each(func(_ int, s *goquery.Selection) {
		name, value := s.AttrOr("name", ""), s.AttrOr("value", "")
		switch {
		case s.Is("button"), s.Is("[type=radio]:not([checked])"):
			return
		case s.Is("textarea"):
			value = s.Text()
		case s.Is("select"):
			chosen := s.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = s.Find("option").First()
			}
			value = chosen.AttrOr("value", "")
		}
		all[name] = append(all[name], strings.ReplaceAll(value, "\n", "\r\n"))
	})
	return all
}

// ids are the HTML IDs of a page.
func ids(page *goquery.Document) (all []string) {
	page.Find("[id]").Each(func(_ int, s *goquery.Selection) { all = append(all, s.AttrOr("id", "")) })
	slices.Sort(all)
	return all
}
