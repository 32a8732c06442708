package main

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"time"

	"countersign/internal/channels/mail"
	"countersign/internal/channels/slack"
	"countersign/internal/channels/teams"
	"countersign/internal/channels/webhook"
	"countersign/internal/channels/webpush"
	"countersign/internal/config/deskfile"
	"countersign/internal/loopback"
	"countersign/internal/notice"
)

// channels makes the channels of a configuration, by their names. desk is the desk's address.
// Without browsers there are no pushes.
func channels(c *deskfile.Channels, desk string, browsers webpush.Browsers, now func() time.Time) (map[string]notice.Channel, error) {
	all := make(map[string]notice.Channel)
	if c.Email != nil {
		made, err := mail.New(mailConfig(c.Email, desk))
		if err != nil {
			return nil, err
		}
		all[notice.Email] = made
	}
	if c.Push != nil && browsers != nil {
		made, err := webpush.New(webpush.Config{Contact: c.Push.Contact, Key: c.Push.Key.Reveal(), StandIn: c.Push.Service}, browsers, now)
		if err != nil {
			return nil, err
		}
		all[notice.Push] = made
	}
	if c.Slack != nil {
		all["slack"] = slack.New(slack.Config{Token: c.Slack.Token.Reveal(), API: c.Slack.API})
	}
	if len(c.Teams) > 0 {
		places := make(map[string]teams.Place, len(c.Teams))
		for name, t := range c.Teams {
			address := t.URL.Reveal()
			places[name] = teams.Place{URL: address, Private: onThisMachine(address)}
		}
		all["teams"] = teams.New(places, now)
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
		all["webhooks"] = made
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
			all = append(all, namedPlace{"slack", group.Slack, name})
		}
		for _, address := range group.Email {
			all = append(all, namedPlace{"email", address, name})
		}
		for _, room := range group.Teams {
			all = append(all, namedPlace{"teams", room, name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Channels.Webhooks)) {
		all = append(all, namedPlace{"webhooks", name, ""})
	}
	return all
}

// namedPlace is a place of a group, or of no group.
type namedPlace struct{ channel, place, group string }
