package slack

import (
	"context"

	api "github.com/slack-go/slack"

	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

// Account implements [notice.Directory]: the member of the workspace who has an address.
func (c *Channel) Account(ctx context.Context, address string) (notice.Account, error) {
	user, err := c.api.GetUserByEmailContext(ctx, address)
	if err != nil {
		return notice.Account{}, faultOf(err)
	}
	if user.Deleted || user.IsBot {
		return notice.Account{}, &notice.Fault{Code: notice.NoPlace, Words: "the account is deactivated or a bot"}
	}
	return notice.Account{Account: user.ID, Name: wording.Cut(wording.Line(user.Name), maxTitle)}, nil
}

// Tell implements [notice.Directory]: a direct message of one line.
func (c *Channel) Tell(ctx context.Context, account, line string) error {
	to, err := c.conversation(ctx, account)
	if err != nil {
		return faultOf(err)
	}
	if _, _, err := c.api.PostMessageContext(ctx, to, api.MsgOptionText(line, true), api.MsgOptionDisableMarkdown(), api.MsgOptionBlocks(richText(plain(line)))); err != nil {
		return faultOf(err)
	}
	return nil
}
