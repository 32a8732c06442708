package views

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
)

// barRoom is the room of one bar of the histogram, tallest what the highest may be, in units of the drawing.
const (
	barRoom = 84
	tallest = 66
)

// histoBar is a bar of the histogram.
type histoBar struct {
	Range
	Count     Count
	X, Height int
}

// barsOf draws counts in proportion. A bar that stands for anything at all can be seen.
func barsOf(counts []Count) []histoBar {
	most := 1
	for i := range Ranges {
		most = max(most, countAt(counts, i).n)
	}
	bars := make([]histoBar, len(Ranges))
	for i, r := range Ranges {
		n := countAt(counts, i)
		bars[i] = histoBar{Range: r, Count: n, X: 1 + i*barRoom + i/2, Height: n.n * tallest / most}
		if n.n > 0 {
			bars[i].Height = max(bars[i].Height, 3)
		}
	}
	return bars
}

// countWords is a bounded count with its word: "99+ callbacks".
func countWords(c Count, word string) string {
	if c.n == 1 && !c.more {
		return "1 " + word
	}
	return c.String() + " " + word + "s"
}

func shownWords(l List) string {
	words := plural(len(l.Rows), "callback") + " on this page"
	if l.Total.Known() {
		words += " of " + l.Total.String()
	}
	return words
}

// sortedBy reports whether a list is in the order of a column.
func sortedBy(order, column callbacks.Order) bool {
	if order == callbacks.OrderDeadline {
		order = ""
	}
	return order == column
}

func ariaSort(order, column callbacks.Order) string {
	if !sortedBy(order, column) {
		return "none"
	}
	return "ascending"
}

// EndsGone is the value of the parameter "ends" for what is [callbacks.Callback.Gone]; endsBetween is the one of a span that the
// reader gives.
const (
	EndsGone    = "gone"
	endsBetween = "custom"
)

// endsChoices are the ends to choose from, with the one that is chosen elsewhere on the page.
func endsChoices(chosen string) []Range {
	choices := []Range{
		{Label: "Ends at any time"}, {Key: "15m", Label: "Ends within 15 min"}, {Key: "1h", Label: "Ends within 1 h"},
		{Key: "24h", Label: "Ends within 24 h"}, {Key: endsBetween, Label: "Ends between…"},
		{Key: EndsGone, Label: "Ended elsewhere"},
	}
	if slices.ContainsFunc(choices, func(r Range) bool { return r.Key == chosen }) {
		return choices
	}
	label := capital(strings.ReplaceAll(chosen, "_", " "))
	if i := slices.IndexFunc(Ranges, func(r Range) bool { return r.Key == chosen }); i >= 0 {
		label = "Time left: " + Ranges[i].Label
	}
	return append(choices, Range{Key: chosen, Label: label})
}

// sourceChoices are the sources to choose from, and their names, with the sender that is chosen by the page's address.
func sourceChoices(chosen string) [][2]string {
	choices := [][2]string{
		{"", "Announced or not"}, {callbacks.SourceAnnounced, "Announced"}, {callbacks.SourceDiscovery, "Never announced"},
	}
	if slices.ContainsFunc(choices, func(c [2]string) bool { return c[0] == chosen }) {
		return choices
	}
	return append(choices, [2]string{chosen, "Announced by " + chosen})
}

// momentField is a bound of the reader's own span as a field wants it, in their zone.
func momentField(m Moment, t time.Time, chosen string) string {
	if t.IsZero() || chosen != endsBetween {
		return ""
	}
	return m.in(t).Format("2006-01-02T15:04")
}

// dateField is a time as a date field wants it, in the reader's zone.
func dateField(m Moment, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return m.in(t).Format(time.DateOnly)
}

// lastDayField is the day before which a span ends, as a date field wants it: the field means the whole of its day.
func lastDayField(m Moment, end time.Time) string {
	if end.IsZero() {
		return ""
	}
	return dateField(m, end.Add(-time.Second))
}

// endedWord is the clock or the hand that ended a callback, for a narrow column.
func endedWord(c *callbacks.Callback) string {
	if c.Ending == nil {
		return ""
	}
	switch c.Ending.By {
	case callbacks.EndedByUs:
		return "decision"
	case callbacks.EndedByOther:
		return "other client"
	case callbacks.EndedByClock:
		return causeWord(c.Ending.Cause)
	case callbacks.EndedByExecution:
		return "execution"
	case callbacks.EndedByGone, callbacks.EndedByUnknown:
	}
	return "not known"
}

// actionWords say what an entry of the audit is about.
var actionWords = map[callbacks.Action]string{
	callbacks.ActionReceived:        "announced",
	callbacks.ActionFound:           "found in history",
	callbacks.ActionCorrected:       "corrected by history",
	callbacks.ActionContested:       "announced by another source",
	callbacks.ActionRequesterStated: "said who asks",
	callbacks.ActionReviewOpened:    "opened the review",
	callbacks.ActionReviewReleased:  "left the review",
	callbacks.ActionReviewConfirmed: "confirmed still reviewing",
	callbacks.ActionHeartbeat:       "heartbeats began",
	callbacks.ActionHeartbeatFailed: "heartbeat not taken",
	callbacks.ActionDecided:         "decided",
	callbacks.ActionDelivered:       "delivered",
	callbacks.ActionAttemptFailed:   "attempt not accepted",
	callbacks.ActionReceipt:         "seen in history",
	callbacks.ActionReceiptDiffers:  "history differs",
	callbacks.ActionLost:            "lost the race",
	callbacks.ActionUndeliverable:   "undeliverable",
	callbacks.ActionUnconfirmed:     "unconfirmed",
	callbacks.ActionRetried:         "sent again",
	callbacks.ActionTimedOut:        "timed out",
	callbacks.ActionClosed:          "closed elsewhere",
	callbacks.ActionSignedIn:        "signed in",
	callbacks.ActionSignedOut:       "signed out",
	callbacks.ActionSessionEnded:    "ended a session",

	callbacks.ActionExecutionSucceeded: "execution succeeded",
	callbacks.ActionExecutionFailed:    "execution failed",
}

// actions are the actions of the audit in the order of a callback's life.
var actions = []callbacks.Action{
	callbacks.ActionReceived, callbacks.ActionFound, callbacks.ActionCorrected, callbacks.ActionContested, callbacks.ActionRequesterStated, callbacks.ActionReviewOpened, callbacks.ActionReviewReleased, callbacks.ActionReviewConfirmed,
	callbacks.ActionHeartbeat, callbacks.ActionHeartbeatFailed, callbacks.ActionDecided, callbacks.ActionDelivered,
	callbacks.ActionAttemptFailed, callbacks.ActionReceipt, callbacks.ActionReceiptDiffers, callbacks.ActionLost, callbacks.ActionUndeliverable, callbacks.ActionUnconfirmed,
	callbacks.ActionExecutionSucceeded, callbacks.ActionExecutionFailed, callbacks.ActionRetried, callbacks.ActionTimedOut, callbacks.ActionClosed, callbacks.ActionSignedIn, callbacks.ActionSignedOut, callbacks.ActionSessionEnded,
}

func actionWord(a callbacks.Action) string {
	if word, ok := actionWords[a]; ok {
		return word
	}
	return string(a)
}

// stateChange is "pending → decided", or nothing where the state stayed.
func stateChange(e callbacks.AuditEntry) string {
	if e.From == e.To {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s → %s", stateWord(e.From), stateWord(e.To)))
}
