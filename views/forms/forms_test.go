package forms_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"countersign/internal/form"
	"countersign/views/forms"
	"countersign/views/viewstest"
	"countersign/views/words"
)

// TestFields_Untouched: what a browser posts of a page that nobody touched makes the proposed answer,
// byte for byte.
func TestFields_Untouched(t *testing.T) {
	t.Parallel()
	proposed := map[string]string{"purchase-order": order}
	for name, schema := range fixtures(t) {
		f := filled(t, schema, proposed[name], nil)
		again := f.Form.Fill(prefix, f.Proposed, posts(viewstest.HTML(t, forms.Fields(f))))
		if !again.Answer.Same(f.Proposed) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, again.Answer.JSON(), f.Proposed.JSON())
		}
	}
}

// TestFields_Names: each input has a name that people hear, what describes it is on the page, no ID
// stands twice.
func TestFields_Names(t *testing.T) {
	t.Parallel()
	proposed := map[string]string{"purchase-order": order}
	for name, schema := range fixtures(t) {
		page := viewstest.HTML(t, forms.Fields(filled(t, schema, proposed[name], nil)))
		all := ids(page)
		if distinct := slices.Compact(slices.Clone(all)); len(distinct) != len(all) {
			t.Errorf("%s: an ID stands twice", name)
		}
		page.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			label := viewstest.Words(page.Find(`label[for="`+id+`"]`)) + viewstest.Words(s.Closest("label")) + s.AttrOr("aria-label", "")
			if strings.TrimSpace(label) == "" {
				t.Errorf("%s: %s has no label", name, s.AttrOr("name", "an input"))
			}
		})
		page.Find("[aria-describedby], [aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr("aria-describedby", "") + " " + s.AttrOr("aria-labelledby", "")) {
				if !slices.Contains(all, id) {
					t.Errorf("%s: %s is on no element", name, id)
				}
			}
		})
		if n := page.Find("[name]:not([form=decide])").Length(); n > 0 {
			t.Errorf("%s: %d inputs belong to no form", name, n)
		}
	}
}

// label is what stands above a field.
func label(page *goquery.Document, name string) string {
	return viewstest.Words(page.Find(`[data-entry="` + prefix + name + `"] > .lab`))
}

func TestFields_Words(t *testing.T) {
	t.Parallel()
	page := viewstest.HTML(t, forms.Fields(purchase(t, nil)))
	for name, want := range map[string]string{
		"/quantity": "Quantity 1 to 60", "/max_price": "Most per piece 0.00 to 1000.00", "/deliver_by": "Deliver by",
		"/speed": "Speed", "/partial": "Partial delivery allowed optional", "/cost_centre": "Cost centre optional, one of 5",
		"/handover":     "Handover optional, Europe/Vilnius, UTC+2",
		"/reference":    "Delivery reference optional, up to 20 characters",
		"/instructions": "Delivery instructions optional, up to 400 characters", "/tell": "Tell when delivered optional, up to 10 lines",
		"/lines": "Lines 1 to 20 lines as in the offer", "/ship_to/street": "Street",
	} {
		if got := label(page, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := viewstest.Words(page.Find(".addrow span")); got != "2 of at most 20 lines" {
		t.Errorf("the lines are %q", got)
	}
	if got := viewstest.Words(page.Find(".ro")); !strings.Contains(got, "PO-5817 read-only") || !strings.Contains(got, "set by the desk") {
		t.Errorf("what cannot be changed is %q", got)
	}
	if n := page.Find(`[data-entry="` + prefix + `/partial"] [checked][value=""]`).Length(); n != 1 {
		t.Error("a question that nobody answered has an answer")
	}
	if got := viewstest.Words(page.Find("th")); got != "Item What Pieces Each, USD Remove" {
		t.Errorf("the columns are %q", got)
	}
}

// TestFields_Changed: a change is told in words beside its field, with a button that takes it back.
func TestFields_Changed(t *testing.T) {
	t.Parallel()
	page := viewstest.HTML(t, forms.Fields(purchase(t, form.Posted{
		prefix + "/quantity": {"36"}, prefix + "/deliver_by": {"2026-12-11"}, prefix + "/partial": {"false"}, prefix + "/lines/0/pieces": {"31"},
	})))
	for name, want := range map[string]string{
		"/quantity": "Quantity 1 to 60 was 40 Reset", "/deliver_by": "Deliver by was Fri 4 Dec 2026 Reset",
		"/partial": "Partial delivery allowed optional was not answered Reset", "/lines": "Lines 1 to 20 lines as in the offer changed Reset",
	} {
		if got := label(page, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := viewstest.Words(page.Find(`td[data-entry="` + prefix + `/lines/0/pieces"] .mark`)); got != "was 30 Reset" {
		t.Errorf("the cell says %q", got)
	}
	reset := page.Find(`button[value="reset:` + prefix + `/quantity"]`)
	if got := reset.AttrOr("aria-label", ""); got != "Reset Quantity to 40" {
		t.Errorf("the button is called %q", got)
	}
}

// TestFields_Faults: errors are on the page, and shown once the answer was sent.
func TestFields_Faults(t *testing.T) {
	t.Parallel()
	f := purchase(t, form.Posted{prefix + "/quantity": {"forty"}, prefix + "/lines/1/pieces": {"six"}})
	quiet := viewstest.HTML(t, forms.Fields(f))
	if n := quiet.Find(".err:not([hidden]), .errsum:not([hidden]), [aria-invalid=true]").Length(); n > 0 {
		t.Errorf("%d errors are shown before anything was sent", n)
	}
	f.Told = true
	page := viewstest.HTML(t, forms.Fields(f))
	field := page.Find(`[data-entry="` + prefix + `/quantity"]`)
	if got := viewstest.Words(field.Find(".err:not([hidden])")); got != "A number, written in digits, as 12 or 0.5" {
		t.Errorf("the field says %q", got)
	}
	if got := field.Find("input").AttrOr("value", ""); got != "forty" {
		t.Errorf("what was typed became %q", got)
	}
	summary := page.Find(".errsum:not([hidden])[autofocus]")
	if got := viewstest.Words(summary.Find("h3")); got != "2 answers need a correction before this can be sent" {
		t.Errorf("the summary says %q", got)
	}
	if got := viewstest.Words(summary.Find("a").First()); got != "Quantity: a number, written in digits, as 12 or 0.5" {
		t.Errorf("the first link says %q", got)
	}
	if got := viewstest.Words(summary.Find("a").Last()); !strings.HasPrefix(got, "Pieces, line 2: ") {
		t.Errorf("the second link says %q", got)
	}
	summary.Find("a").Each(func(_ int, s *goquery.Selection) {
		if page.Find(`[id="`+strings.TrimPrefix(s.AttrOr("href", ""), "#")+`"]`).Length() != 1 {
			t.Errorf("%q leads nowhere", s.Text())
		}
	})
}

// TestFields_Foreign: text of others stays text, wherever the schema or the answer has it.
func TestFields_Foreign(t *testing.T) {
	t.Parallel()
	const evil = `<img src=x onerror=alert(1)>\u202e`
	schema := strings.ReplaceAll(`{"$id":"EVIL","type":"object","properties":{"EVIL":{"title":"EVIL","description":"EVIL","type":"string"},
		"n":{"title":"EVIL","type":"number","x-unit":"EVIL"},"c":{"title":"EVIL","enum":["EVIL","b"]},"s":{"title":"EVIL","enum":["EVIL","b","c","d","e"]},
		"l":{"title":"EVIL","type":"array","items":{"type":"string"}},"t":{"title":"EVIL","type":"array","items":{"type":"object","properties":{"EVIL":{"title":"EVIL","type":"string"}}}},
		"g":{"title":"EVIL","type":"object","properties":{"EVIL":{"type":"string","readOnly":true}}}}}`, "EVIL", evil)
	proposed := strings.ReplaceAll(`{"EVIL":"EVIL","n":1,"c":"EVIL","s":"EVIL","l":["EVIL"],"t":[{"EVIL":"EVIL"}],"g":{"EVIL":"EVIL"},"other":"EVIL"}`, "EVIL", evil)
	f := filled(t, schema, proposed, form.Posted{prefix + "/n": {"2"}, prefix + "/l#rows": {""}})
	page := viewstest.HTML(t, templ.Join(forms.Fields(f), forms.Changes(f), forms.About(words.Moment{}, f)))
	if page.Find("img").Length() > 0 {
		t.Error("text of the schema became HTML")
	}
	page.Find("textarea").Remove() // what is edited is as it came
	if said := viewstest.Words(page.Selection); strings.ContainsRune(said, '\u202e') || !strings.Contains(said, "U+202E") {
		t.Errorf("the page hides a character: %q", said)
	}
}

// TestSecret_NoKeptPassword: browsers do not fill the reader's own password into a secret.
func TestSecret_NoKeptPassword(t *testing.T) {
	t.Parallel()
	page := viewstest.HTML(t, forms.Fields(filled(t, `{"type":"object","properties":{"pin":{"type":"string","writeOnly":true},"note":{"type":"string"}}}`, "", nil)))
	for kind, want := range map[string]string{"password": "new-password", "text": "off"} {
		if got, _ := page.Find("input[type=" + kind + "]").Attr("autocomplete"); got != want {
			t.Errorf("the %s field has autocomplete %q, want %q", kind, got, want)
		}
	}
}

// TestFields_Carried: of a value that no input can carry, the page says how it can be changed, if it can.
func TestFields_Carried(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"type":"object","properties":{"a":{"type":"string"}}}`:                                             "a form cannot carry. Edit the answer as JSON to change it.",
		`{"type":"object","properties":{"a":{"type":"string"},"pin":{"type":"string","format":"password"}}}`: "a form cannot carry.",
	} {
		page := viewstest.HTML(t, forms.Fields(filled(t, schema, `{"a":"\u0007"}`, nil)))
		if got := viewstest.Words(page.Find(".field p.hint")); !strings.HasSuffix(got, want) {
			t.Errorf("it says %q, want %q", got, want)
		}
		if json := page.Find(`button[value^="json:"]`).Length() == 1; json != strings.HasSuffix(want, "change it.") {
			t.Errorf("the answer can be written as JSON: %t", json)
		}
	}
}

// TestFields_Shown: each proposed value is on the page, also where the form cannot edit it, and one that the
// reader cannot change has no input.
func TestFields_Shown(t *testing.T) {
	t.Parallel()
	const (
		rows   = `{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}}}}`
		nested = `{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}}}}}}}`
		list   = `{"type":"object","properties":{"l":{"type":"array","items":{"type":"string"}}}}`
		fixed  = `{"type":"object","properties":{"l":{"type":"array","items":{"type":"string","readOnly":true}}}}`
	)
	for name, tt := range map[string]struct {
		schema, proposed string
		inputs, columns  int
	}{
		"NoObject":   {rows, `{"l":["canary"]}`, 0, 3},
		"Unnamed":    {rows, `{"l":[{"a":"1","erp":"canary"},{"b":"2"}]}`, 4, 4},
		"NoGroup":    {nested, `{"l":["canary"]}`, 0, 0},
		"Line":       {list, `{"l":["canary"]}`, 1, 0},
		"Characters": {list, `{"l":["canary\u0001"]}`, 0, 0},
		"ReadOnly":   {fixed, `{"l":["canary"]}`, 0, 0},
	} {
		page := viewstest.HTML(t, forms.Fields(filled(t, tt.schema, tt.proposed, nil)))
		items := page.Find(".str, tbody tr:not(.line-err), fieldset fieldset")
		inputs := page.Find("input:not([type=hidden]):not([data-add]), textarea")
		if shown := page.Text() + inputs.AttrOr("value", ""); !strings.Contains(shown, "canary") {
			t.Errorf("%s: the page shows %s", name, shown)
		}
		if inputs.Length() != tt.inputs || page.Find("thead th").Length() != tt.columns {
			t.Errorf("%s: %d inputs, %d columns", name, inputs.Length(), page.Find("thead th").Length())
		}
		page.Find("tbody tr:not(.line-err)").Each(func(_ int, row *goquery.Selection) {
			if n := row.Find("td").Length(); n != tt.columns && row.Find("td[colspan]").Length() == 0 {
				t.Errorf("%s: a row has %d cells", name, n)
			}
		})
		if items.Find(`button[value^="remove:"]`).Length() != items.Length() {
			t.Errorf("%s: an item cannot be taken away", name)
		}
	}
}

// TestFields_FixedFault: what is wrong with a value that cannot be edited stands beside it, and the summary
// leads there.
func TestFields_FixedFault(t *testing.T) {
	t.Parallel()
	f := filled(t, `{"type":"object","properties":{"to":{"type":"object","properties":{}}}}`, `{"to":1}`, nil)
	f.Filled.Blame([]form.Fault{{Pointer: "/to", Detail: "an object"}})
	f.Told = true
	page := viewstest.HTML(t, forms.Fields(f))
	at := page.Find(`[id="` + strings.TrimPrefix(page.Find(".errsum a").AttrOr("href", ""), "#") + `"]`)
	if at.Length() != 1 || !strings.Contains(viewstest.Words(at), "An object") {
		t.Errorf("the summary leads to %q", viewstest.Words(at))
	}
}

// TestFields_FaultsHaveAPlace: whatever is wrong with a value, also with one that cannot be changed, stands in
// an entry that the summary names: scripts show a line of the summary only for such. The text is there
// before anything is wrong, so that what turns up while somebody types has a place too.
func TestFields_FaultsHaveAPlace(t *testing.T) {
	t.Parallel()
	const (
		fields = `"s":{"type":"string"},"r":{"type":"string","readOnly":true},"m":{"type":"string","readOnly":true,"x-masked":true},"raw":{"type":"string"},"c":{"enum":["a"],"readOnly":true}`
		stamp  = `,"at":{"type":"string","x-stamp":"now"}`
		values = `"s":"1","r":"2","m":"3","raw":[1],"c":"b","unnamed":4`
		object = `{"type":"object","properties":{` + fields + `}}`
	)
	for name, tt := range map[string][2]string{
		"Fields":   {`{"type":"object","properties":{` + fields + stamp + `}}`, `{` + values + `}`},
		"Group":    {`{"type":"object","properties":{"g":` + object + `}}`, `{"g":{` + values + `}}`},
		"Table":    {`{"type":"object","properties":{"l":{"type":"array","items":` + object + `}}}`, `{"l":[{` + values + `},7]}`},
		"Groups":   {`{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"g":` + object + `}}}}}`, `{"l":[{"g":{` + values + `}},7]}`},
		"List":     {`{"type":"object","properties":{"l":{"type":"array","items":{"type":"string"}}}}`, `{"l":["a",[]]}`},
		"Fixed":    {`{"type":"object","properties":{"g":{"readOnly":true,"type":"object","properties":{` + fields + `}}}}`, `{"g":{` + values + `}}`},
		"FixedRow": {`{"type":"object","properties":{"l":{"readOnly":true,"type":"array","items":` + object + `}}}`, `{"l":[{` + values + `},7]}`},
	} {
		f := filled(t, tt[0], tt[1], nil)
		quiet := viewstest.HTML(t, forms.Fields(f))
		var wrong []form.Fault
		var all func(*form.Entry)
		all = func(e *form.Entry) {
			for _, child := range e.Entries {
				wrong = append(wrong, form.Fault{Pointer: child.Pointer, Detail: "wrong" + string(child.Pointer)})
				all(child)
			}
		}
		if !f.Form.Drawn() {
			t.Fatalf("%s is not drawn", name)
		}
		all(f.Filled.Root)
		f.Filled.Blame(wrong)
		f.Told = true
		page := viewstest.HTML(t, forms.Fields(f))
		page.Find("[data-fault]").Each(func(i int, line *goquery.Selection) {
			in := `[data-entry="` + line.AttrOr("data-fault", "")
			entry, err := in+`"]`, in+`"] > .err, `+in+`#faults"] > .err`
			said, at := page.Find(err).Not("[hidden]").Text(), `[id="`+strings.TrimPrefix(line.Find("a").AttrOr("href", ""), "#")+`"]`
			if page.Find(at).Length() != 1 || quiet.Find(entry).Length() != 1 || quiet.Find(err).Length() != 1 || !strings.Contains(said, string(wrong[i].Pointer)) {
				t.Errorf("%s: what is wrong with %s stands in %q, of %d entries, and %d places to lead to", name, wrong[i].Pointer, said, quiet.Find(entry).Length(), page.Find(at).Length())
			}
		})
	}
}

// TestFields_SameTitle: choices with one title have their value beside it.
func TestFields_SameTitle(t *testing.T) {
	t.Parallel()
	page := viewstest.HTML(t, forms.Fields(filled(t, `{"type":"object","properties":{"to":{"oneOf":[{"const":"a1","title":"Kaunas"},{"const":"a2","title":"Kaunas"},{"const":"b","title":"Riga"}]}}}`, `{"to":"b"}`, nil)))
	for text, want := range map[string]int{`a1`: 1, `a2`: 1, `("b")`: 0, "Kaunas": 2, "Riga": 1} {
		if got := strings.Count(page.Find("answer-form").Text(), text); got != want {
			t.Errorf("%q is on the page %d times: %s", text, got, viewstest.Words(page.Find("answer-form")))
		}
	}
}
