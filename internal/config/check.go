package config

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"countersign/internal/callbacks"
)

// check applies the rules that a value's own type cannot check.
func (c *Config) check(p problems) {
	for _, s := range Settings() {
		if s.Required && len(p[s.Name]) == 0 && s.value(*c).IsZero() {
			p.add(s.Name, "is required")
		}
	}
	p.unless(slices.Contains(c.OIDC.Scopes, "openid"), "OIDC_SCOPES", "must hold the scope openid")
	p.unless(c.Groups.MaxAge > 0, "GROUPS_MAX_AGE", "must be above zero")
	p.unless(c.Intake.Rate > 0 && !math.IsInf(c.Intake.Rate, 0), "INTAKE_RATE", "must be above zero and finite")
	p.unless(c.Intake.Burst >= 1, "INTAKE_BURST", "must be at least 1")
	p.unless(c.Session.Idle > 0, "SESSION_IDLE", "must be above zero")
	_, file := c.DatabaseURL.SQLitePath()
	p.unless(len(c.Session.Keys) > 0 || file || c.DatabaseURL == "", "SESSION_KEY", "is required with PostgreSQL, the same for all replicas: %s", makeKey)
	p.unless(c.Session.Lifetime >= c.Session.Idle, "SESSION_LIFETIME", "must not be shorter than %sSESSION_IDLE", Prefix)
	p.unless(c.Review.IdleBudget > 0, "REVIEW_IDLE_BUDGET", "must be above zero")
	p.unless(c.Review.Max >= c.Review.IdleBudget, "REVIEW_MAX", "must not be shorter than %sREVIEW_IDLE_BUDGET", Prefix)
	p.unless(c.WatchRate > 0 && !math.IsInf(c.WatchRate, 0), "WATCH_RATE", "must be above zero and finite")
	c.checkQueues(p)
	c.checkWatchAccounts(p)
}

// checkQueues reports names of queues that do not exist.
func (c *Config) checkQueues(p problems) {
	if len(p[Prefix+"QUEUES"]) > 0 {
		return // which queues exist is not known
	}
	check := func(setting, what, name, queue string) {
		if _, ok := c.Queues[queue]; !ok && queue != "" && queue != callbacks.DefaultQueue {
			p.add(Prefix+setting, "%s queue %q, which %sQUEUES does not have", fmt.Sprintf(what, name), queue, Prefix)
		}
	}
	for _, name := range c.Sources.names() {
		for _, queue := range c.Sources[name].Queues {
			check("SOURCES", "source %q may address", name, queue)
		}
	}
	for _, arn := range c.Topics.arns() {
		for _, queue := range c.Topics[arn].Queues {
			check("SNS_TOPICS", "topic %q may address", arn, queue)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Watch)) {
		check("WATCH", "function %q goes to", name, c.Watch[name].Queue)
	}
}

// checkWatchAccounts reports watched functions in accounts that have no role, and lines that stand
// for the same functions.
func (c *Config) checkWatchAccounts(p problems) {
	if len(p[Prefix+"ACCOUNTS"])+len(p[Prefix+"WATCH"]) > 0 {
		return // the accounts that exist or are meant are not known
	}
	type place struct{ account, region string }
	every := map[place]string{}
	watches := c.Watch.withDefaults(c.Lambda.Region, c.Accounts)
	for _, name := range slices.Sorted(maps.Keys(watches)) {
		w := watches[name]
		if _, known := c.Accounts[w.Account]; w.Account != "" && !known {
			p.add(Prefix+"WATCH", "function %q is in account %s, which %sACCOUNTS does not have", name, w.Account, Prefix)
		}
		if !Every(name) {
			continue
		}
		at := place{w.Account, w.Region}
		if other, twice := every[at]; twice {
			p.add(Prefix+"WATCH", "%q and %q stand for the same functions", other, name)
		}
		every[at] = name
	}
}
