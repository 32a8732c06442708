package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/fault"
	"countersign/internal/people"
	"countersign/internal/standin"
	"countersign/internal/standin/oidc"
)

// delegate makes a delegation as the delegator would on their page. Both people are stored first, as
// if they had signed in with the issuer.
func (w *world) delegate(ctx context.Context, issuer string, d standin.Delegation) error {
	now := w.desk.now()
	from, to := demoProfile(issuer, d.From, now), demoProfile(issuer, d.To, now)
	for _, one := range []people.Profile{from, to} {
		if err := w.desk.store.KeepPerson(ctx, one); err != nil {
			return fmt.Errorf("store %s: %w", one.Name, err)
		}
	}
	inForce := w.desk.edition.Load()
	by := w.desk.auth.WithRoles(inForce.roles).Known(from)
	_, err := inForce.delegations.Make(ctx, by, delegation.Wish{
		From: from.ID, To: to.ID, Queues: []string{d.Queue}, Since: now, Until: now.Add(d.Lasts),
	})
	if _, invalid := errors.AsType[fault.List](err); invalid {
		// somebody has changed the countersign.yaml of the demo
		w.desk.log.WarnContext(ctx, "the delegation of the demo was not made", "from", d.From.Name, "to", d.To.Name, "error", err)
		return nil
	}
	return err
}

// demoProfile is what the provider of the demo says of a person.
func demoProfile(issuer string, u oidc.User, at time.Time) people.Profile {
	return people.NewProfile(callbacks.Person{
		ID: people.ID(issuer, u.Subject), Issuer: issuer, Subject: u.Subject, Name: u.Name, Email: u.Email,
		Groups: u.Groups, GroupsReadAt: at,
	}, true, at)
}
