package config

import (
	"math"
	"slices"
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
	p.unless(len(c.Session.Keys) > 0 || file || c.DatabaseURL == "", "SESSION_KEY", sessionKeyNeeded+", the same for all replicas: %s", makeKey)
	p.unless(c.Session.Lifetime >= c.Session.Idle, "SESSION_LIFETIME", "must not be shorter than %sSESSION_IDLE", Prefix)
	p.unless(c.Review.IdleBudget > 0, "REVIEW_IDLE_BUDGET", "must be above zero")
	p.unless(c.Review.Max >= c.Review.IdleBudget, "REVIEW_MAX", "must not be shorter than %sREVIEW_IDLE_BUDGET", Prefix)
	p.unless(c.WatchRate > 0 && !math.IsInf(c.WatchRate, 0), "WATCH_RATE", "must be above zero and finite")
}
