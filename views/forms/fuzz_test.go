package forms_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/form"
	"countersign/views/forms"
	"countersign/views/viewstest"
)

// FuzzFields: whatever a schema and a proposed answer hold, the page has only elements of the desk's own,
// and what a browser posts of it untouched makes the proposed answer, byte for byte.
func FuzzFields(f *testing.F) {
	for _, schema := range fixtures(f) {
		f.Add(schema, "", "")
		f.Add(schema, order, "")
	}
	f.Add(`{"type":"object","properties":{"<b>":{"type":"string","title":"<script>","description":"\"><img src=x onerror=1>"}}}`, `{"<b>":"</textarea><i>"}`, "<u>")
	f.Add(`{"type":"object","properties":{"a~b/c#d":{"type":"array","items":{"type":"object","properties":{"e":{"enum":["<s>",null,1e2]}}}}}}`, `{"a~b/c#d":[{"e":"<s>"},{"e":1e2},7]}`, "")
	f.Add(`{"type":"object","properties":{"a\nb":{"type":"string"},"at":{"type":"string","format":"date-time"}}}`, "{\"a\\nb\":\"\\u0000\\r\",\"at\":\"0000-01-01T00:00:00.5Z\"}", "\r")
	f.Add(`{"if":{}}`, `{"a":[1e2, "</textarea>"]}`, `</textarea><b>`)
	f.Fuzz(func(t *testing.T, schema, proposed, typed string) {
		if len(schema)+len(proposed)+len(typed) > 16<<10 {
			t.Skip()
		}
		if _, err := form.Parse(schema); err != nil {
			t.Skip()
		}
		if _, err := form.Parse(proposed); err != nil && proposed != "" {
			t.Skip()
		}
		made := filled(t, schema, proposed, nil)
		page := viewstest.HTML(t, forms.Fields(made))
		own(t, page)
		untouched := posts(page)
		if again := made.Form.Fill(prefix, made.Proposed, untouched); !again.Answer.Same(made.Proposed) {
			t.Errorf("got\n%s\nwant\n%s", again.Answer.JSON(), made.Proposed.JSON())
		}
		for name := range untouched { // typed into each field, it is shown again as text
			untouched[name] = []string{typed}
			own(t, viewstest.HTML(t, forms.Fields(filled(t, schema, proposed, untouched))))
			break
		}
	})
}

// own reports elements and attributes of a page that the desk's forms do not have.
func own(t *testing.T, page *goquery.Document) {
	t.Helper()
	elements := strings.Fields("html head body answer-form section div span h2 h3 p ul ol li a button svg use path circle rect line polyline label input select option textarea " +
		"fieldset legend table thead tbody tr th td pre code details summary del ins bdi b time br")
	page.Find("*").Each(func(_ int, s *goquery.Selection) {
		if name := goquery.NodeName(s); !slices.Contains(elements, name) {
			t.Errorf("the page has an element %s", name)
		}
		for _, a := range s.Get(0).Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "/static/") {
				t.Errorf("the page has an attribute %s=%q", a.Key, a.Val)
			}
		}
	})
}
