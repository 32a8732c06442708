package main

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/channels/mail"
	"countersign/internal/channels/slack"
	"countersign/internal/channels/teams"
	"countersign/internal/channels/webhook"
	"countersign/internal/channels/webpush"
	"countersign/internal/config/deskfile"
	"countersign/internal/doctor"
	"countersign/internal/loopback"
	"countersign/internal/notice"
	"countersign/internal/plural"
	"countersign/views/admin"
	"countersign/views/words"
)

// channels makes the channels of a configuration, by their names. desk is the desk's address.
// Without browsers no push can be sent.
func channels(c *deskfile.Channels, desk string, browsers webpush.Browsers, now func() time.Time) (map[string]notice.Channel, error) {
	all := make(map[string]notice.Channel)
	if c.Email != nil {
		made, err := mail.New(mailConfig(c.Email, desk))
		if err != nil {
			return nil, err
		}
		all[notice.Email] = made
	}
	if c.Push != nil {
		made, err := webpush.New(webpush.Config{Contact: c.Push.Contact, Key: c.Push.Key.Reveal(), StandIn: c.Push.Service}, browsers, now)
		if err != nil {
			return nil, err
		}
		all[notice.Push] = made
	}
	if c.Slack != nil {
		all[notice.Slack] = slack.New(slack.Config{Token: c.Slack.Token.Reveal(), API: c.Slack.API})
	}
	if len(c.Teams) > 0 {
		places := make(map[string]teams.Place, len(c.Teams))
		for name, t := range c.Teams {
			address := t.URL.Reveal()
			places[name] = teams.Place{URL: address, Private: onThisMachine(address)}
		}
		all[notice.Teams] = teams.New(places, now)
	}
	if len(c.Webhooks) > 0 {
		places := make(map[string]webhook.Place, len(c.Webhooks))
		for name, w := range c.Webhooks {
			p := webhook.Place{URL: w.URL, Private: w.Private || onThisMachine(w.URL)}
			for _, secret := range w.Secrets {
				p.Secrets = append(p.Secrets, secret.Reveal())
			}
			places[name] = p
		}
		made, err := webhook.New(places, now)
		if err != nil {
			return nil, err
		}
		all[notice.Webhooks] = made
	}
	return all, nil
}

// mailConfig is what the configuration says of the mail server.
func mailConfig(e *deskfile.Email, desk string) mail.Config {
	c := mail.Config{Server: e.Server, From: e.From, TLS: mail.TLS(e.TLS), User: e.User, Host: "localhost"}
	if e.Password != nil {
		c.Password = e.Password.Reveal()
	}
	if at, err := url.Parse(desk); err == nil {
		c.Host = cmp.Or(at.Hostname(), c.Host)
	}
	return c
}

// onThisMachine reports whether the operator wrote an address of loopback, which says by itself that
// it may be reached.
func onThisMachine(address string) bool {
	place, err := url.Parse(address)
	return err == nil && loopback.Host(place.Hostname())
}

// placesOf are the places that a configuration names, of its groups first.
func placesOf(d *deskfile.Desk) (all []namedPlace) {
	for _, name := range slices.Sorted(maps.Keys(d.Groups)) {
		group := d.Groups[name]
		if group.Slack != "" {
			all = append(all, namedPlace{notice.Slack, group.Slack, name})
		}
		for _, address := range group.Email {
			all = append(all, namedPlace{notice.Email, address, name})
		}
		for _, room := range group.Teams {
			all = append(all, namedPlace{notice.Teams, room, name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Channels.Webhooks)) {
		all = append(all, namedPlace{notice.Webhooks, name, ""})
	}
	return all
}

// namedPlace is a place of a group, or of no group.
type namedPlace struct{ channel, place, group string }

// shownChannels are the channels of a configuration as the page of admins shows them.
func shownChannels(c *deskfile.Channels, places []namedPlace) (all []admin.Channel) {
	of := func(channel string) (names []string) {
		for _, p := range places {
			if p.channel == channel && !slices.Contains(names, p.place) {
				names = append(names, p.place)
			}
		}
		return names
	}
	if c.Slack != nil {
		all = append(all, admin.Channel{Name: notice.Slack, Says: plural.Count(len(of(notice.Slack)), "channel") + " of groups", Places: of(notice.Slack)})
	}
	if c.Email != nil {
		all = append(all, admin.Channel{Name: notice.Email, Says: c.Email.Server, Places: of(notice.Email)})
	}
	if c.Push != nil {
		all = append(all, admin.Channel{Name: notice.Push, Says: "browsers of people"})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Teams)) {
		all = append(all, admin.Channel{Name: notice.Teams, Place: name, Says: "a workflow", Places: []string{name}})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Webhooks)) {
		says := ""
		if at, err := url.Parse(c.Webhooks[name].URL); err == nil {
			says = at.Scheme + "://" + at.Host // the rest may hold a secret
		}
		all = append(all, admin.Channel{Name: notice.Webhooks, Place: name, Says: says, Places: []string{name}})
	}
	return all
}

// examiner is a channel that says whether it can send to places, without sending.
type examiner interface {
	Examine(ctx context.Context, places []string) doctor.Channel
}

// channelsOf says for the doctor whether channels can work. Nothing is sent.
func channelsOf(d *deskfile.Desk, desk string) func(context.Context) []doctor.Section {
	return func(ctx context.Context) []doctor.Section {
		made, err := channels(&d.Channels, desk, nil, time.Now)
		if err != nil {
			return doctor.ChannelSections([]doctor.Channel{{Name: "countersign.yaml", Problem: err.Error()}})
		}
		shown := shownChannels(&d.Channels, placesOf(d))
		all := make([]doctor.Channel, len(shown))
		var wait sync.WaitGroup // one that hangs must not use up the time of the others
		for i, c := range shown {
			wait.Go(func() {
				all[i] = made[c.Name].(examiner).Examine(ctx, c.Places)
				all[i].Name = strings.TrimSpace(words.Channel(c.Name) + " " + c.Place)
			})
		}
		wait.Wait()
		return doctor.ChannelSections(all)
	}
}
