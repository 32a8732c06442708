package oidc

import (
	"crypto/rand"
	"maps"
	"time"
)

// How long what the provider hands out is good for.
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

// issue makes a ticket, and forgets those that have ended.
func (t tickets) issue(g grant, now time.Time, lifetime time.Duration) string {
	maps.DeleteFunc(t, func(_ string, old grant) bool { return !now.Before(old.ends) })
	g.ends = now.Add(lifetime)
	ticket := rand.Text()
	t[ticket] = g
	return ticket
}

// use returns what a ticket stands for, if it has not ended.
func (t tickets) use(ticket string, now time.Time) (grant, bool) {
	g, ok := t[ticket]
	return g, ok && now.Before(g.ends)
}

// spend is use, once.
func (t tickets) spend(ticket string, now time.Time) (grant, bool) {
	g, ok := t.use(ticket, now)
	delete(t, ticket)
	return g, ok
}
