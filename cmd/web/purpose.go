package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/codec"
	"countersign/internal/config/deskfile"
	"countersign/internal/discovery"
	"countersign/internal/intake"
	"countersign/internal/lambdaapi"
)

// purpose is what one countersign.yaml says, in the types of the packages that are wired. It is made
// whole or not at all, and is never changed: many goroutines share it.
type purpose struct {
	desk     *deskfile.Desk
	queues   callbacks.Queues
	roles    auth.RoleGroups
	formats  map[string]codec.Function // by function; others read plain JSON
	accounts map[string]lambdaapi.Role // by number
	regions  []string                  // that the operator named
	senders  *intake.Verifier
	sns      *intake.SNS // nil if no topic is listed
}

// newPurpose converts a desk. before may be nil; its certificates of SNS are kept. The errors are
// those of rules that only the packages know.
func newPurpose(d *deskfile.Desk, before *edition, now func() time.Time) (p *purpose, err error) {
	p = &purpose{
		desk: d, queues: domainQueues(d), formats: formats(d), accounts: roles(d.Accounts), regions: watchedRegions(d.Watches()),
		roles: auth.RoleGroups{Reviewer: d.Roles.Reviewers, Admin: d.Roles.Admins, Auditor: d.Roles.Auditors},
	}
	if p.senders, err = intake.NewVerifier(intakeSources(d.Sources), now); err != nil {
		return nil, fmt.Errorf("webhook sources: %w", err)
	}
	if len(d.Topics) > 0 {
		topics := intake.SNSConfig{Topics: intakeTopics(d.Topics), Now: now}
		if before != nil {
			topics.Before = before.sns
		}
		if p.sns, err = intake.NewSNS(topics); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// domainQueues converts the configured queues to the domain's type.
func domainQueues(d *deskfile.Desk) callbacks.Queues {
	queues := make(callbacks.Queues, len(d.Queues))
	for name, q := range d.Queues {
		queues[name] = q.Domain(name, callbacks.ConfigVersion(d.Version))
	}
	return queues
}

// roles returns the roles to assume in other accounts.
func roles(configured map[string]deskfile.Account) map[string]lambdaapi.Role {
	all := make(map[string]lambdaapi.Role, len(configured))
	for number, a := range configured {
		all[number] = lambdaapi.Role{ARN: a.RoleARN, ExternalID: a.ExternalID}
	}
	return all
}

// searches adds the functions to search to a configuration of discovery, with the callbacks to leave
// out there and the templates of the others. region is for functions that name none.
func (p *purpose) searches(region string, c *discovery.Config) {
	for name, w := range p.desk.Watches() {
		templates := p.desk.Templates(name)
		if deskfile.Every(name) {
			name = discovery.EveryFunction
		}
		watch := discovery.Watch{Function: name, Account: w.Account, Region: cmp.Or(w.Region, region), Queue: w.Queue}
		c.Watches = append(c.Watches, watch)
		c.Exceptions = append(c.Exceptions, discovery.Exception{Watch: watch, Names: w.Except.Names, Subtypes: w.Except.Subtypes})
		c.Templates = append(c.Templates, discovery.Templates{Watch: watch, List: templates})
	}
}

// asksSecret finds a function with a template whose form asks for a secret.
func (p *purpose) asksSecret() (function string, asks bool) {
	for _, name := range slices.Sorted(maps.Keys(p.desk.Functions)) {
		for _, t := range p.desk.Templates(name) {
			if t.AsksSecret() {
				return name, true
			}
		}
	}
	return "", false
}

// watchedRegions returns the regions that the operator named. They may be new ones of AWS.
func watchedRegions(configured map[string]deskfile.Watch) []string {
	var regions []string
	for _, w := range configured {
		if w.Region != "" {
			regions = append(regions, w.Region)
		}
	}
	return regions
}

// intakeSources converts the configured senders to the type of package intake.
func intakeSources(configured map[string]deskfile.Source) []intake.Source {
	var sources []intake.Source
	for name, s := range configured {
		source := intake.Source{Name: name, Queues: s.Queues}
		for _, secret := range s.Secrets {
			source.Secrets = append(source.Secrets, secret.Reveal())
		}
		for _, token := range s.Tokens {
			source.Tokens = append(source.Tokens, token.Reveal())
		}
		sources = append(sources, source)
	}
	return sources
}

// intakeTopics converts the configured SNS topics to the type of package intake.
func intakeTopics(configured map[string]deskfile.Topic) []intake.Topic {
	var topics []intake.Topic
	for arn, t := range configured {
		topics = append(topics, intake.Topic{ARN: arn, Source: t.Source, Queues: t.Queues, Events: t.Events})
	}
	return topics
}
