package review

import (
	"countersign/views/words"
)

// toneWord names a tone, because colour never stands alone.
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

// okWhen is the class of a bar that only refills.
func okWhen(kept bool) string {
	if kept {
		return "ok"
	}
	return ""
}
