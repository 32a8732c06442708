package words

import "testing"

// TestRevealed: the record says whether a value of the payload or of a form was revealed.
func TestRevealed(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"":                    "The whole payload was masked, and was revealed.",
		"/vendor/iban":        "“iban” at /vendor/iban of the payload was masked, and was revealed.",
		"answer:approve/iban": "“iban” at answer:approve/iban of a form was masked, and was revealed.",
	} {
		if got := revealed(pointer); got != want {
			t.Errorf("%q: %s", pointer, got)
		}
	}
}
