package main

import (
	"regexp"
	"strings"
	"sync"

	"countersign/internal/callbacks"
)

// telling is a message at its place, as it is shown last.
type telling struct {
	channel string
	message string // the desk's key of it
	about   []callbacks.ID
	over    bool // it does not ask for anything any more
	toList  bool // it is a mail to a mailing list
}

// ledger has what a channel shows.
type ledger struct {
	mu    sync.Mutex
	shown map[string]telling // by the key that the message has on the channel
}

// show notes the latest state of a message. text is all of it.
func (l *ledger) show(key, text string, over bool) { l.showTo(key, text, over, false) }

func (l *ledger) showTo(key, text string, over, toList bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown == nil {
		l.shown = make(map[string]telling)
	}
	t := telling{message: key, about: l.shown[key].about, over: over, toList: toList}
	for _, found := range pages.FindAllStringSubmatch(text, -1) {
		t.about = append(t.about, callbacks.ID(found[1]))
	}
	l.shown[key] = t
}

// pages are the addresses of pages of callbacks in a text.
var pages = regexp.MustCompile(`/callbacks/([A-Za-z0-9_-]+)`)

// all returns what the channel shows. named turns the key that a message has there into the desk's own.
func (l *ledger) all(channel string, named func(string) string) (all []telling) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, t := range l.shown {
		t.channel, t.message = channel, named(key)
		all = append(all, t)
	}
	return all
}

// stem is the desk's key of a message in the name of one of its states.
func stem(state string) string {
	key, _, _ := strings.Cut(strings.Trim(state, "<>"), ".")
	return key
}
