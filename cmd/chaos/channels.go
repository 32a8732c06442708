package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"strings"
	"time"

	"countersign/cmd/internal/deskprocess"
	"countersign/internal/callbacks"
	"countersign/internal/standin/push"
)

// channels are the ways over which the desk tells people and programs, each behind a real listener.
type channels struct {
	chat   *chat
	events *events
	pushes *pushes
	mails  *mails

	slack, hooks, push string // addresses
	servers            []*http.Server
	tricks             mischief
}

// startChannels starts the servers. The caller must close them, also after an error.
func (w *world) startChannels(ctx context.Context) (err error) {
	c := &channels{chat: newChat()}
	w.channels = c
	if c.events, err = newEvents(w.processes); err != nil {
		return err
	}
	if c.pushes, err = newPushes(); err != nil {
		return err
	}
	if c.mails, err = startMails(ctx); err != nil {
		return err
	}
	serve := func(h http.Handler) string {
		url, server, failed := deskprocess.Serve(ctx, h)
		if failed != nil {
			err = errors.Join(err, failed)
			return ""
		}
		c.servers = append(c.servers, server)
		return url
	}
	c.slack = serve(w.trapped(c.chat.whose, c.tricks.around(c.chat)))
	c.hooks = serve(w.trapped(c.events.whose, c.tricks.around(c.events)))
	c.push = serve(c.tricks.around(c.pushes))
	c.pushes.service = push.New(c.push, time.Now)
	return err
}

func (c *channels) close() {
	if c == nil {
		return
	}
	c.mails.close()
	for _, server := range c.servers {
		_ = server.Close()
	}
}

// misbehave makes a share of the calls go wrong, and nil ends that.
func (c *channels) misbehave(random *rand.Rand) {
	var ofMails *rand.Rand // mails draw under a lock of their own
	if random != nil {
		ofMails = rand.New(rand.NewPCG(random.Uint64(), random.Uint64()))
	}
	c.tricks.begin(random)
	c.mails.begin(ofMails)
}

// trapped kills a replica when it calls a channel, either before or after the call is carried out.
func (w *world) trapped(whose func(*http.Request) int, server http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := whose(r)
		if n < 0 || n >= len(w.replicas) {
			server.ServeHTTP(rw, r)
			return
		}
		before, after := messageClaimed, messageSent
		switch path.Base(r.URL.Path) {
		case "chat.update":
			before, after = changeClaimed, changeSent
		case "chat.postMessage", hookPath:
		default: // it only reads
			server.ServeHTTP(rw, r)
			return
		}
		w.traps.watch(rw, r, w.replicas[n], before, after, server, func(reply *noted) bool { return reply.status < http.StatusMultipleChoices })
	})
}

// hookPath ends the address of the program that gets events.
const hookPath = "events"

// lists is how many mailing lists the approvers have: a list gets no second mail for a while.
const lists = 1

// groupFile is the part of countersign.yaml that says where the groups are told, and channelFile
// how.
func groupFile() string {
	var all []string
	for n := range lists {
		all = append(all, fmt.Sprintf("approvers-%d@harborline.example", n))
	}
	return "groups: {approvers: {slack: '#" + chatChannel + "', email: [" + strings.Join(all, ", ") + "]}, leads: {}, night: {}}\n"
}

func (c *channels) channelFile() string {
	return `channels:
  slack: {token: {env: CHAOS_SLACK}, api: '` + c.slack + `/api/'}
  webhooks: {erp: {url: '` + c.hooks + `/` + hookPath + `', secrets: [{env: CHAOS_EVENTS}]}}
  push: {contact: 'mailto:ops@harborline.example', key: {env: CHAOS_PUSH}, service: '` + c.push + `'}
  email: {server: '` + c.mails.address + `', from: desk@harborline.example, tls: none}
`
}

// environment are the secrets of a replica.
func (c *channels) environment(replica int) []string {
	return []string{"CHAOS_SLACK=" + tokenOf(replica), "CHAOS_EVENTS=" + signingSecret(replica), "CHAOS_PUSH=" + c.pushes.private}
}

// carried is what the desk has on record of a message.
type carried struct {
	place, person, kind string
	share               int
	about               []callbacks.ID
}

// carried is what the desk has on record of all messages, by their keys.
func (w *world) carried(ctx context.Context) (_ map[string]*carried, err error) {
	db, err := w.openSQL()
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // was only read
	all := make(map[string]*carried)
	read := func(text string, row func(*sql.Rows) error) {
		rows, failed := db.QueryContext(ctx, text)
		if failed != nil {
			err = errors.Join(err, failed)
			return
		}
		defer rows.Close()
		for rows.Next() {
			err = errors.Join(err, row(rows))
		}
		err = errors.Join(err, rows.Err())
	}
	read(`select id, place, person, kind, share from notice_messages`, func(rows *sql.Rows) error {
		var id string
		c := new(carried)
		err := rows.Scan(&id, &c.place, &c.person, &c.kind, &c.share)
		all[id] = c
		return err
	})
	read(`select c.id, n.message from notices n join callbacks c on c.num = n.callback where n.message <> '' and n.told_at > 0`, func(rows *sql.Rows) error {
		var id, message string
		err := rows.Scan(&id, &message)
		if c := all[message]; c != nil {
			c.about = append(c.about, callbacks.ID(id))
		}
		return err
	})
	return all, err
}

// tellings is what all channels show, by callback.
func (w *world) tellings(ctx context.Context) (map[callbacks.ID][]evidenced, error) {
	known, err := w.carried(ctx)
	if err != nil {
		return nil, err
	}
	topics := make(map[string]string)
	for id := range known {
		topics[topic(id)] = id
	}
	same := func(key string) string { return key }
	c := w.channels
	shown := c.events.all("webhooks", same)
	shown = append(shown, c.mails.all("email", same)...)
	shown = append(shown, c.pushes.all("push", func(key string) string { return topics[key] })...)
	all := make(map[callbacks.ID][]evidenced)
	for _, t := range shown {
		about := t.about
		if on := known[t.message]; on != nil {
			about = append(about, on.about...)
		}
		seen := make(map[callbacks.ID]bool)
		for _, id := range about {
			if !seen[id] {
				seen[id], all[id] = true, append(all[id], evidenced{t, known[t.message]})
			}
		}
	}
	return all, nil
}

// evidenced is a message with what the desk has on record of it; nil for nothing.
type evidenced struct {
	telling
	on *carried
}

// unknown reports whether the desk forgot that it sent a message. It may forget a mail to a person.
func (t evidenced) unknown() bool { return t.on == nil && (t.channel != "email" || t.toList) }

// stale reports whether a message still asks for something although all is over. People get no mail
// about the end of what a mail asked them for.
func (t evidenced) stale() bool {
	return !t.over && (t.channel != "email" || t.on != nil && t.on.person == "")
}

// anew reports whether a place was told the same twice, in two messages.
func anew(all []evidenced) bool {
	type topic struct {
		channel, place, kind string
		share                int
	}
	first := make(map[topic]string)
	for _, t := range all {
		if t.on == nil {
			continue
		}
		key := topic{t.channel, t.on.place, t.on.kind, t.on.share}
		if known, told := first[key]; told && known != t.message {
			return true
		}
		first[key] = t.message
	}
	return false
}

// String is a message, for the report.
func (t evidenced) String() string {
	if t.on == nil {
		return fmt.Sprintf("%s, message %s, which is not on record; over: %t", t.channel, t.message, t.over)
	}
	return fmt.Sprintf("%s, message %s to %s, %s; over: %t", t.channel, t.message, t.on.place, t.on.kind, t.over)
}
