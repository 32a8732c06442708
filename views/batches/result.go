package batches

import (
	"fmt"
	"strings"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/words"
)

// Result is a batch under way, or what became of it.
type Result struct {
	Batch batch.Batch
	// Callbacks are those of the items, in their order; nil for one that the reader may not see any
	// more.
	Callbacks []*callbacks.Callback
	List      views.Address
}

// heading adds up to the number on the button.
func (m Result) heading() string {
	b := &m.Batch
	if !b.Ended() {
		return fmt.Sprintf("%s %d of %d…", ing(b.Stance), len(b.Items)-b.Count(batch.Waiting), len(b.Items))
	}
	text := fmt.Sprintf("%d of %d %s.", b.Count(batch.Signed), len(b.Items), past(b.Stance))
	var rest []string
	for _, r := range []batch.Result{batch.Overtaken, batch.Changed, batch.Refused, batch.Stopped, batch.Late} {
		if n := b.Count(r); n > 0 {
			rest = append(rest, count(n)+" "+resultWord(r))
		}
	}
	if len(rest) > 0 {
		text += " " + words.Capital(strings.Join(rest, ", ")) + "."
	}
	return text
}

func ing(s callbacks.Stance) string {
	if s == callbacks.Against {
		return "Rejecting"
	}
	return "Approving"
}

func count(n int) string {
	if n == 1 {
		return "1 was"
	}
	return fmt.Sprintf("%d were", n)
}

func resultWord(r batch.Result) string {
	switch r {
	case batch.Overtaken:
		return "decided or ended before"
	case batch.Changed:
		return "changed and not sent"
	case batch.Refused:
		return "refused"
	case batch.Stopped:
		return "stopped"
	case batch.Late:
		return "left, because it took too long"
	case batch.Waiting, batch.Signed:
	}
	return ""
}

// strokes is the state of the mark.
func (m Result) strokes() string {
	switch {
	case !m.Batch.Ended():
		return "1"
	case m.Batch.Count(batch.Signed) == len(m.Batch.Items):
		return "2"
	}
	return "x"
}

func resultMark(i *batch.Item, s callbacks.Stance) words.Mark {
	switch i.Result {
	case batch.Waiting:
		return words.Mark{Word: "Waiting", Icon: "todo"}
	case batch.Signed:
		return words.Mark{Word: words.Capital(past(s)), Icon: "check", Tone: past(s)}
	case batch.Overtaken:
		return words.Mark{Word: "Already over", Icon: "user"}
	case batch.Changed:
		return words.Mark{Word: "Changed", Icon: "retry", Tone: "problem"}
	case batch.Refused:
		return words.Mark{Word: "Refused", Icon: "x", Tone: "problem"}
	case batch.Stopped:
		return words.Mark{Word: "Stopped", Icon: "none"}
	case batch.Late:
		return words.Mark{Word: "Not sent", Icon: "clock", Tone: "problem"}
	}
	return words.Mark{}
}

// happened says in a sentence what became of an item.
func happened(i *batch.Item, c *callbacks.Callback, viewer callbacks.Person) string {
	switch i.Result {
	case batch.Waiting:
		return ""
	case batch.Signed:
		if c == nil {
			return ""
		}
		return words.State(c.State) + "."
	case batch.Overtaken:
		if c == nil || c.Decision == nil {
			return "It ended before. Yours was not sent."
		}
		return words.Decision(c.Decision) + " by " + words.ByActor(c.Decision.By, viewer) + " before you. Yours was not sent."
	case batch.Changed:
		return "It changed after you had read it. Nothing was sent."
	case batch.Stopped:
		return "You stopped the batch before. Nothing was sent."
	case batch.Late:
		return "More than 5 minutes had passed since your press. Nothing was sent."
	case batch.Refused:
	}
	if i.Why == "" {
		return "It could not be recorded. Try it alone."
	}
	return i.Why
}

func linkWord(i *batch.Item) string {
	switch i.Result {
	case batch.Changed, batch.Refused, batch.Stopped, batch.Late:
		return "Read again"
	case batch.Waiting, batch.Signed, batch.Overtaken:
	}
	return "Open"
}

// again is the first item that the person has to look at again; nil if there is none.
func (m Result) again() *batch.Item {
	for i := range m.Batch.Items {
		if linkWord(&m.Batch.Items[i]) == "Read again" {
			return &m.Batch.Items[i]
		}
	}
	return nil
}

func title(c *callbacks.Callback) string {
	if c == nil {
		return "A request that you may not see any more"
	}
	return words.Title(c)
}
