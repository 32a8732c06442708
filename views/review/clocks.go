package review

import (
	"time"

	"countersign/internal/callbacks"
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

// usualOf is the usual time of decisions if a clock ends the callback first.
func usualOf(u words.Urgency, clock callbacks.DeadlineCause) time.Duration {
	if u.Cause != clock {
		return 0
	}
	return u.Usual
}

// timeoutWords is what stands below the timeout: what decisions usually take, else who set it.
func timeoutWords(u words.Urgency, timeout time.Duration) string {
	if usual := usualOf(u, callbacks.CauseTimeout); usual > 0 {
		return "Usual decision here: " + words.Duration(usual)
	}
	return "Set by the function, " + words.Duration(timeout)
}
