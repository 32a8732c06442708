package durable

import (
	"context"
	"log/slog"
)

// replayHandler drops the lines that an earlier invocation has already logged.
type replayHandler struct {
	slog.Handler
	replay *replay
}

func (h replayHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return !h.replay.on() && h.Handler.Enabled(ctx, level)
}

func (h replayHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return replayHandler{Handler: h.Handler.WithAttrs(attrs), replay: h.replay}
}

func (h replayHandler) WithGroup(name string) slog.Handler {
	return replayHandler{Handler: h.Handler.WithGroup(name), replay: h.replay}
}
