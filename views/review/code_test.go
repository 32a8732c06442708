package review

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/fault"
	"countersign/views/viewstest"
	"countersign/views/words"
)

func TestColoured(t *testing.T) {
	t.Parallel()
	got := coloured([]byte(`{"a": "b\"c:", "n": -1.5e3, "t": [true, null]}`))
	want := []span{
		{"", `{`}, {"k", `"a"`}, {"", `: "b\"c:", `}, {"k", `"n"`}, {"", `: `}, {"num", `-1.5e3`}, {"", `, `},
		{"k", `"t"`}, {"", `: [`}, {"boo", `true`}, {"", `, `}, {"boo", `null`}, {"", `]}`},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestLaidOut(t *testing.T) {
	t.Parallel()
	if spans, spaced := laidOut([]byte(`{"a":1}`)); !spaced || spans[0].Text != "{\n  " {
		t.Errorf("a document on one line: %q, %v", spans, spaced)
	}
	if spans, spaced := laidOut([]byte("yes: <b>")); spaced || len(spans) != 1 || spans[0].Text != "yes: <b>" {
		t.Errorf("text: %q, %v", spans, spaced)
	}
}

// TestPreviewShowsTheExactBytes: what a person reads, what they can copy, and what is hashed are
// the same.
func TestPreviewShowsTheExactBytes(t *testing.T) {
	t.Parallel()
	c := sampleReview().Callback
	for _, p := range viewstest.Previews(c, "Says \"no\" <b>&amp;</b>\n\tand  more") {
		doc := viewstest.HTML(t, Preview(p))
		body := doc.Find("#preview-" + p.Outcome.Name)
		if got := body.Find("#bytes-" + p.Outcome.Name).Text(); got != string(p.Completion.Body()) {
			t.Errorf("%s shows %q, sends %q", p.Outcome.Name, got, p.Completion.Body())
		}
		if !sameButSpace(body.Find("pre").First().Text(), string(p.Completion.Body())) {
			t.Errorf("%s is laid out as something else", p.Outcome.Name)
		}
		if body.AttrOr("data-seen", "") != p.Seen || body.AttrOr("data-at", "") != "2026-11-24T12:51:02Z" {
			t.Errorf("%s carries %q made at %q", p.Outcome.Name, body.AttrOr("data-seen", ""), body.AttrOr("data-at", ""))
		}
		if cost := body.AttrOr("data-cost", ""); cost != words.Size(len(p.Completion.Body()))+" go to Lambda. This cannot be undone." {
			t.Errorf("%s is said to cost %q", p.Outcome.Name, cost)
		}
	}
}

func TestPreviewSaysWhatFollows(t *testing.T) {
	t.Parallel()
	previews := sampleReview().Previews
	for i, want := range []string{
		"Approve: the function goes on with these bytes as its result.",
		"Reject: the function gets an error of type Rejected. If it does not catch it, the whole execution fails.",
	} {
		if got := viewstest.Words(viewstest.HTML(t, Preview(previews[i])).Find(".then")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPreviewFault(t *testing.T) {
	t.Parallel()
	doc := viewstest.HTML(t, PreviewFault(fault.List{{Pointer: "comment", Detail: "At most 4000 characters."}}))
	if got := viewstest.Words(doc.Find("[role=alert]")); got != "At most 4000 characters." {
		t.Errorf("%q", got)
	}
	if doc.Find("[data-seen]").Length() != 0 {
		t.Error("a fault can be decided on")
	}
}

func FuzzLaidOut(f *testing.F) {
	for _, seed := range []string{viewstest.Payload, `[]`, `{"a":[{"b":null}]}`, "\"\xff\"", `{"a":1}{"b":2}`, `1e999`, `"😀"`, strings.Repeat("[", 100), `{"\ud800\"":[" ",{}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		var all strings.Builder
		spans, _ := laidOut(document)
		for _, s := range spans {
			all.WriteString(s.Text)
		}
		if len(document) <= maxCodeShown && !sameButSpace(all.String(), string(document)) {
			t.Errorf("%q is laid out as %q", document, all.String())
		}
	})
}

// sameButSpace reports whether two texts differ in white space and broken UTF-8 only.
func sameButSpace(a, b string) bool {
	squeeze := func(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), "") }
	return squeeze(a) == squeeze(b)
}

// TestLaidOut_Lines: a document that was typed over several lines is not said to go out as one.
func TestLaidOut_Lines(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]bool{`{"a":1}`: true, "{\n\"a\":1}": false, "1": false} {
		if _, spaced := laidOut([]byte(document)); spaced != want {
			t.Errorf("%q is said to be sent as one line: %t", document, spaced)
		}
	}
}
