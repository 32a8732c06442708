package slack

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Bounds of blocks. https://docs.slack.dev/reference/block-kit/blocks
const (
	maxBlocks = 50
	maxText   = 3000 // characters of a text object
	maxLink   = 3000 // characters of an address
)

// seen is what a reader sees of blocks.
type seen struct {
	text  string
	links []string
	calls bool
}

// element is a block or a part of one, as far as apps use them for messages.
type element struct {
	Type     string          `json:"type"`
	Text     json.RawMessage `json:"text"`
	URL      string          `json:"url"`
	Elements []element       `json:"elements"`
}

// read reads blocks and refuses those that Slack's reference does not have.
func read(blocks json.RawMessage) (seen, bool) {
	var all []element
	var s seen
	if json.Unmarshal(blocks, &all) != nil || len(all) == 0 || len(all) > maxBlocks {
		return s, false
	}
	for _, b := range all {
		switch b.Type {
		case "rich_text":
			if !s.richText(b.Elements) {
				return s, false
			}
		case "section":
			if !s.textObject(b.Text) {
				return s, false
			}
		default:
			return s, false
		}
		s.text += "\n"
	}
	s.text = strings.TrimSuffix(s.text, "\n")
	return s, true
}

// richText reads https://docs.slack.dev/reference/block-kit/blocks/rich-text-block: its text elements
// stand for themselves.
func (s *seen) richText(sections []element) bool {
	for _, section := range sections {
		if section.Type != "rich_text_section" || len(section.Elements) == 0 {
			return false
		}
		for _, e := range section.Elements {
			if !s.inline(e) {
				return false
			}
		}
	}
	return len(sections) > 0
}

func (s *seen) inline(e element) bool {
	var text string
	if len(e.Text) > 0 && json.Unmarshal(e.Text, &text) != nil {
		return false
	}
	switch e.Type {
	case "text":
		s.text += text
		return text != ""
	case "link":
		to, err := url.Parse(e.URL)
		s.links = append(s.links, e.URL)
		s.text += text
		return err == nil && (to.Scheme == "https" || to.Scheme == "http") && to.Host != "" && len(e.URL) <= maxLink
	case "user", "usergroup", "broadcast":
		s.calls = true
		return true
	}
	return false
}

// textObject reads https://docs.slack.dev/reference/block-kit/composition-objects/text-object
func (s *seen) textObject(raw json.RawMessage) bool {
	var t struct{ Type, Text string }
	if json.Unmarshal(raw, &t) != nil || t.Text == "" || utf8.RuneCountInString(t.Text) > maxText || t.Type != "mrkdwn" && t.Type != "plain_text" {
		return false
	}
	s.text += t.Text
	s.calls = s.calls || t.Type == "mrkdwn" && calls(t.Text)
	return true
}

// call is how mrkdwn calls a person, a group or everybody.
// https://docs.slack.dev/messaging/formatting-message-text#advanced
var call = regexp.MustCompile(`<(@|!)[^>]+>`)

func calls(mrkdwn string) bool { return call.MatchString(mrkdwn) }
