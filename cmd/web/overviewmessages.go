package main

import (
	"maps"
	"slices"

	"countersign/internal/config/deskfile"
	"countersign/views/admin"
)

// overviewOfMessages adds what the file says of messages to an overview.
func overviewOfMessages(d *deskfile.Desk, to *admin.Desk) {
	to.Ways = overviewOfChannels(&d.Channels)
	for _, r := range d.Routes {
		to.Routes = append(to.Routes, admin.Route{
			Queues: r.Queues, Functions: r.Functions, Sources: r.Sources, Tags: r.Tags,
			To: admin.Destination{Slack: r.To.Slack, Email: r.To.Email, Teams: r.To.Teams, Webhooks: r.To.Webhooks},
		})
	}
	for _, name := range slices.Sorted(maps.Keys(d.Queues)) {
		n := d.Queues[name].Notices
		if n == nil {
			continue
		}
		said := admin.QueueNotices{Queue: name, Title: n.Title, RemindAt: n.RemindAt}
		for _, f := range n.Fields {
			said.Fields = append(said.Fields, f.Label+" ("+f.Value+")")
		}
		to.Notices = append(to.Notices, said)
	}
}

func overviewOfChannels(c *deskfile.Channels) (all []admin.Way) {
	if c.Slack != nil {
		all = append(all, admin.Way{Name: "slack", Address: c.Slack.API})
	}
	if e := c.Email; e != nil {
		w := admin.Way{Name: "email", Address: e.Server, Facts: []string{"from " + e.From, "encryption " + e.TLS}}
		if e.User != "" {
			w.Facts = append(w.Facts, "as "+e.User)
		}
		all = append(all, w)
	}
	if c.Push != nil {
		w := admin.Way{Name: "push", Address: c.Push.Contact}
		if c.Push.Service != "" {
			w.Facts = append(w.Facts, "also by "+c.Push.Service)
		}
		all = append(all, w)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Teams)) {
		all = append(all, admin.Way{Name: "teams " + name})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Webhooks)) {
		w := admin.Way{Name: "webhook " + name, Address: c.Webhooks[name].URL}
		if c.Webhooks[name].Private {
			w.Facts = append(w.Facts, "may be in a private network")
		}
		all = append(all, w)
	}
	return all
}
