package main

import (
	"context"
	"fmt"
	"strings"

	"countersign/handlers"
	"countersign/handlers/notices"
	"countersign/internal/callbacks"
	"countersign/internal/channels/webpush"
	"countersign/internal/config"
	"countersign/internal/metrics"
	"countersign/internal/notice"
	"countersign/internal/notice/personal"
	"countersign/internal/people"
)

// openNotices makes the worker that tells people. It does nothing while no channel is configured.
func (d *program) openNotices(settings config.Config, everybody bool) {
	stored := d.store.Notices()
	d.notices = notice.NewWorker(notice.Config{
		Store: stored, Preferences: stored, Desk: d.store, Assignments: d.store.Assignments(), Everybody: everybody,
		Setup: func() *notice.Setup {
			if e := d.edition.Load(); e != nil {
				return e.notices
			}
			return nil
		},
		Attempted: metrics.CountNotices(d.registry), Log: d.log, Now: d.now,
	})
	d.workers = append(d.workers, d.notices)
	d.fixed.home = strings.TrimSuffix(string(settings.BaseURL), "/")
	metrics.CountMessages(d.registry, d.notices.Backlogs, d.now, d.log)
}

// setupNotices is what an edition says of messages; nil if it has no channel.
func (d *program) setupNotices(what *purpose, person func(people.Profile) callbacks.Person) (*notice.Setup, error) {
	made, err := channels(&what.desk.Channels, d.fixed.home, d.store.Notices(), d.now)
	if err != nil {
		return nil, fmt.Errorf("channels: %w", err)
	}
	if len(made) == 0 {
		return nil, nil
	}
	return &notice.Setup{
		Queues: what.queues, Rules: what.desk.Notices(), Channels: made, Person: person,
		House: notice.House{Name: "Countersign", Home: d.fixed.home},
	}, nil
}

// noticePages are the pages about messages of an edition.
func (d *program) noticePages(e *edition) *notices.Handlers {
	places := placesOf(e.desk)
	return notices.New(notices.Config{
		Reports: d.store.Notices(), Channels: shownChannels(&e.desk.Channels, places), Links: d.links(e.notices), Now: d.now,
		Send: func(ctx context.Context, channel, place string) error {
			to := namedPlace{channel: channel, place: place}
			for _, p := range places {
				if p.channel == channel && p.place == place {
					to = p
				}
			}
			return sendTest(ctx, e.notices.Channels[channel], to, d.fixed.home)
		},
		Changed: func() {
			d.notices.Forget()
			d.notices.Changed(callbacks.Invalidation{})
		},
	})
}

// settle lets people settle how they are told, on the pages of an edition with channels.
func (d *program) settle(site *handlers.Config, setup *notice.Setup) {
	if setup == nil {
		return
	}
	site.Personal = &personal.Service{Preferences: d.store.Notices(), Setup: setup, Forget: d.notices.Forget, Now: d.now}
	site.Push, _ = setup.Channels[notice.Push].(*webpush.Channel)
}

// links links accounts in the Slack workspace of a setup; nil without one.
func (d *program) links(setup *notice.Setup) *notice.Links {
	if setup == nil {
		return nil
	}
	directory, ok := setup.Channels[notice.Slack].(notice.Directory)
	if !ok {
		return nil
	}
	return &notice.Links{
		Channel: notice.Slack, Directory: directory, Accounts: d.store.Notices(), Hash: d.fixed.hash, Now: d.now, Changed: d.notices.Forget,
	}
}
