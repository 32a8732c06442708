package payload

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
)

// maskedDocument has two masked values, as the service gives it out.
func maskedDocument(reveals bool) Document {
	content := callbacks.Content{
		Payload: []byte(`{"vendor":{"name":"Kranich","iban":"DE02canary"},"total":7.50,"pin":4711}`),
		Masked:  []string{"/vendor/iban", "/pin"},
	}
	content = callbacks.Queues{}.Shown("finance", content)
	return DocumentOf(&content, reveals)
}

func TestSection_Masked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reveals bool
		buttons string
		says    string
	}{
		"MaySign": {true, "0.1 2", "2 values masked. Revealing one goes on record, with your name."},
		"Reader":  {false, "", "2 values masked. Only people who may sign the request, while it is pending, can reveal them, on record."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := viewstest.HTML(t, Section(someID, maskedDocument(tt.reveals)))
			if n := doc.Find(".tree .mask").Length(); n != 2 {
				t.Errorf("%d masks, want 2", n)
			}
			if n := doc.Find(".tree .tr:has(.mask) .cp").Length(); n != 0 {
				t.Errorf("%d masks can be copied", n)
			}
			var buttons []string
			for _, button := range doc.Find(`button[form="reveal"][name="at"]`).EachIter() {
				buttons = append(buttons, button.AttrOr("value", ""))
			}
			if got := strings.Join(buttons, " "); got != tt.buttons {
				t.Errorf("the buttons reveal %q, want %q", got, tt.buttons)
			}
			if n := doc.Find(`form#reveal[method="post"][action="/callbacks/c1/reveal"]`).Length(); (n == 1) != tt.reveals {
				t.Errorf("%d forms to reveal", n)
			}
			if got := strings.TrimSpace(doc.Find(".masked").Text()); got != tt.says {
				t.Errorf("the page says %q", got)
			}
			if got := doc.Find("#payload-raw").Text(); got != `{"vendor":{"name":"Kranich","iban":"••••••"},"total":7.50,"pin":"••••••"}` {
				t.Errorf("the text is %s", got)
			}
		})
	}
}

// TestSection_MasksTellNothing: what is masked may be anything, and the page is the same.
func TestSection_MasksTellNothing(t *testing.T) {
	t.Parallel()
	section := func(value string) string {
		content := callbacks.Queues{}.Shown("finance", callbacks.Content{
			Payload: []byte(`{"secret":` + value + `,"total":7}`), Masked: []string{"/secret"},
		})
		html, err := viewstest.HTML(t, Section(someID, DocumentOf(&content, true))).Html()
		if err != nil {
			t.Fatal(err)
		}
		return html
	}
	want := section(`1`)
	for _, value := range []string{`"text"`, `null`, `{"a":[1,2,3]}`, `[]`, `"` + strings.Repeat("x", 100_000) + `"`} {
		if section(value) != want {
			t.Errorf("the page with %.20s differs from that with 1", value)
		}
	}
}

func TestRow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ value, shows string }{
		"Text":    {`"DE02 <b>"`, `"DE02 <b>"`},
		"Number":  {`1e2`, `1e2`},
		"Object":  {`{"bank": "K", "no":[1, 2]}`, `{"bank": "K", "no":[1, 2]}`},
		"Unseen":  {`"a` + "\u202e" + `b"`, `"a⟨U+202E⟩b"`},
		"TooLong": {`"` + strings.Repeat("x", 2*maxRawShown) + `"`, `"` + strings.Repeat("x", maxRawShown-1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := maskedDocument(true)
			d.Revealed = &callbacks.Revealed{Place: d.Hidden[0], Value: []byte(tt.value)}
			row := viewstest.HTML(t, Row(someID, d)).Find("li")
			if got := row.Find(".v").Text(); row.Length() != 1 || got != tt.shows {
				t.Errorf("%d rows show %.80s, want %.80s", row.Length(), got, tt.shows)
			}
			if key := row.Find(".k").Text(); key != "iban" || row.Find("[data-copy-value]").Length() != 1 {
				t.Errorf("the row of %q can be copied %d times", key, row.Find("[data-copy-value]").Length())
			}
			if cut := strings.Contains(row.Text(), "The first "); cut != (name == "TooLong") {
				t.Errorf("the row says that it is cut: %t", cut)
			}
		})
	}
}
