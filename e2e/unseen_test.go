package e2e_test

import (
	"encoding/json"
	"testing"

	"countersign/internal/standin/demo"
)

// TestUnseenCharacters: a page marks what cannot be seen in a payload, and its buttons copy the
// characters themselves, also several in a row.
func TestUnseenCharacters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	payload := map[string]any{"account": "DE75\u202e5121\u200b\u200b\u2060 0800", "note": "first\r\nsecond \u0000"}
	a := w.ask(t, expense(func(q *demo.Question) { q.Payload = payload }))
	sent, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.reads("#payload .tree", "DE75⟨U+202E⟩5121⟨U+200B⟩⟨U+200B⟩⟨U+2060⟩ 0800")
	mara.inspect("unseen")
	for button, want := range map[string]string{
		`#payload [aria-label="Copy account"]`: "DE75\u202e5121\u200b\u200b\u2060 0800",
		`#payload [aria-label="Copy note"]`:    "first\r\nsecond \u0000",
		`#payload [data-copy="payload-raw"]`:   string(sent),
	} {
		eval[bool](mara, `(navigator.clipboard.writeText = async (text) => void (window.copied = text), window.copied = undefined, true)`)
		mara.click(button)
		mara.until("window.copied !== undefined")
		if got := eval[string](mara, "window.copied"); got != want {
			t.Errorf("%s copies %q, want %q", button, got, want)
		}
	}
}

// TestTableOfWords: a table of a description breaks between words only. What is too wide scrolls in
// a box of its own.
func TestTableOfWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(func(q *demo.Question) {
		q.Description = "| Beneficiary | Reimbursement | Classification | Responsibility |\n| - | - | - | - |\n" +
			"| Internationalisation | Telecommunications | Reclassification | Responsibilities of the department |"
	}))
	mara := w.signIn(t, "mara")
	mara.look(phone)
	mara.open(a.page())
	broken := eval[[]string](mara, `(() => {
		const broken = [], range = document.createRange();
		for (const cell of document.querySelectorAll("#item .wide :is(th, td)")) {
			const text = cell.firstChild;
			for (const { index, 0: word } of text.data.matchAll(/\S+/g)) {
				range.setStart(text, index);
				range.setEnd(text, index + word.length);
				if (range.getClientRects().length > 1) broken.push(word);
			}
		}
		return broken;
	})()`)
	if len(broken) > 0 {
		t.Errorf("words are broken: %q", broken)
	}
	if !eval[bool](mara, `(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector("#item .wide"))`) {
		t.Error("the table does not scroll in its box")
	}
	mara.inspect("table-of-words")
}
