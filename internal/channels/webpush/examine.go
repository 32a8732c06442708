package webpush

import (
	"context"

	"countersign/internal/doctor"
)

// Examine says what [New] has checked: a push service answers only to a push.
func (c *Channel) Examine(context.Context, []string) doctor.Channel {
	return doctor.Channel{Says: "the key can be read; push services write to " + c.config.Contact}
}
