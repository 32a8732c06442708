package slack

import (
	"context"
	"strconv"
	"time"

	api "github.com/slack-go/slack"

	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

// thread adds a line for each signature that came after the last one. It reads the thread first, so
// that a line whose answer was lost is not written twice. Direct messages get no lines: there each
// of them would make a sound.
func (c *Channel) thread(ctx context.Context, at position, m *notice.Message) (position, error) {
	if len(m.Items) != 1 || isDirect(at.conversation) {
		return at, nil
	}
	var later []notice.Signer
	for _, s := range m.Items[0].Signed {
		if s.At.After(at.lined) {
			later = append(later, s)
		}
	}
	if len(later) == 0 {
		return at, nil
	}
	written, err := c.lines(ctx, at)
	if err != nil {
		return at, err
	}
	for _, s := range later {
		if !written[signatureKey(s)] {
			if err := c.line(ctx, at, m, s); err != nil {
				return at, err
			}
		}
		if s.At.After(at.lined) {
			at.lined = s.At
		}
	}
	return at, nil
}

// lines are the signatures that have a line in a message's thread.
func (c *Channel) lines(ctx context.Context, at position) (map[string]bool, error) {
	written := map[string]bool{}
	params := api.GetConversationRepliesParameters{ChannelID: at.conversation, Timestamp: at.ts, Limit: pageSize, IncludeAllMetadata: true}
	for range maxPages {
		replies, _, next, err := c.api.GetConversationRepliesContext(ctx, &params)
		if err != nil {
			return nil, err
		}
		for i := range replies {
			if key, ok := replies[i].Metadata.EventPayload[keySignature].(string); ok && replies[i].Metadata.EventType == eventSignature {
				written[key] = true
			}
		}
		if params.Cursor = next; next == "" {
			break
		}
	}
	return written, nil
}

func (c *Channel) line(ctx context.Context, at position, m *notice.Message, s notice.Signer) error {
	text := signedLine(s, m.At, m.Zone)
	_, _, err := c.api.PostMessageContext(ctx, at.conversation,
		api.MsgOptionTS(at.ts), api.MsgOptionText(text, true), api.MsgOptionDisableMarkdown(), api.MsgOptionBlocks(richText(plain(text))),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(),
		api.MsgOptionMetadata(api.SlackMetadata{EventType: eventSignature, EventPayload: map[string]any{keyMessage: m.ID, keySignature: signatureKey(s)}}))
	return err
}

// signatureKey tells signatures of one callback apart.
func signatureKey(s notice.Signer) string {
	return strconv.FormatInt(s.At.UnixMilli(), 10) + " " + wording.Cut(wording.Signer(s), maxLine)
}

// signedLine says who signed: "Priya Raman signed 13:22."
func signedLine(s notice.Signer, at time.Time, zone *time.Location) string {
	verb := " signed "
	if s.Against {
		verb = " signed against it "
	}
	return wording.Cut(wording.Signer(s), maxLine) + verb + wording.Clock(s.At, at, zone) + "."
}
