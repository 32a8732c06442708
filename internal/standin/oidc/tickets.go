package oidc

import (
	"crypto/rand"
	"maps"
	"time"
)

// The lifetimes of what the provider issues.
const (
	codeLifetime    = time.Minute
	accessLifetime  = 5 * time.Minute
	refreshLifetime = 24 * time.Hour
)

// grant is what a person allowed a client.
type grant struct {
	client      string
	redirectURI string
	subject     string
	nonce       string
	challenge   string // PKCE
	offline     bool   // refresh tokens were asked for
	ends        time.Time
}

// tickets are random strings that stand for grants: codes, access tokens, refresh tokens.
type tickets map[string]grant

// issue makes a ticket, and forgets expired ones.
func (t tickets) issue(g grant, now time.Time, lifetime time.Duration) string {
	maps.DeleteFunc(t, func(_ string, old grant) bool { return !now.Before(old.ends) })
	g.ends = now.Add(lifetime)
	ticket := rand.Text()
	t[ticket] = g
	return ticket
}

// use returns the grant that a ticket stands for, unless it has expired.
func (t tickets) use(ticket string, now time.Time) (grant, bool) {
	g, ok := t[ticket]
	return g, ok && now.Before(g.ends)
}

// spend is use for a ticket that is valid only once.
func (t tickets) spend(ticket string, now time.Time) (grant, bool) {
	g, ok := t.use(ticket, now)
	delete(t, ticket)
	return g, ok
}
