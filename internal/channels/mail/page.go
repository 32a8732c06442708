package mail

import (
	"fmt"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

// page is what a mail says, for its text and for its HTML.
type page struct {
	Subject string
	Heading string
	Says    []string // sentences, each a line
	Ends    string   // when it ends; empty if no clock runs or it is over
	Fields  []notice.Field
	Rows    []row    // of several callbacks
	More    int      // callbacks that have no row
	Gone    []string // what the last digest named and is not there any more
	// Link leads to the page; LinkText is what its button says.
	Link, LinkText string
	Why            string
	Settings       string // empty if the reader has none
}

// row is one of several callbacks.
type row struct{ Ends, Title, URL, Queue, Signed string }

// maxRows bounds the rows of a mail, and maxSubject the title in a subject, in characters.
const (
	maxRows    = 50
	maxSubject = 120
)

// draw makes the page of a message.
func draw(m *notice.Message) page {
	p := page{Why: wording.Why(m), Settings: m.Settings, Link: m.Home, LinkText: "Open Countersign"}
	switch {
	case len(m.Items) == 0:
		p.Subject = wording.Gist(m)
		p.Heading = p.Subject
		p.Says = []string{"It arrived: e-mail works for this address."}
	case len(m.Items) > 1 || m.Kind == notice.Digest:
		p.several(m)
	default:
		p.single(m.Items[0], m)
	}
	return p
}

// single draws one callback.
func (p *page) single(i notice.Item, m *notice.Message) {
	p.Heading, p.Link = wording.Title(i), i.URL
	for _, f := range i.Fields {
		p.Fields = append(p.Fields, notice.Field{Label: wording.Line(f.Label), Value: wording.Line(f.Value)})
	}
	p.Subject = "[" + wording.Line(i.Queue) + "] " + subject(i, m)
	over := wording.Over(i, m)
	if over != "" {
		p.LinkText = "Open the record"
		p.add(over, wording.Requester(i))
		return
	}
	p.LinkText = "Open to read and decide"
	p.add(reason(m), wording.Requester(i)+" "+wording.Signed(i), wording.Missing(i), wording.Assigned(i), wording.Held(i))
	p.Ends = wording.Ends(i, m)
	if left := wording.Left(i, m.At); left != "" {
		p.Ends = strings.TrimSuffix(p.Ends, ".") + ", " + left + " after this was sent."
	}
}

// add adds the lines that are not empty.
func (p *page) add(lines ...string) {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			p.Says = append(p.Says, line)
		}
	}
}

// reason says what is special about a message; it is empty where the reader may simply sign.
func reason(m *notice.Message) string {
	switch m.Kind {
	case notice.Needed:
		if m.Why.Last {
			return "Every other signature is there: this is the last one."
		}
		return "Nobody else is likely to sign it in time."
	case notice.Attention:
		return "Its decision could not be delivered. An admin has to look."
	case notice.Nobody:
		return "Too few people are known who could sign it."
	case notice.Void:
		return "Your signature does not count any more: the request or its rule has changed since. The page says how, and whether you can sign again."
	case notice.TakenOver:
		return wording.Released(m)
	case notice.MaySign, notice.Decided, notice.Ended, notice.Failed, notice.Digest, notice.Test, notice.NotYours, notice.Assigned:
	}
	return ""
}

// subject says of one callback what a list of mails has to show.
func subject(i notice.Item, m *notice.Message) string {
	title := wording.Cut(wording.Title(i), maxSubject)
	switch m.Kind {
	case notice.Failed:
		return "Execution failed: " + title
	case notice.Attention:
		return "Not delivered: " + title
	case notice.Nobody:
		return "Too few could sign: " + title
	case notice.Void:
		return "Your signature is void: " + title
	case notice.Assigned:
		return "Assigned to you: " + title
	case notice.TakenOver:
		return "Not yours any more: " + title
	case notice.MaySign, notice.Needed, notice.Decided, notice.Ended, notice.Digest, notice.Test, notice.NotYours:
	}
	switch {
	case !i.DecidedAt.IsZero():
		return wording.Decision(i) + ": " + title
	case i.State != callbacks.Pending:
		return "Ended: " + title
	case i.Deadline.IsZero():
		return title + ", " + wording.Count(i)
	}
	return title + " ends " + wording.EndsAt(i, m) + ", " + wording.Count(i)
}

// several draws a list.
func (p *page) several(m *notice.Message) {
	p.Subject = wording.Gist(m)
	p.Heading = p.Subject
	for _, i := range m.Items[:min(len(m.Items), maxRows)] {
		p.Rows = append(p.Rows, row{
			Ends: wording.EndsAt(i, m), Title: wording.Title(i), URL: i.URL,
			Queue: wording.Line(i.Queue), Signed: progress(i),
		})
	}
	p.More = len(m.Items) - len(p.Rows)
	for _, i := range m.Gone[:min(len(m.Gone), maxRows)] {
		p.Gone = append(p.Gone, wording.Title(i)+": "+wording.Over(i, m))
	}
	p.LinkText = "Open all of them"
}

// progress says how many signed, where one does not suffice.
func progress(i notice.Item) string {
	if i.Required <= 1 {
		return ""
	}
	return wording.Count(i)
}

// Rest says what a list leaves out. It is empty if that is nothing.
func (p page) Rest() string {
	if p.More == 0 {
		return ""
	}
	return fmt.Sprintf("%d more are on the page.", p.More)
}
