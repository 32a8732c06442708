package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"countersign/cmd/internal/deskprocess"
	"countersign/internal/callbacks"
	"countersign/internal/devidp"
)

const (
	deskClient = "desk"
	sourceName = "bench"
)

// queues are the desk's; the reviewer sees three of the four.
const queueSettings = `{
	"default": {"groups": ["approvers"]},
	"finance": {"groups": ["approvers"]},
	"support": {"groups": ["approvers"]},
	"privacy": {"groups": ["privacy-desk"]}
}`

var queueNames = []string{"default", "finance", "support", "privacy"}

// reviewer is who looks and decides.
var reviewer = callbacks.Person{Subject: "mara", Name: "Mara Okafor", Email: "mara.okafor@harborline.example", Groups: []string{"approvers"}}

// desk is the program under test, with an OpenID provider of its own.
type desk struct {
	*process
	url      string
	secret   string // of webhooks
	took     time.Duration
	provider *http.Server
}

// startDesk starts the desk on a database file and waits until it is ready. Stop it.
func (b *bench) startDesk(ctx context.Context, database string) (*desk, error) {
	address, err := deskprocess.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	d := &desk{url: "http://" + address, secret: newSecret()}
	clientSecret := rand.Text()
	people := []devidp.User{{Subject: reviewer.Subject, Name: reviewer.Name, Email: reviewer.Email, Groups: reviewer.Groups}}
	var issuer string
	issuer, d.provider, err = deskprocess.StartProvider(ctx, d.url, deskClient, clientSecret, people)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(b.folder, "desk-")
	if err != nil {
		return nil, err
	}
	began := time.Now()
	started, err := deskprocess.Start(ctx, filepath.Join(folder, "log"), nil, []string{
		"COUNTERSIGN_ADDR=" + address,
		"COUNTERSIGN_BASE_URL=" + d.url,
		"COUNTERSIGN_DATABASE_URL=sqlite://" + filepath.ToSlash(database),
		"COUNTERSIGN_OIDC_ISSUER=" + issuer,
		"COUNTERSIGN_OIDC_CLIENT_ID=" + deskClient,
		"COUNTERSIGN_OIDC_CLIENT_SECRET=" + clientSecret,
		"COUNTERSIGN_ROLE_REVIEWER_GROUPS=approvers",
		"COUNTERSIGN_QUEUES=" + queueSettings,
		fmt.Sprintf("COUNTERSIGN_SOURCES={%q: {\"secrets\": [%q]}}", sourceName, d.secret),
		"COUNTERSIGN_INTAKE_RATE=1000000", "COUNTERSIGN_INTAKE_BURST=1000000", "COUNTERSIGN_WATCH_RATE=1000000", // the limits are not what is measured
		"COUNTERSIGN_LAMBDA_REGION=eu-central-1",
		"COUNTERSIGN_LAMBDA_ENDPOINT=" + b.lambda.url,
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
	}, b.binary, "serve")
	if err != nil {
		_ = d.provider.Close()
		return nil, err
	}
	d.process = &process{Process: started, address: address}
	if err := d.Ready(ctx, d.url); err != nil {
		d.stop()
		return nil, err
	}
	d.took = time.Since(began)
	return d, nil
}

// newSecret is a secret of Standard Webhooks.
func newSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// signIn signs the reviewer in.
func (d *desk) signIn(ctx context.Context) (*http.Cookie, error) {
	return deskprocess.SignIn(ctx, d.url, reviewer.Subject)
}

// stop stops the desk and its provider.
func (d *desk) stop() {
	d.Stop()
	_ = d.provider.Close()
}
