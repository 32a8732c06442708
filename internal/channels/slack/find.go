package slack

import (
	"context"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"countersign/internal/notice"
)

// The metadata of our messages. Slack wants names of letters, digits and "_".
const (
	eventMessage   = "countersign_message"
	eventSignature = "countersign_signature"
	keyMessage     = "message"
	keySignature   = "signature"
)

// Bounds of a look into a conversation. Between an attempt and the next one a conversation gets
// fewer messages than these.
const (
	pageSize  = 50
	maxPages  = 20
	listSize  = 1000 // conversations on a page of the workspace's list, Slack's maximum
	maxLists  = 20
	clockSkew = time.Minute // how far Slack's clock may be from ours
)

// find looks for a message that an earlier attempt may have written.
func (c *Channel) find(ctx context.Context, e notice.Envelope) (position, bool, error) {
	in, err := c.conversationID(ctx, e.To)
	if err != nil {
		return position{}, false, err
	}
	params := api.GetConversationHistoryParameters{
		ChannelID: in, Limit: pageSize, IncludeAllMetadata: true, Oldest: stamp(oldest(&e.Message).Add(-clockSkew)),
	}
	for range maxPages {
		page, err := c.api.GetConversationHistoryContext(ctx, &params)
		if err != nil {
			return position{}, false, err
		}
		for i := range page.Messages {
			m := &page.Messages[i]
			if m.Metadata.EventType == eventMessage && m.Metadata.EventPayload[keyMessage] == e.Message.ID {
				return position{conversation: in, ts: m.Timestamp, lined: timeOf(m.Timestamp)}, true, nil
			}
		}
		params.Cursor = page.ResponseMetaData.NextCursor
		if params.Cursor == "" {
			break
		}
	}
	return position{}, false, nil
}

// oldest is when the message can have been written at the earliest: when the first of its callbacks
// arrived.
func oldest(m *notice.Message) time.Time {
	first := m.At.Add(-24 * time.Hour)
	for i := range m.Items {
		if at := m.Items[i].Arrived; at.Before(first) {
			first = at
		}
	}
	return first
}

func stamp(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) + ".000000" }

// conversationID is the ID of a place's conversation, which Slack's history asks for; a name is
// looked up in the workspace's list.
func (c *Channel) conversationID(ctx context.Context, place string) (string, error) {
	name, named := strings.CutPrefix(place, "#")
	if !named {
		return c.conversation(ctx, place)
	}
	params := api.GetConversationsParameters{Limit: listSize, ExcludeArchived: true, Types: []string{"public_channel", "private_channel"}}
	for range maxLists {
		page, next, err := c.api.GetConversationsContext(ctx, &params)
		if err != nil {
			return "", err
		}
		for i := range page {
			if page[i].Name == name {
				return page[i].ID, nil
			}
		}
		if params.Cursor = next; next == "" {
			break
		}
	}
	return "", api.SlackErrorResponse{Err: codeNoChannel}
}
