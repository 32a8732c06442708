package wording

import (
	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// maxEntry bounds each part of an entry of a list, in characters.
const maxEntry = 120

// Entry is a callback in a list of several: "Expense report EXP-2291, finance. Ends 13:32, by
// timeout. 1 of 2 signed."
func Entry(i notice.Item, m *notice.Message) string {
	state := Over(i, m)
	if state == "" {
		state = Ends(i, m) + " " + Count(i) + "."
	}
	return Cut(Title(i), maxEntry) + ", " + Cut(Line(i.Queue), maxEntry) + ". " + Cut(state, maxEntry)
}

// Gone is a callback that was in an earlier list: "Not here any more: Expense report EXP-2285.
// Approved 17:12 by Dana Fischer."
func Gone(i notice.Item, m *notice.Message) string {
	return "Not here any more: " + Cut(Title(i), maxEntry) + ". " + Cut(Over(i, m), maxEntry)
}

// Offer says what the page of a callback offers now, as the text of a link.
func Offer(i notice.Item) string {
	switch {
	case i.State == callbacks.Pending:
		return "Read and decide"
	case i.DecidedAt.IsZero():
		return "See why"
	}
	return "See the record"
}

// Urgent says what a message is about beyond the callback's state: that it is needed, that
// something failed. It is empty for kinds that the state says.
func Urgent(m *notice.Message) string {
	switch m.Kind {
	case notice.Needed, notice.Failed, notice.Attention, notice.Nobody, notice.Void, notice.Assigned, notice.TakenOver:
		return Gist(m) + "."
	case notice.MaySign, notice.Decided, notice.Ended, notice.Digest, notice.Test, notice.NotYours:
	}
	return ""
}
