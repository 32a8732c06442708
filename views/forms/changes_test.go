package forms_test

import (
	"strings"
	"testing"

	"countersign/internal/form"
	"countersign/views/forms"
	"countersign/views/viewstest"
	"countersign/views/words"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	f := purchase(t, form.Posted{
		prefix + "/quantity": {"36"}, prefix + "/instructions": {""}, prefix + "/tell#add": {"teo@harborline.example"}, prefix + "/lines#rows": {"", "0"},
	})
	page := viewstest.HTML(t, forms.Changes(f))
	var got []string
	for _, li := range page.Find(".changes li").EachIter() {
		got = append(got, strings.ReplaceAll(viewstest.Words(li), " , ", ", "))
	}
	want := []string{
		"Quantity 40 → 36 pieces, 4 fewer Reset", "Delivery instructions emptied, had 32 characters Reset",
		"Tell when delivered added teo@harborline.example", "Lines, line 2 removed ZB-CR8178, 6, 1e2",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if all := page.Find(`.box-h button`).AttrOr("value", ""); all != "reset:"+prefix {
		t.Errorf("Reset all posts %q", all)
	}
	if n := viewstest.HTML(t, forms.Changes(purchase(t, nil))).Find("section[hidden]").Length(); n != 1 {
		t.Error("a form that nobody changed has changes")
	}
}

func TestAbout(t *testing.T) {
	t.Parallel()
	got := viewstest.Words(viewstest.HTML(t, forms.About(words.Moment{}, purchase(t, nil))).Find("dl"))
	for _, want := range []string{"Schema purchase-decision/4", "Values 26, of them 3 read-only"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}
