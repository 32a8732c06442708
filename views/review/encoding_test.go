package review

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views/viewstest"
)

// TestPreviewSaysWhatGoesOut: a result that is encoded says how, and one that is not says nothing.
func TestPreviewSaysWhatGoesOut(t *testing.T) {
	t.Parallel()
	shown := desk.Preview{Sends: true, Prepared: callbacks.Prepared{
		Outcome:    callbacks.Outcome{Name: "approve", Label: "Approve", Kind: callbacks.Success},
		Completion: callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"a":1}`)},
	}}
	if text := viewstest.HTML(t, Preview(shown)).Text(); strings.Contains(text, "go out") {
		t.Errorf("plain: %s", text)
	}
	shown.Encoding = "encrypted with KMS key <alias>"
	text := strings.Join(strings.Fields(viewstest.HTML(t, Preview(shown)).Text()), " ")
	if !strings.Contains(text, "These 7 bytes go out encrypted with KMS key <alias>: Lambda and its history do not get what is shown here.") {
		t.Errorf("encoded: %s", text)
	}
	for encoding, want := range map[string]string{
		"": "Approve: " + emptyConsequence, "encrypted": "Approve: the function gets an empty text as its result.",
	} {
		shown.Encoding, shown.Completion.Result = encoding, nil
		if got := viewstest.Words(viewstest.HTML(t, Preview(shown)).Find(".then")); got != want {
			t.Errorf("empty and %q: %q, want %q", encoding, got, want)
		}
	}
}
