// Package components has the small parts that pages are built from: icons, pictures of people,
// marks and times.
package components

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"countersign/views/words"

	"github.com/a-h/templ"
)

// UnixMilli returns a time in milliseconds, as the scripts read it. The zero time gives "".
func UnixMilli(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// share returns how much of a clock is left, in percent.
func share(from, until, now time.Time) int {
	whole := until.Sub(from)
	if whole <= 0 {
		return 0
	}
	return int(min(max(until.Sub(now)*100/whole, 0), 100))
}

// tick returns where on a bar a decision has to begin to be made in time, in percent; 0 for nowhere
// on it.
func tick(from, until time.Time, usual time.Duration) int {
	whole := until.Sub(from)
	if usual <= 0 || usual >= whole {
		return 0
	}
	return max(int(usual*100/whole), 1)
}

// Remaining shows a remaining time with its units printed small.
func Remaining(d time.Duration) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for i, p := range words.RemainingParts(d) {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(p.Number)
			if p.Unit != "" {
				b.WriteString("<small>" + p.Unit + "</small>")
			}
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
