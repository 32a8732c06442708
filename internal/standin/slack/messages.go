package slack

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
)

// postMessage answers https://docs.slack.dev/reference/methods/chat.postMessage
func (w *Workspace) postMessage(form url.Values) (answer, string) {
	in, code := w.member(form.Get("channel"), true)
	if code != "" {
		return nil, code
	}
	m := Message{Conversation: in, Thread: form.Get("thread_ts")}
	if code := m.write(form); code != "" {
		return nil, code
	}
	if !w.allowed(in) {
		return nil, "ratelimited"
	}
	// Slack writes an answer to a message that is gone into the channel.
	if m.Thread != "" && !slices.ContainsFunc(w.messages, func(p Message) bool { return p.Conversation == in && p.TS == m.Thread }) {
		m.Thread = ""
	}
	m.TS = w.stamp()
	w.messages = append(w.messages, m)
	if len(w.messages) > maxMessages {
		w.messages = slices.Delete(w.messages, 0, len(w.messages)-maxMessages)
	}
	w.tell()
	return answer{"channel": in, "ts": m.TS, "message": m.wire(true)}, ""
}

// update answers https://docs.slack.dev/reference/methods/chat.update, which takes IDs of channels
// only.
func (w *Workspace) update(form url.Values) (answer, string) {
	in, code := w.member(form.Get("channel"), false)
	if code != "" {
		return nil, code
	}
	at := slices.IndexFunc(w.messages, func(m Message) bool { return m.Conversation == in && m.TS == form.Get("ts") })
	if at < 0 {
		return nil, "message_not_found"
	}
	changed := w.messages[at]
	if code := changed.write(form); code != "" {
		return nil, code
	}
	changed.Edits++
	w.messages[at] = changed
	w.tell()
	return answer{"channel": in, "ts": changed.TS, "text": changed.Text}, ""
}

// write sets the text, the blocks and the metadata of a message.
func (m *Message) write(form url.Values) (code string) {
	const maxText = 40_000 // characters; Slack cuts above
	m.Text, m.Blocks = form.Get("text"), json.RawMessage(form.Get("blocks"))
	m.Shown, m.Links, m.Calls = m.Text, nil, calls(m.Text)
	switch {
	case m.Text == "" && len(m.Blocks) == 0:
		return "no_text"
	case len(m.Text) > maxText:
		return "msg_too_long"
	}
	if len(m.Blocks) > 0 {
		seen, ok := read(m.Blocks)
		if !ok {
			return "invalid_blocks"
		}
		m.Shown, m.Links, m.Calls = seen.text, seen.links, m.Calls || seen.calls
	}
	return m.attach(form.Get("metadata"))
}

// attach reads metadata. https://docs.slack.dev/messaging/message-metadata
func (m *Message) attach(text string) (code string) {
	const maxMetadata = 16 << 10
	m.Metadata = Metadata{}
	switch {
	case text == "":
		return ""
	case len(text) > maxMetadata:
		return "metadata_too_large"
	case json.Unmarshal([]byte(text), &m.Metadata) != nil || m.Metadata.EventType == "" || m.Metadata.EventPayload == nil:
		return "invalid_metadata_format"
	}
	return ""
}

// wire is a message as the methods that read answer it. Metadata is left out unless it was asked
// for.
func (m *Message) wire(metadata bool) answer {
	a := answer{"type": "message", "ts": m.TS, "text": m.Text, "bot_id": "B0BOT"}
	if m.Thread != "" {
		a["thread_ts"] = m.Thread
	}
	if metadata && m.Metadata.EventType != "" {
		a["metadata"] = m.Metadata
	}
	return a
}

// history answers https://docs.slack.dev/reference/methods/conversations.history: the newest first,
// without what stands in threads.
func (w *Workspace) history(form url.Values) (answer, string) {
	in, code := w.member(form.Get("channel"), false)
	if code != "" {
		return nil, code
	}
	var all []Message
	for _, m := range slices.Backward(w.messages) {
		if m.Conversation == in && m.Thread == "" && m.TS > form.Get("oldest") {
			all = append(all, m)
		}
	}
	return page(all, form), ""
}

// replies answers https://docs.slack.dev/reference/methods/conversations.replies: the message and
// its thread, the oldest first.
func (w *Workspace) replies(form url.Values) (answer, string) {
	in, code := w.member(form.Get("channel"), false)
	if code != "" {
		return nil, code
	}
	var all []Message
	for _, m := range w.messages {
		if m.Conversation == in && (m.TS == form.Get("ts") || m.Thread == form.Get("ts")) {
			all = append(all, m)
		}
	}
	if len(all) == 0 || all[0].TS != form.Get("ts") {
		return nil, "thread_not_found"
	}
	return page(all, form), ""
}

// page is a page of messages. Slack's cursors are opaque; these are positions.
func page(all []Message, form url.Values) answer {
	const usual = 100
	from, _ := strconv.Atoi(form.Get("cursor"))
	limit, _ := strconv.Atoi(form.Get("limit"))
	if limit <= 0 {
		limit = usual
	}
	from = min(max(from, 0), len(all))
	to := min(from+limit, len(all))
	messages := []answer{}
	for _, m := range all[from:to] {
		messages = append(messages, m.wire(form.Get("include_all_metadata") == "1" || form.Get("include_all_metadata") == "true"))
	}
	a := answer{"messages": messages, "has_more": to < len(all)}
	if to < len(all) {
		a["response_metadata"] = answer{"next_cursor": strconv.Itoa(to)}
	}
	return a
}
