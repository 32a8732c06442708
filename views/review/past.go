package review

import (
	"fmt"
	"strings"

	"countersign/internal/desk"
	"countersign/internal/printable"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// maxChipRunes bounds what a chip shows of a result.
const maxChipRunes = 48

// usual says how executions usually went on after an outcome: "In past runs: place-order, then
// SUCCEEDED in about 9 s. 61 of 61 runs ended this way."
func usual(w *desk.Way) string {
	text := "In past runs: "
	if w.Next != "" {
		text += untrusted.Isolate(w.Next) + ", then "
	}
	text += strings.ToUpper(strings.ReplaceAll(string(w.Status), "_", " "))
	if w.Took > 0 {
		text += " in about " + words.Gap(w.Took)
	}
	return fmt.Sprintf("%s. %d of %d ended this way.", text, w.Same, w.Of)
}

// pastResult is what a chip shows of a result, on one line.
func pastResult(a desk.PastAnswer) string { return printable.Fold(a.Answer.Result, maxChipRunes) }

// pastCount says how often a result was sent, and how often that did not end well.
func pastCount(a desk.PastAnswer) string {
	text := fmt.Sprintf("%d×", a.Count)
	if a.Bad > 0 {
		text += fmt.Sprintf(", %d did not succeed", a.Bad)
	}
	return text
}
