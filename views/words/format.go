package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/internal/plural"
)

const day = 24 * time.Hour

// Capital makes the first letter of a sentence a capital. Our own words begin with ASCII.
func Capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// Remaining formats a remaining time as briefly as possible: "41:08" under an hour, "5h 12m" under
// a day, otherwise "2d 4h". The countdown script does the same.
func Remaining(d time.Duration) string {
	var b strings.Builder
	for i, p := range RemainingParts(d) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.Number + p.Unit)
	}
	return b.String()
}

// Part is a number and its unit. Pages print the unit small.
type Part struct{ Number, Unit string }

// RemainingParts are the numbers and units of [Remaining].
func RemainingParts(d time.Duration) []Part {
	d = max(d, 0)
	n := func(v, unit time.Duration) string { return strconv.FormatInt(int64(v/unit), 10) }
	switch {
	case d < time.Hour:
		return []Part{{Number: fmt.Sprintf("%d:%02d", d/time.Minute, d%time.Minute/time.Second)}}
	case d < day:
		return []Part{{n(d, time.Hour), "h"}, {n(d%time.Hour, time.Minute), "m"}}
	}
	return []Part{{n(d, day), "d"}, {n(d%day, time.Hour), "h"}}
}

// ShortAge says how long ago something was, in its largest unit: "now", "48 m", "2 h", "3 d".
func ShortAge(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d m", d/time.Minute)
	case d < day:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d d", d/day)
}

// Ago says how long ago something was, for use in a sentence: "just now", "48 min ago".
func Ago(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	}
	return ShortAge(d) + " ago"
}

// Duration formats a duration that somebody configured: "2 min", "1 h 30 m", "7 d".
func Duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour && d%time.Minute != 0:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	whole, rest, wholeUnit, restUnit := d/time.Hour, d%time.Hour/time.Minute, "h", "m"
	if d >= 2*day {
		whole, rest, wholeUnit, restUnit = d/day, d%day/time.Hour, "d", "h"
	}
	if rest == 0 {
		return fmt.Sprintf("%d %s", whole, wholeUnit)
	}
	return fmt.Sprintf("%d %s %d %s", whole, wholeUnit, rest, restUnit)
}

// Gap formats the time between two events that raced, as precisely as needed: "51 ms", "0.8 s", "12
// s", "3 min". It contains no line break.
func Gap(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d\u00a0ms", d/time.Millisecond)
	case d < 10*time.Second:
		return strings.TrimSuffix(strconv.FormatFloat(d.Truncate(100*time.Millisecond).Seconds(), 'f', 1, 64), ".0") + "\u00a0s"
	case d < time.Minute:
		return fmt.Sprintf("%d\u00a0s", d/time.Second)
	}
	return strings.ReplaceAll(Duration(d.Truncate(time.Minute)), " ", "\u00a0")
}

// Size formats a number of bytes: "238 bytes", "1.2 KB".
func Size(n int) string {
	const kilo, mega = 1000, 1000 * 1000
	switch {
	case n == 1:
		return "1 byte"
	case n < kilo:
		return fmt.Sprintf("%d bytes", n)
	case n < mega:
		return fmt.Sprintf("%.1f KB", float64(n)/kilo)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/mega)
}

// Plural formats a counted noun: "1 key", "3 keys".
func Plural(n int, word string) string { return plural.Count(n, word) }

// Number formats a number in a sentence, as a word up to ten: "three", "12".
func Number(n int) string {
	words := []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n >= 1 && n <= len(words) {
		return words[n-1]
	}
	return strconv.Itoa(n)
}

// Ordinal formats an ordinal number, as a word up to the tenth: "Third", "12th", "21st".
func Ordinal(n int) string {
	words := []string{"First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"}
	if n >= 1 && n <= len(words) {
		return words[n-1]
	}
	ending := "th"
	if tens := n / 10 % 10; tens != 1 && n%10 >= 1 && n%10 <= 3 {
		ending = []string{"st", "nd", "rd"}[n%10-1]
	}
	return strconv.Itoa(n) + ending
}

// ShortHash shortens a hash to its first and last characters.
func ShortHash(hex string) string {
	if len(hex) < 16 {
		return hex
	}
	return hex[:8] + "…" + hex[len(hex)-6:]
}
