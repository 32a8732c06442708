package review

import (
	"countersign/views/words"
)

// toneWord puts a tone into a word, because colour must not be the only sign.
func toneWord(t words.Tone) string {
	switch t {
	case words.ToneSoon:
		return "Due soon"
	case words.ToneRisk:
		return "At risk"
	case words.ToneOver:
		return "Overdue"
	case words.ToneCalm:
	}
	return "Calm"
}

// okWhen returns the class of a bar that is kept refilled.
func okWhen(kept bool) string {
	if kept {
		return "ok"
	}
	return ""
}

// withinWords says what the time is for.
func withinWords(m Review) string {
	if severalSigners(&m.Callback) {
		return "All signatures within"
	}
	return "Decide within"
}
