package teams

import (
	"fmt"
	"strings"

	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

// Bounds of a card, in characters. Teams takes messages of 28 KB
// (https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams).
const (
	maxTitle  = 200
	maxLine   = 300
	maxLabel  = 120
	maxFields = 10
	maxItems  = 10
	maxGone   = 5
)

// message is what a workflow gets.
// https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
type message struct {
	Type        string       `json:"type"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string  `json:"contentType"`
	ContentURL  *string `json:"contentUrl"`
	Content     card    `json:"content"`
}

// card is an adaptive card, of the version that Teams shows everywhere.
type card struct {
	Schema  string   `json:"$schema"`
	Type    string   `json:"type"`
	Version string   `json:"version"`
	Body    []line   `json:"body"`
	Actions []action `json:"actions"`
}

// line is a RichTextBlock. Its runs are no Markdown.
type line struct {
	Type    string `json:"type"`
	Inlines []run  `json:"inlines"`
}

type run struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
	Subtle bool   `json:"isSubtle,omitempty"`
}

type action struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// post is a message of the desk as a workflow takes it.
func post(m *notice.Message) message {
	c := card{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4"}
	if len(m.Items) == 1 && m.Kind != notice.Digest {
		c.single(m, m.Items[0])
	} else {
		c.several(m)
	}
	if why := wording.Why(m); why != "" {
		c.Body = append(c.Body, line{Type: "RichTextBlock", Inlines: []run{{Type: "TextRun", Text: cut(why), Subtle: true}}})
	}
	return message{Type: "message", Attachments: []attachment{{ContentType: "application/vnd.microsoft.card.adaptive", Content: c}}}
}

func (c *card) single(m *notice.Message, i notice.Item) {
	c.bold(wording.Cut(wording.Title(i), maxTitle))
	over := wording.Over(i, m)
	if urgent := wording.Urgent(m); urgent != "" {
		c.bold(urgent)
	}
	if over != "" {
		c.bold(cut(over))
	}
	if i.Requester != "" {
		c.fact("Asks", i.Requester)
	}
	c.fact("Queue", i.Queue)
	switch {
	case over != "" && !i.Deadline.IsZero():
		c.fact("Was to end", wording.EndsAt(i, m))
	case over == "":
		c.plain(wording.Ends(i, m))
		c.plain(cut(strings.TrimSpace(strings.TrimSpace(wording.Signed(i)+" "+wording.Missing(i)) + " " + wording.Assigned(i))))
	}
	for _, f := range i.Fields[:min(len(i.Fields), maxFields)] {
		c.fact(f.Label, f.Value)
	}
	c.action(wording.Offer(i), i.URL)
}

func (c *card) several(m *notice.Message) {
	c.bold(wording.Gist(m))
	for n, i := range m.Items {
		if n == maxItems {
			c.plain(fmt.Sprintf("and %d more", len(m.Items)-n))
			break
		}
		c.plain(wording.Entry(i, m))
	}
	for _, i := range m.Gone[:min(len(m.Gone), maxGone)] {
		c.plain(wording.Gone(i, m))
	}
	c.action("Open "+wording.Cut(wording.Line(m.Desk), maxTitle), m.Home)
}

func (c *card) add(runs ...run) { c.Body = append(c.Body, line{Type: "RichTextBlock", Inlines: runs}) }

func (c *card) bold(text string) { c.add(run{Type: "TextRun", Text: text, Weight: "Bolder"}) }

func (c *card) plain(text string) { c.add(run{Type: "TextRun", Text: text}) }

// fact is a label and a value from outside.
func (c *card) fact(label, value string) {
	c.add(run{Type: "TextRun", Text: wording.Cut(wording.Line(label), maxLabel) + ": ", Subtle: true}, run{Type: "TextRun", Text: cut(wording.Line(value))})
}

func (c *card) action(title, url string) {
	c.Actions = append(c.Actions, action{Type: "Action.OpenUrl", Title: title, URL: url})
}

func cut(line string) string { return wording.Cut(line, maxLine) }
