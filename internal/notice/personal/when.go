package personal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"countersign/internal/notice"
)

// When is when a step comes, as a form has it: "10m0s" after the first step, or "80%" of the time.
func When(s notice.Step) string {
	if s.Share > 0 {
		return strconv.Itoa(s.Share) + "%"
	}
	return s.After.String()
}

// ParseStep reads a step of a form. ok is false if its time cannot be read; notice.Settings.Check
// judges the rest.
func ParseStep(channel, when string) (s notice.Step, ok bool) {
	s.Channel = channel
	var err error
	if share, isShare := strings.CutSuffix(when, "%"); isShare {
		s.Share, err = strconv.Atoi(share)
		return s, err == nil && s.Share > 0
	}
	s.After, err = time.ParseDuration(when)
	return s, err == nil
}

// Revision identifies what the form of a setting showed. The form brings it back, so that one which
// was open in another tab meanwhile replaces nothing unseen. It is empty for forms that replace
// nothing.
func Revision(form string, s *notice.Settings) string {
	var shown any
	switch form {
	case "ladder":
		shown = s.Ladder
	case "hours":
		shown = s.Quiet
	case "digest-at":
		shown = s.Digest
	default:
		return ""
	}
	text, _ := json.Marshal(shown) // numbers and names
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Clock is a minute of the day as a form has it: "19:00".
func Clock(minute int) string {
	return time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC).Format(clock)
}

const clock = "15:04"

// ParseClock reads a minute of the day.
func ParseClock(text string) (minute int, ok bool) {
	at, err := time.Parse(clock, text)
	return at.Hour()*60 + at.Minute(), err == nil
}
