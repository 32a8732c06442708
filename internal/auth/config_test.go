package auth_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*auth.Config)
		want   string // in the error; empty for none
	}{
		"OK":                {func(*auth.Config) {}, ""},
		"Loopback":          {func(c *auth.Config) { c.BaseURL, c.Issuer = "http://127.0.0.1:8080/", "http://localhost:9000/realm" }, ""},
		"PlainBaseURL":      {func(c *auth.Config) { c.BaseURL = "http://countersign.example.com" }, "has to be https"},
		"PlainIssuer":       {func(c *auth.Config) { c.Issuer = "http://login.example.com" }, "has to be https"},
		"BaseURLWithPath":   {func(c *auth.Config) { c.BaseURL = "https://example.com/countersign" }, "give the origin alone"},
		"BaseURLWithUser":   {func(c *auth.Config) { c.BaseURL = "https://u@example.com" }, "give the origin alone"},
		"BaseURLNone":       {func(c *auth.Config) { c.BaseURL = "" }, "not an absolute URL"},
		"IssuerNone":        {func(c *auth.Config) { c.Issuer = "" }, "not an absolute URL"},
		"IssuerNotURL":      {func(c *auth.Config) { c.Issuer = "https://%zz" }, "not an absolute URL"},
		"ClientIDNone":      {func(c *auth.Config) { c.ClientID = "" }, "needs a client ID"},
		"StoreNone":         {func(c *auth.Config) { c.Store = nil }, "needs a session store"},
		"KeyNone":           {func(c *auth.Config) { c.SessionKeys = nil }, "needs a key"},
		"KeyShort":          {func(c *auth.Config) { c.SessionKeys = append(c.SessionKeys, make([]byte, 16)) }, "key 2 has 16 bytes"},
		"RecordNone":        {func(c *auth.Config) { c.Record = nil }, "needs an audit record"},
		"PeopleNone":        {func(c *auth.Config) { c.People = nil }, "needs a store of people"},
		"IdleNegative":      {func(c *auth.Config) { c.SessionIdle = -1 }, "cannot be negative"},
		"LifetimeNegative":  {func(c *auth.Config) { c.SessionLifetime = -time.Hour }, "cannot be negative"},
		"RenewalNegative":   {func(c *auth.Config) { c.RenewAfter = -time.Hour }, "cannot be negative"},
		"EveryFaultIsNamed": {func(c *auth.Config) { c.ClientID, c.Issuer = "", "" }, "client ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := auth.Config{
				Issuer: "https://login.example.com", ClientID: "countersign", BaseURL: "https://countersign.example.com",
				Store: newStore(t), SessionKeys: [][]byte{make([]byte, 32)},
				Record: func(context.Context, callbacks.AuditEntry) error { return nil },
				People: &rig{},
			}
			c.change(&cfg)
			_, err := auth.New(cfg)
			if c.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}
