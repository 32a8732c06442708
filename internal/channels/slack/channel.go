package slack

import (
	"context"
	"strings"
	"sync"

	api "github.com/slack-go/slack"

	"countersign/internal/notice"
	"countersign/internal/outbound"
)

// Config is what a workspace needs.
type Config struct {
	Token string // of the app's bot: "xoxb-…"
	// API is the address of Slack's methods, with a slash at its end. Empty for Slack itself; tests
	// and the demo name a stand-in on loopback.
	API string
}

// Channel implements [notice.Channel]. The place of an envelope is a channel ("C0123ABC", or
// "#finance" for a public one) or a user ID, who gets a direct message.
type Channel struct {
	api *api.Client

	mu      sync.Mutex
	directs map[string]string // conversations of direct messages by user ID
}

// maxDirects bounds what is remembered of direct messages. Asking again is cheap.
const maxDirects = 10_000

// New makes the channel of a workspace.
func New(c Config) *Channel {
	options := []api.Option{api.OptionHTTPClient(outbound.New())}
	if c.API != "" {
		options = []api.Option{api.OptionHTTPClient(outbound.NewPrivate()), api.OptionAPIURL(c.API)}
	}
	return &Channel{api: api.New(c.Token, options...), directs: map[string]string{}}
}

// Style implements [notice.Channel].
func (*Channel) Style() notice.Style { return notice.InPlace }

// Deliver implements [notice.Channel].
func (c *Channel) Deliver(ctx context.Context, e notice.Envelope) (notice.Handle, error) {
	at, sent := parseHandle(e.Handle)
	if !sent && e.Again {
		found, ok, err := c.find(ctx, e)
		if err != nil {
			return "", unread(faultOf(err))
		}
		at, sent = found, ok
	}
	if !sent {
		made, err := c.post(ctx, e)
		if err != nil {
			return "", faultOf(err)
		}
		return made.handle(), nil
	}
	if err := c.update(ctx, at, &e.Message); err != nil {
		return "", faultOf(err)
	}
	lined, err := c.thread(ctx, at, &e.Message)
	if err != nil {
		return "", faultOf(err)
	}
	return lined.handle(), nil
}

// post writes a message for the first time.
func (c *Channel) post(ctx context.Context, e notice.Envelope) (position, error) {
	to, err := c.conversation(ctx, e.To)
	if err != nil {
		return position{}, err
	}
	options := append(content(&e.Message), api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl())
	in, ts, err := c.api.PostMessageContext(ctx, to, options...)
	return position{conversation: in, ts: ts, lined: e.Message.At}, err
}

// update changes a message. Slack tells nobody of that.
func (c *Channel) update(ctx context.Context, at position, m *notice.Message) error {
	_, _, _, err := c.api.UpdateMessageContext(ctx, at.conversation, at.ts, content(m)...)
	return err
}

// content is the text of a message and its blocks. The text is what notifications show.
func content(m *notice.Message) []api.MsgOption {
	return []api.MsgOption{
		api.MsgOptionText(fallback(m), true), api.MsgOptionDisableMarkdown(), api.MsgOptionBlocks(draw(m)...),
		api.MsgOptionMetadata(api.SlackMetadata{EventType: eventMessage, EventPayload: map[string]any{keyMessage: m.ID}}),
	}
}

// conversation is where a place's messages are: the place itself, or for a person the conversation
// of direct messages.
func (c *Channel) conversation(ctx context.Context, place string) (string, error) {
	if !isUser(place) {
		return place, nil
	}
	c.mu.Lock()
	known := c.directs[place]
	c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	opened, _, _, err := c.api.OpenConversationContext(ctx, &api.OpenConversationParameters{Users: []string{place}})
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.directs) >= maxDirects {
		clear(c.directs)
	}
	c.directs[place] = opened.ID
	return opened.ID, nil
}

// isUser reports whether a place is a person. Slack's user IDs begin with U or W.
func isUser(place string) bool { return strings.HasPrefix(place, "U") || strings.HasPrefix(place, "W") }

// isDirect reports whether a conversation is between the app and one person.
func isDirect(conversation string) bool { return strings.HasPrefix(conversation, "D") }
