package main

import (
	"context"
	"fmt"

	"countersign/internal/callbacks"
	"countersign/internal/channels/webpush"
	"countersign/internal/notice"
	"countersign/internal/standin"
)

// subscribe has the stand-in browsers of some people take pushes, as these people would under
// Settings. They are told once they have signed in.
func (w *world) subscribe(ctx context.Context, issuer string) error {
	setup := w.desk.edition.Load().notices
	if setup == nil {
		return nil // somebody has changed the countersign.yaml of the demo
	}
	channel, ok := setup.Channels[notice.Push].(*webpush.Channel)
	if !ok {
		return nil
	}
	now := w.desk.now()
	for _, u := range standin.Pushed() {
		b, err := w.surroundings.Told.Browser(u.Name)
		if err != nil {
			return fmt.Errorf("browser of %s: %w", u.Name, err)
		}
		owner := demoProfile(issuer, u, now)
		made, err := channel.Subscription(webpush.Registration{Endpoint: b.Endpoint, P256DH: b.P256DH, Auth: b.Auth, Browser: "Stand-in of the demo"}, owner.ID, now)
		if err != nil {
			w.desk.log.WarnContext(ctx, "a browser of the demo takes no pushes", "owner", u.Name, "error", err)
			continue
		}
		if err := w.desk.store.Notices().Subscribe(ctx, made, callbacks.Actor{Kind: callbacks.ActorPerson, ID: owner.ID, Name: u.Name}); err != nil {
			return fmt.Errorf("browser of %s: %w", u.Name, err)
		}
	}
	return nil
}
