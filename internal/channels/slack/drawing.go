package slack

import (
	"fmt"
	"strings"

	api "github.com/slack-go/slack"

	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

// Bounds of a drawing, in characters. Slack takes 50 blocks, 3,000 characters in a text and 40,000
// in a message (https://docs.slack.dev/reference/block-kit/blocks); nobody reads as much in a chat.
const (
	maxTitle  = 200
	maxLine   = 300
	maxFields = 10
	maxItems  = 10
	maxGone   = 5
)

// draw is a message as one block of rich text.
func draw(m *notice.Message) []api.Block {
	if len(m.Items) == 1 && m.Kind != notice.Digest {
		return []api.Block{richText(single(m, m.Items[0])...)}
	}
	return []api.Block{richText(several(m)...)}
}

// fallback is the message as one line, for notifications.
func fallback(m *notice.Message) string {
	if len(m.Items) != 1 {
		return wording.Gist(m)
	}
	i := m.Items[0]
	if over := wording.Over(i, m); over != "" {
		return wording.Cut(wording.Title(i), maxTitle) + ": " + wording.Cut(over, maxLine)
	}
	return wording.Cut(wording.Title(i), maxTitle) + ". " + wording.Ends(i, m)
}

// single draws a message about one callback.
func single(m *notice.Message, i notice.Item) []api.RichTextSectionElement {
	text := []api.RichTextSectionElement{bold(wording.Cut(wording.Title(i), maxTitle)), plain("\n")}
	if urgent := wording.Urgent(m); urgent != "" {
		text = append(text, bold(urgent), plain("\n"))
	}
	if over := wording.Over(i, m); over != "" {
		text = append(text, bold(cut(over)), plain("\n"))
	} else {
		text = append(text, plain(about(i)+wording.Ends(i, m)+"\n"+cut(joined(wording.Signed(i), wording.Missing(i), wording.Assigned(i), wording.Released(m)))+"\n"))
	}
	for _, f := range i.Fields[:min(len(i.Fields), maxFields)] {
		text = append(text, plain(wording.Cut(wording.Line(f.Label), maxTitle)+": "+cut(wording.Line(f.Value))+"\n"))
	}
	text = append(text, link(i.URL, wording.Offer(i)))
	return append(text, why(m)...)
}

// about says who asks and in which queue: "Ines Calloway asks, queue finance. "
func about(i notice.Item) string {
	queue := "queue " + wording.Cut(wording.Line(i.Queue), maxTitle) + ". "
	if i.Requester == "" {
		return "Q" + queue[1:]
	}
	return strings.TrimSuffix(cut(wording.Requester(i)), ".") + ", " + queue
}

// several draws a message about any other number of callbacks. Its one link is the list of the
// desk, where the reader signs in.
func several(m *notice.Message) []api.RichTextSectionElement {
	text := []api.RichTextSectionElement{bold(wording.Gist(m)), plain("\n")}
	for n, i := range m.Items {
		if n == maxItems {
			text = append(text, plain(fmt.Sprintf("and %d more\n", len(m.Items)-n)))
			break
		}
		text = append(text, plain("• "+wording.Entry(i, m)+"\n"))
	}
	for _, i := range m.Gone[:min(len(m.Gone), maxGone)] {
		text = append(text, plain("• "+wording.Gone(i, m)+"\n"))
	}
	text = append(text, link(m.Home, "Open "+wording.Cut(wording.Line(m.Desk), maxTitle)))
	return append(text, why(m)...)
}

// why says why the reader gets the message.
func why(m *notice.Message) []api.RichTextSectionElement {
	said := wording.Why(m)
	if said == "" {
		return nil
	}
	return []api.RichTextSectionElement{plain("\n"), api.NewRichTextSectionTextElement(cut(said), &api.RichTextSectionTextStyle{Italic: true})}
}

func cut(line string) string { return wording.Cut(line, maxLine) }

func joined(sentences ...string) string { return strings.TrimSpace(strings.Join(sentences, " ")) }

func richText(elements ...api.RichTextSectionElement) api.Block {
	return api.NewRichTextBlock("", api.NewRichTextSection(elements...))
}

func plain(text string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(text, nil)
}

func bold(text string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(text, &api.RichTextSectionTextStyle{Bold: true})
}

func link(url, text string) api.RichTextSectionElement {
	return api.NewRichTextSectionLinkElement(url, text, nil)
}
