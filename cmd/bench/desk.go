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

	"countersign/cmd/internal/deskprocess"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/standin/oidc"
)

const (
	deskClient = "desk"
	sourceName = "bench"
)

// deskFile is the countersign.yaml of the desk; the reviewer sees three of the four queues.
const deskFile = `
roles: {reviewers: [approvers]}
queues:
  default: {groups: [approvers]}
  finance: {groups: [approvers]}
  support: {groups: [approvers]}
  privacy: {groups: [privacy-desk]}
sources:
  ` + sourceName + `: {secrets: [{env: BENCH_SECRET}]}
`

var queueNames = []string{"default", "finance", "support", "privacy"}

// reviewer is the person who reads and decides.
var reviewer = callbacks.Person{Subject: "mara", Name: "Mara Okafor", Email: "mara.okafor@harborline.example", Groups: []string{"approvers"}}

// program is the program under test, with an OpenID provider of its own.
type program struct {
	*process
	url          string // the URL that browsers and the provider use
	secret       string // of webhooks
	issuer       string
	clientSecret string
	sessionKey   string        // in base64
	took         time.Duration // from the start of the last process until it was ready
	provider     *http.Server
	replicas     []*process // the processes besides the first one, behind the same URL
}

// seenKeys are those of the desk, whose pages name with them what they show.
func (d *program) seenKeys() desk.SeenKeys {
	key, err := base64.StdEncoding.DecodeString(d.sessionKey)
	if err != nil {
		panic(err)
	}
	return desk.NewSeenKeys([][]byte{key})
}

// startDesk starts the desk on a database file and waits until it is ready. The caller must call
// stop.
func (b *bench) startDesk(ctx context.Context, file string) (*program, error) {
	return b.startReplicas(ctx, "sqlite://"+filepath.ToSlash(file), 1)
}

// startReplicas starts the given number of processes of the desk on one database, by its URL. The
// caller must call stop.
func (b *bench) startReplicas(ctx context.Context, database string, count int) (*program, error) {
	addresses := make([]string, count)
	for i := range addresses {
		var err error
		if addresses[i], err = deskprocess.FreeAddress(ctx); err != nil {
			return nil, err
		}
	}
	d := &program{url: "http://" + addresses[0], secret: newSecret(), clientSecret: rand.Text(), sessionKey: deskprocess.NewKey()}
	people := []oidc.User{{Subject: reviewer.Subject, Name: reviewer.Name, Email: reviewer.Email, Groups: reviewer.Groups}}
	for n := range b.colleagues() {
		people = append(people, oidc.User{Subject: colleague(n), Name: colleague(n), Groups: reviewer.Groups})
	}
	var err error
	if d.issuer, d.provider, err = deskprocess.StartProvider(ctx, d.url, deskClient, d.clientSecret, people); err != nil {
		return nil, err
	}
	for _, address := range addresses {
		if err := b.startReplica(ctx, d, database, address); err != nil {
			d.stop()
			return nil, err
		}
	}
	return d, nil
}

// startReplica adds a process to a desk and waits until it is ready.
func (b *bench) startReplica(ctx context.Context, d *program, database, address string) error {
	folder, err := os.MkdirTemp(b.folder, "desk-")
	if err != nil {
		return err
	}
	configured := filepath.Join(folder, "countersign.yaml")
	if err := os.WriteFile(configured, []byte(deskFile), 0o600); err != nil {
		return err
	}
	began := time.Now()
	started, err := deskprocess.Start(ctx, filepath.Join(folder, "log"), nil, []string{
		"COUNTERSIGN_ADDR=" + address,
		"COUNTERSIGN_BASE_URL=" + d.url,
		"COUNTERSIGN_DATABASE_URL=" + database,
		"COUNTERSIGN_SESSION_KEY=" + d.sessionKey,
		"COUNTERSIGN_OIDC_ISSUER=" + d.issuer,
		"COUNTERSIGN_OIDC_CLIENT_ID=" + deskClient,
		"COUNTERSIGN_OIDC_CLIENT_SECRET=" + d.clientSecret,
		"COUNTERSIGN_CONFIG_FILE=" + configured, "BENCH_SECRET=" + d.secret,
		// the limits are not part of the measurement
		"COUNTERSIGN_INTAKE_RATE=1000000", "COUNTERSIGN_INTAKE_BURST=1000000", "COUNTERSIGN_WATCH_RATE=1000000",
		"COUNTERSIGN_LAMBDA_REGION=eu-central-1",
		"COUNTERSIGN_LAMBDA_ENDPOINT=" + b.lambda.URL,
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
	}, b.binary, "serve")
	if err != nil {
		return err
	}
	p := &process{Process: started, address: address}
	if d.process == nil {
		d.process = p
	} else {
		d.replicas = append(d.replicas, p)
	}
	if err := p.Ready(ctx, "http://"+address); err != nil {
		return err
	}
	d.took = time.Since(began)
	return nil
}

// beside returns the addresses of the replicas besides the first one.
func (d *program) beside() []string {
	var addresses []string
	for _, p := range d.replicas {
		addresses = append(addresses, p.address)
	}
	return addresses
}

// newSecret returns a secret for Standard Webhooks.
func newSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// signIn signs the reviewer in.
func (d *program) signIn(ctx context.Context) (*http.Cookie, error) {
	return deskprocess.SignIn(ctx, d.url, reviewer.Subject, nil)
}

// stop stops all processes of the desk, and its provider.
func (d *program) stop() {
	for _, p := range d.replicas {
		p.Stop()
	}
	if d.process != nil {
		d.Stop()
	}
	_ = d.provider.Close()
}

// streamsEach is how many streams a colleague of the reviewer has open in a process. The desk lets
// each person have 32.
const streamsEach = 30

// colleaguesFor is how many colleagues so many streams in a process need.
func colleaguesFor(streams int) int { return (streams + streamsEach - 1) / streamsEach }

// colleagues is how many there are at the provider.
func (b *bench) colleagues() int { return max(colleaguesFor(b.streams), signers-1) }

func colleague(n int) string { return fmt.Sprintf("colleague-%d", n) }

// signInColleague signs a colleague in, each from an address of their own on loopback, because the
// desk bounds the sign-ins of an address.
func (d *program) signInColleague(ctx context.Context, n int) (*http.Cookie, error) {
	from := &net.TCPAddr{IP: net.IPv4(127, 1, byte(n>>8), byte(n))}
	return deskprocess.SignIn(ctx, d.url, colleague(n), from)
}
