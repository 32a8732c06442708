package main

import (
	"context"
	"fmt"
	"net/http"

	"countersign/handlers"
	"countersign/handlers/assignments"
	"countersign/handlers/decisions"
	"countersign/handlers/savedviews"
	"countersign/handlers/webhooks"
	"countersign/internal/assignment"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/config"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/notice"
	"countersign/internal/policy"
	"countersign/internal/record"
	"countersign/internal/reload"
	"countersign/internal/savedview"
	"countersign/internal/secrets"
)

// edition is the part of the desk that one version of countersign.yaml determines. It holds
// everything that answers a request, so no request meets two versions. What is lost with an edition
// is read again: the positions of discovery.
type edition struct {
	*purpose
	site        http.Handler
	discovery   *discovery.Worker
	delegations *delegation.Service
	notices     *notice.Setup // nil if nobody is told
	service     *desk.Service
	rolesOf     func(callbacks.Person) callbacks.Roles
	replaced    chan struct{} // closed when another edition is in force
}

// fixed are the parts and settings that every edition shares. Each edition fills in the rest.
type fixed struct {
	file      string // path of countersign.yaml
	discovery discovery.Config
	service   desk.ServiceConfig
	webhooks  *webhooks.Handlers
	handlers  handlers.Config
	// emailTrusted says that every address counts as verified.
	emailTrusted bool
	kmsEndpoint  string              // replaces AWS's own; empty to use that
	hash         func([]byte) string // under the key of sessions, which replicas share
	home         string              // of the desk, without a slash at its end
}

// loading returns how countersign.yaml is read and put in force.
func (d *program) loading(settings config.Config) func(reload.ReadFile) (reload.Version, error) {
	return func(read reload.ReadFile) (reload.Version, error) {
		file, err := settings.ReadDesk(read)
		if err != nil {
			return reload.Version{}, err
		}
		what, err := newPurpose(file, d.edition.Load(), d.now)
		if err != nil {
			return reload.Version{}, err
		}
		return reload.Version{Name: file.Version, Text: file.Text(), Apply: func() error { return d.enforce(what) }}, nil
	}
}

// reloads returns what became of the last change of countersign.yaml.
func (d *program) reloads() reload.State { return d.follower.State() }

// enforce puts an edition in force. Requests that have begun finish with the previous one. Its
// streams and its discovery end.
func (d *program) enforce(what *purpose) error {
	next, err := d.newEdition(what)
	if err != nil {
		return err
	}
	d.lambda.SetAccounts(what.accounts, what.regions)
	d.store.Tell(next.notices != nil)
	if before := d.edition.Swap(next); before != nil {
		close(before.replaced)
	}
	return nil
}

// newEdition makes an edition, and changes nothing.
func (d *program) newEdition(what *purpose) (e *edition, err error) {
	e = &edition{purpose: what, replaced: make(chan struct{})}
	lanes := d.lambda.LanesOf(what.accounts, what.regions)
	serve := d.fixed.service
	serve.Queues, serve.Lanes = what.queues, lanes
	if serve.Codecs, err = d.codecs(what, lanes); err != nil {
		return nil, err
	}
	serve.ConfigVersion = callbacks.ConfigVersion(what.desk.Version)
	signIn := d.auth.WithRoles(what.roles)
	e.rolesOf = signIn.Roles
	e.delegations = delegation.New(delegation.Config{
		Store: d.store, Queues: what.queues, Person: signIn.Known, Now: d.now, GroupsMaxAge: serve.GroupsMaxAge,
		RightsChanged: d.rightsChanged,
	})
	serve.Delegations = e.delegations
	if e.notices, err = d.setupNotices(what, signIn.Known); err != nil {
		return nil, err
	}
	if function, asks := what.asksSecret(); asks && serve.Secrets == nil {
		return nil, fmt.Errorf("a template of %s has a form that asks for a secret, and there is no key under which the desk could keep one: set %s", function, secrets.Setting)
	}
	e.service = desk.NewService(serve)
	search := d.fixed.discovery
	search.Queues, search.Lanes, search.Decodes = what.queues, lanes, e.service.Decodes
	what.searches(lanes.Region, &search)
	e.discovery = discovery.NewWorker(search)
	site := d.fixed.handlers
	site.Service, site.Auth, site.Searched = e.service, signIn, e.discovery.Searched
	site.Delegations = e.delegations
	site.Decisions, site.Saved = d.record(e.service), savedviews.New(savedview.New(d.store.Views(), d.now))
	site.Assignments = assignments.New(assignments.Config{
		Service: assignment.New(assignment.Config{
			Store: d.store.Assignments(), People: d.store, Desk: e.service, Invalidator: serve.Invalidator, Person: signIn.Known, Now: d.now,
			GroupsMaxAge: serve.GroupsMaxAge,
		}),
		Desk: e.service, Now: d.now,
	})
	site.Batches = batch.NewService(d.store, e.service, d.batches.Wake, d.now)
	site.Webhooks = d.fixed.webhooks.With(e.service, what.senders, what.sns)
	d.settle(&site, e.notices)
	site.Policies = policy.NewDesk(policy.Config{
		Store: d.store, InForce: rulesOf(what.desk), EmailTrusted: d.fixed.emailTrusted, Now: d.now, GroupsMaxAge: serve.GroupsMaxAge,
		Read: readRules, Decode: decodeRequest, Alarms: d.alarms.Requests, Requests: e.service, Bound: d.alarms.Bound,
	})
	site.Notices = d.noticePages(e)
	site.Desk, site.Replaced = what.overview(d.fixed.file), e.replaced
	e.site, err = handlers.New(site)
	return e, err
}

// discover searches for callbacks as the edition in force says, until ctx ends.
func (d *program) discover(ctx context.Context) {
	for ctx.Err() == nil {
		e := d.edition.Load()
		running, stop := context.WithCancel(ctx)
		go func() {
			defer stop()
			select {
			case <-e.replaced:
			case <-running.Done():
			}
		}()
		e.discovery.Run(running)
		stop()
	}
}

// record has the pages of the record of decisions of an edition.
func (d *program) record(service *desk.Service) *decisions.Handlers {
	return decisions.New(decisions.Config{
		Record: record.New(record.Config{
			Store: d.store.Decisions(), People: d.store, Visible: service.Reads, Entries: service.Audit, Titles: service.Titles, Record: d.store.Record, Now: d.now,
		}),
		Queues: service.Visible, Now: d.now,
	})
}
