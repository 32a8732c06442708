package slack

import (
	"context"
	"slices"
	"strings"

	"countersign/internal/channels/wording"
	"countersign/internal/doctor"
	"countersign/internal/notice"
)

// needed are the scopes that the app needs, each with what for.
var needed = [][2]string{
	{"chat:write", "messages"},
	{"chat:write.public", "public channels of which the app is no member"},
	{"channels:read", "finding a public channel by its name"},
	{"groups:read", "finding a private channel"},
	{"channels:history", "finding a message whose answer was lost, in public channels"},
	{"groups:history", "the same in private channels"},
	{"im:history", "the same in direct messages"},
	{"im:write", "direct messages"},
	{"users:read.email", "linking accounts"},
}

// Examine says whether the workspace accepts the token, which scopes the app lacks, and which of the
// places are not there. It writes nothing.
func (c *Channel) Examine(ctx context.Context, places []string) doctor.Channel {
	var found doctor.Channel
	me, err := c.api.AuthTestContext(ctx)
	if err != nil {
		found.Problem = words(faultOf(err))
		return found
	}
	found.Says = "workspace " + wording.Cut(wording.Line(me.Team), maxTitle) + " accepts the token"
	if said := me.Header.Get("X-OAuth-Scopes"); said != "" {
		have := strings.FieldsFunc(said, func(r rune) bool { return r == ',' || r == ' ' })
		for _, n := range needed {
			if scope, use := n[0], n[1]; !slices.Contains(have, scope) {
				found.Lacks = append(found.Lacks, "the app lacks the scope "+scope+", for "+use)
			}
		}
	}
	for _, place := range places {
		if !strings.HasPrefix(place, "#") {
			continue
		}
		if _, err := c.conversationID(ctx, place); err != nil {
			found.Lacks = append(found.Lacks, place+": "+words(faultOf(err)))
		}
	}
	return found
}

// words are those of a fault, or its code.
func words(f *notice.Fault) string {
	if f.Words == "" {
		return string(f.Code)
	}
	return f.Words
}
