package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/devidp"
)

const (
	// readyTimeout is how long a desk may take to start; readyPoll how often it is asked.
	readyTimeout = 30 * time.Second
	readyPoll    = time.Millisecond

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
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	d := &desk{url: "http://" + address, secret: newSecret()}
	clientSecret := rand.Text()
	issuer, err := d.startProvider(ctx, clientSecret)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(b.folder, "desk-")
	if err != nil {
		return nil, err
	}
	began := time.Now()
	d.process, err = startProcess(ctx, filepath.Join(folder, "log"), nil, []string{
		"COUNTERSIGN_ADDR=" + address,
		"COUNTERSIGN_BASE_URL=" + d.url,
		"COUNTERSIGN_DATABASE_URL=sqlite://" + filepath.ToSlash(database),
		"COUNTERSIGN_OIDC_ISSUER=" + issuer,
		"COUNTERSIGN_OIDC_CLIENT_ID=" + deskClient,
		"COUNTERSIGN_OIDC_CLIENT_SECRET=" + clientSecret,
		"COUNTERSIGN_ROLE_REVIEWER_GROUPS=approvers",
		"COUNTERSIGN_QUEUES=" + queueSettings,
		fmt.Sprintf("COUNTERSIGN_SOURCES={%q: {\"secrets\": [%q]}}", sourceName, d.secret),
		"COUNTERSIGN_INTAKE_RATE=1000000", "COUNTERSIGN_INTAKE_BURST=1000000", // the limit is not what is measured
		"COUNTERSIGN_LAMBDA_REGION=eu-central-1",
		"COUNTERSIGN_LAMBDA_ENDPOINT=" + b.lambda.url,
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
	}, b.binary, "serve")
	if err != nil {
		_ = d.provider.Close()
		return nil, err
	}
	d.address = address
	if err := d.ready(ctx); err != nil {
		d.stop()
		return nil, err
	}
	d.took = time.Since(began)
	return d, nil
}

// freeAddress is an address that was free a moment ago: the desk has to know its own before it listens.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// newSecret is a secret of Standard Webhooks.
func newSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// startProvider serves an OpenID provider whose address is its issuer.
func (d *desk) startProvider(ctx context.Context, clientSecret string) (issuer string, err error) {
	var provider http.Handler
	made := make(chan struct{})
	issuer, d.provider, err = serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-made // its address is known only after it listens
		provider.ServeHTTP(w, r)
	}))
	if err != nil {
		return "", err
	}
	p, err := devidp.New(issuer, []devidp.Client{{
		ID: deskClient, Secret: clientSecret, RedirectURIs: []string{d.url + "/auth/callback"}, SignedOutURIs: []string{d.url + "/signin"},
	}}, []devidp.User{{Subject: reviewer.Subject, Name: reviewer.Name, Email: reviewer.Email, Groups: reviewer.Groups}}, time.Now)
	if err != nil {
		_ = d.provider.Close()
		return "", err
	}
	provider = p.Handler()
	close(made)
	return issuer, nil
}

// ready waits until the desk says that it is.
func (d *desk) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		if isReady(ctx, client, d.url) {
			return nil
		}
		select {
		case <-tick.C:
		case <-d.ended:
			return d.died("the desk ended")
		case <-ctx.Done():
			return d.died("the desk is not ready")
		}
	}
}

func isReady(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false // nobody listens yet
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// stop stops the desk and its provider.
func (d *desk) stop() {
	d.process.stop()
	_ = d.provider.Close()
}
