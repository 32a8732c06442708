package words

import (
	"testing"

	"countersign/internal/callbacks"
)

// TestRevealed: the record says whether a value of the payload or of a form was revealed.
func TestRevealed(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"":                    "The whole payload was masked, and was revealed.",
		"/vendor/iban":        "“iban” at /vendor/iban of the payload was masked, and was revealed.",
		"answer:approve/iban": "“iban” at answer:approve/iban of a form was masked, and was revealed.",
	} {
		if got := revealed(callbacks.Facts{Field: pointer}); got != want {
			t.Errorf("%q: %s", pointer, got)
		}
	}
	delegate := callbacks.Facts{Field: "/pin", ActingFor: "Mara Okafor"}
	if got := revealed(delegate); got != "“pin” at /pin of the payload was masked, and was revealed, acting for Mara Okafor." {
		t.Errorf("by a delegate: %s", got)
	}
}
