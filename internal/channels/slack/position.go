package slack

import (
	"strconv"
	"strings"
	"time"

	"countersign/internal/notice"
)

// position is where a message stands.
type position struct {
	conversation string
	ts           string // Slack's name of a message in a conversation: seconds with a fraction
	// lined is the time up to which signatures are in the message as it was first sent, or have a
	// line in its thread.
	lined time.Time
}

func (p position) handle() notice.Handle {
	return notice.Handle(p.conversation + "/" + p.ts + "/" + strconv.FormatInt(p.lined.UnixMilli(), 10))
}

// parseHandle reads a handle. ok is false for one that this package did not make.
func parseHandle(h notice.Handle) (p position, ok bool) {
	parts := strings.Split(string(h), "/")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return position{}, false
	}
	ms, err := strconv.ParseInt(parts[2], 10, 64)
	return position{conversation: parts[0], ts: parts[1], lined: time.UnixMilli(ms)}, err == nil
}

// timeOf is when a message was written, by Slack's clock. Zero if ts is none of Slack's.
func timeOf(ts string) time.Time {
	seconds, _, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
