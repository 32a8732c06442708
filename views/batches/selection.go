package batches

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/words"
)

// Selection is what a person selected, before they confirm it.
type Selection struct {
	Batch      batch.Batch
	Candidates []batch.Candidate // nearest deadline first
	// Included are those that the person keeps in, of those that can go.
	Included []callbacks.ID
	Armed    bool // the next press begins it
	Comment  string
	Faults   fault.List
	New      int           // callbacks that came into the list since
	More     views.Count   // that were in the list, ask the same as all of the selection, and are not in it
	List     views.Address // in which they were selected
}

// Path is the address of a batch.
func Path(id callbacks.ID) string { return "/batches/" + string(id) }

// in are the candidates that can go.
func (m Selection) in() (some []batch.Candidate) {
	for i := range m.Candidates {
		if m.Candidates[i].Out == "" {
			some = append(some, m.Candidates[i])
		}
	}
	return some
}

// out are those that stay as they are.
func (m Selection) out() (some []batch.Candidate) {
	for i := range m.Candidates {
		if m.Candidates[i].Out != "" {
			some = append(some, m.Candidates[i])
		}
	}
	return some
}

func (m Selection) includes(id callbacks.ID) bool { return slices.Contains(m.Included, id) }

// going are those that the next press would decide.
func (m Selection) going() (n int) {
	for _, c := range m.in() {
		if m.includes(c.Callback.ID) {
			n++
		}
	}
	return n
}

// payloads are those of the candidates that can go, with masks in them.
func payloads(some []batch.Candidate) (all [][]byte) {
	for i := range some {
		all = append(all, some[i].Payload)
	}
	return all
}

// maxBody bounds what a row shows of what Lambda would receive, in bytes.
const maxBody = 200

// shownBody is what Lambda would receive, with masks in it. What does not fit is on the page of the
// callback.
func shownBody(c *batch.Candidate) string {
	body := c.Preview.Completion.Body()
	if c.Preview.Shown != nil {
		body = c.Preview.Shown
	}
	if len(body) > maxBody {
		return strings.ToValidUTF8(string(body[:maxBody]), "") + "…"
	}
	return string(body)
}

// size is empty where a masked value is sent: it would tell something of it.
func size(c *batch.Candidate) string {
	if c.Preview.Shown != nil {
		return ""
	}
	return words.Size(len(c.Preview.Completion.Body()))
}

// verb is what a press does.
func verb(s callbacks.Stance) string {
	if s == callbacks.Against {
		return "Reject"
	}
	return "Approve"
}

func past(s callbacks.Stance) string {
	if s == callbacks.Against {
		return "rejected"
	}
	return "approved"
}

func tone(s callbacks.Stance) string {
	if s == callbacks.Against {
		return "reject"
	}
	return "approve"
}

func buttonClass(s callbacks.Stance) string {
	if s == callbacks.Against {
		return "reject"
	}
	return "approve"
}

func key(s callbacks.Stance) string {
	if s == callbacks.Against {
		return "r"
	}
	return "a"
}

// heading asks what the press would do: "Approve 7 of 11 selected?"
func (m Selection) heading() string {
	if len(m.in()) == 0 {
		return "None of " + strconv.Itoa(len(m.Candidates)) + " can be decided together"
	}
	return fmt.Sprintf("%s %d of %d selected?", verb(m.Batch.Stance), m.going(), len(m.Candidates))
}

func (m Selection) button() string {
	n := m.going()
	if m.Armed {
		return "Confirm " + words.Plural(n, nounOf(m.Batch.Stance))
	}
	return fmt.Sprintf("%s %d of %d…", verb(m.Batch.Stance), n, len(m.Candidates))
}

func nounOf(s callbacks.Stance) string {
	if s == callbacks.Against {
		return "rejection"
	}
	return "approval"
}

// question stands beside the button.
func (m Selection) question() string {
	if m.Armed {
		return fmt.Sprintf("%s %s?", verb(m.Batch.Stance), words.Plural(m.going(), "request"))
	}
	return words.Plural(m.going(), "decision") + " in one batch"
}

func (m Selection) cost() string {
	if m.Armed {
		return "Each goes to Lambda now as it stands above, nearest end first. This cannot be undone."
	}
	return "Each has a record and a receipt of its own. What changes before you confirm is not sent, and named."
}

// hint says whether a comment is needed.
func (m Selection) hint() string {
	for _, c := range m.in() {
		if m.includes(c.Callback.ID) && c.Callback.Requirement.CheckComment(c.Preview.Outcome, "") != nil {
			return "required; written into each record"
		}
	}
	return "optional; written into each record"
}

func (m Selection) fault() string {
	for _, f := range m.Faults {
		if f.Pointer == "comment" {
			return f.Detail
		}
	}
	return ""
}

// others are the faults that no field says.
func (m Selection) others() (some []string) {
	for _, f := range m.Faults {
		if f.Pointer != "comment" {
			some = append(some, f.Detail)
		}
	}
	return some
}

// outMark is in a word or two why a callback is left out, and outWhy says the way out.
func outMark(c *batch.Candidate, viewer callbacks.Person) words.Mark {
	switch c.Out {
	case batch.OutEnded:
		return words.EndMark(&c.Callback, viewer)
	case batch.OutSoon:
		return words.Mark{Word: "Ends in less than a minute", Icon: "clock", Tone: "over"}
	case batch.OutHeld:
		return words.Mark{Word: "Open elsewhere", Icon: "eye"}
	case batch.OutSignatures:
		return words.Mark{Word: "Needs several signatures", Icon: "shield"}
	case batch.OutForm:
		return words.Mark{Word: "Has a form", Icon: "pen"}
	case batch.OutUnread:
		return words.Mark{Word: "Not readable", Icon: "warn", Tone: "problem"}
	case batch.OutLong:
		return words.Mark{Word: "Too long", Icon: "list"}
	case batch.OutSeveral:
		return words.Mark{Word: "Several ways", Icon: "list"}
	case batch.OutNone:
		return words.Mark{Word: "No such outcome", Icon: "none"}
	case batch.OutRefused:
		return words.Mark{Word: "Not yours to sign", Icon: "lock"}
	case batch.OutUnsendable:
		return words.Mark{Word: "Cannot be sent", Icon: "warn", Tone: "problem"}
	case batch.OutChanged:
		return words.Mark{Word: "Changed", Icon: "retry", Tone: "problem"}
	}
	return words.Mark{}
}

func outWhy(c *batch.Candidate, viewer callbacks.Person) string {
	switch c.Out {
	case batch.OutEnded:
		return "It does not wait any more."
	case batch.OutSoon:
		return "A batch needs up to a minute. Decide it alone, now."
	case batch.OutHeld:
		return words.Reviewers(heldBy(c, viewer), viewer) + ". Leave it to them, or open it."
	case batch.OutSignatures:
		return "Such a signature is given after reading, one at a time."
	case batch.OutForm:
		return "Answers differ by item."
	case batch.OutLong:
		return "It is longer than this table can show. Read it on its page."
	case batch.OutSeveral:
		return "Its sender offers more than one. Choose on its page."
	case batch.OutNone:
		return "Its sender offers none of this kind."
	case batch.OutChanged:
		return "It is not what you selected. Read it again."
	case batch.OutRefused, batch.OutUnsendable, batch.OutUnread:
	}
	return c.Why
}

func heldBy(c *batch.Candidate, viewer callbacks.Person) []callbacks.Actor {
	return slices.DeleteFunc(slices.Clone(c.Reviewers), func(a callbacks.Actor) bool { return a.ID == viewer.ID })
}

// news says what came into the list since the selection.
func (m Selection) news() string {
	is := "is"
	if m.New != 1 {
		is = "are"
	}
	return strconv.Itoa(m.New) + " new since you selected " + is + " not included."
}

// more says what was left in the list of what asks the same.
func (m Selection) more() string {
	ask := "ask the same and are"
	if m.More.String() == "1" {
		ask = "asks the same and is"
	}
	return fmt.Sprintf("%s more %s not included. A batch holds at most %d.", m.More, ask, batch.MaxItems)
}

// sure is what the button posts.
func sure(armed bool) string {
	if armed {
		return "yes"
	}
	return "no"
}

// sameWords says what the columns show.
func sameWords(d differences) string {
	switch {
	case len(d.Columns)+d.More == 0:
		return "their payloads do not differ"
	case len(d.Columns) == 0:
		return "their payloads have no field in common that differs; each is on its own page"
	case d.More > 0:
		return fmt.Sprintf("%d of %s that differ; the others are on each page", len(d.Columns), words.Plural(len(d.Columns)+d.More, "field"))
	}
	return ""
}
