package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/cmd/internal/deskprocess"
	"countersign/cmd/internal/postgres"
	"countersign/internal/standin/oidc"
)

const (
	client = "countersign"
	source = "chaos"
	// answerTimeout is how long a reviewer waits for a page.
	answerTimeout = time.Minute
)

// people are the reviewers.
var people = []oidc.User{
	{Subject: "mara", Name: "Mara Okafor", Email: "mara.okafor@harborline.example", Groups: []string{"approvers"}},
	{Subject: "dana", Name: "Dana Fischer", Email: "dana.fischer@harborline.example", Groups: []string{"approvers"}},
	{Subject: "ines", Name: "Ines Calloway", Email: "ines.calloway@harborline.example", Groups: []string{"approvers"}},
	{Subject: "tomo", Name: "Tomo Aizawa", Email: "tomo.aizawa@harborline.example", Groups: []string{"approvers"}},
}

// seconds are who can give the second signature in the queue of groups: Lena as a lead, Noor in her
// right, and Uwe once the request was escalated to him.
var seconds = []oidc.User{
	{Subject: "lena", Name: "Lena Marsh", Email: "lena.marsh@harborline.example", Groups: []string{"leads"}},
	{Subject: "noor", Name: "Noor Haddad", Email: "noor.haddad@harborline.example"},
	{Subject: "uwe", Name: "Uwe Lindt", Email: "uwe.lindt@harborline.example", Groups: []string{"night"}},
}

// setting says what a world consists of.
type setting struct {
	name      string
	folder    string // of the replicas' logs; created by the world
	binary    string
	processes int
	database  string           // URL
	server    *postgres.Server // the server to restart; nil if there are no restarts
	progress  io.Writer
}

// world is what one column of the report describes.
type world struct {
	plan
	setting
	lambda   *lambdaSide
	channels *channels
	provider *http.Server
	issuer   string // of the provider
	replicas []*replica
	token    string
	key      string                  // for sessions, in base64
	sessions map[string]*http.Cookie // by subject
	browser  *http.Client
	answered chan struct{} // one entry for each decision that has come to its end
	traps    *traps
	outages  outages

	// closed when all decisions have been made, except on callbacks that are kept alive
	othersDone chan struct{}
}

// happen creates a world, runs it, and compares the records.
func happen(ctx context.Context, p plan, s setting) (column, error) {
	w := &world{
		plan: p, setting: s, token: rand.Text() + rand.Text(), key: deskprocess.NewKey(), sessions: map[string]*http.Cookie{},
		browser: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: p.atOnce},
			Timeout:       answerTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		answered: make(chan struct{}, p.decisions), othersDone: make(chan struct{}),
	}
	defer w.browser.CloseIdleConnections()
	c, err := w.unfold(ctx)
	if err != nil {
		return column{}, fmt.Errorf("%s: %w", s.name, err)
	}
	return c, nil
}

// unfold runs a world, from its start to the comparison of its records.
func (w *world) unfold(ctx context.Context) (_ column, err error) {
	began := time.Now()
	if err := os.Mkdir(w.folder, 0o700); err != nil {
		return column{}, err
	}
	if w.lambda, err = startLambda(ctx); err != nil {
		return column{}, err
	}
	defer w.lambda.close()
	w.lambda.engine.SetDialect(w.closed, w.random(randomDialects))
	w.traps = newTraps(ctx, w.plan, w.random(randomPoints))
	err = w.startChannels(ctx)
	defer w.channels.close()
	if err != nil {
		return column{}, err
	}
	defer w.stop()
	if err := w.open(ctx); err != nil {
		return column{}, err
	}
	all, suffered, err := w.torment(ctx)
	if err != nil {
		return column{}, err
	}
	w.say("everybody has an answer, deliveries settle")
	left, err := w.settle(ctx)
	if err != nil {
		return column{}, err
	}
	w.stop() // so that nobody writes any more
	evidence, err := w.collect(ctx, all)
	if err != nil {
		return column{}, err
	}
	took := time.Since(began)
	w.say("took %s; %d deliveries are still due", took.Round(time.Second), left)
	return column{name: w.name, tally: judge(evidence), suffered: suffered, heartbeats: w.lambda.heartbeats(&w.outages), took: took}, nil
}

func (w *world) say(format string, args ...any) {
	fmt.Fprintf(w.progress, w.name+": "+format+"\n", args...)
}

// open starts the replicas and signs all reviewers in.
func (w *world) open(ctx context.Context) error {
	addresses := make([]string, w.processes)
	for i := range addresses {
		var err error
		if addresses[i], err = deskprocess.FreeAddress(ctx); err != nil {
			return err
		}
	}
	home, secret := "http://"+addresses[0], rand.Text()
	issuer, provider, err := deskprocess.StartProvider(ctx, home, client, secret, slices.Concat(people, seconds))
	if err != nil {
		return err
	}
	w.provider, w.issuer = provider, issuer
	if err := os.WriteFile(w.deskPath(), []byte(deskFile+groupFile()+w.channels.channelFile()), 0o600); err != nil {
		return err
	}
	for i, address := range addresses {
		r := &replica{
			url: "http://" + address, log: filepath.Join(w.folder, fmt.Sprintf("replica-%d.log", i)), binary: w.binary, outages: &w.outages,
		}
		lambda, err := w.lambda.forDesk(ctx, func(engine http.Handler) http.Handler { return w.traps.around(r, engine) })
		if err != nil {
			return err
		}
		r.environment = append(w.environment(address, home, issuer, secret, lambda), w.channels.environment(i)...)
		w.replicas = append(w.replicas, r)
		if err := r.start(ctx); err != nil {
			return err
		}
	}
	for _, p := range slices.Concat(people, seconds) {
		if w.sessions[p.Subject], err = deskprocess.SignIn(ctx, home, p.Subject, nil); err != nil {
			return err
		}
	}
	if err := w.subscribe(ctx, people[:2]); err != nil {
		return err
	}
	return w.delegate(ctx)
}

// delegate lets Noor act for Lena, with the form of Lena's settings.
func (w *world) delegate(ctx context.Context) error {
	today := time.Now().UTC()
	a, err := w.postAs(ctx, w.replicas[0].url+"/settings/delegations", seconds[0], url.Values{
		"who": {seconds[1].Email}, "queue": {groups},
		"since": {today.Format(time.DateOnly)}, "until": {today.AddDate(0, 0, 1).Format(time.DateOnly)},
	})
	if err == nil && a.status != http.StatusSeeOther {
		err = fmt.Errorf("the delegation is answered with %d: %s", a.status, a.body)
	}
	return err
}

// deskFile is the countersign.yaml of the replicas. The first queue sends heartbeats without a
// browser.
const deskFile = `
roles: {reviewers: [approvers, leads, night]}
queues:
  default: {keepAlive: queued}
  ` + unattended + `: {groups: [approvers]}
  ` + pairs + `: {groups: [approvers], keepAlive: queued, rules: [{name: two people, signatures: [{for: 2}]}]}
  ` + groups + `:
    groups: [approvers, leads]
    keepAlive: queued
    rules:
      - name: two groups
        signatures: [{from: [approvers], for: 1}, {from: [leads], for: 1}]
        escalate: {at: 1%, to: [night]}
sources:
  ` + source + `: {tokens: [{env: CHAOS_TOKEN}]}
`

func (w *world) deskPath() string { return filepath.Join(w.folder, "countersign.yaml") }

// environment returns the environment of a replica. Browsers use the first replica's address as
// that of the desk.
func (w *world) environment(address, home, issuer, secret, lambda string) []string {
	return []string{
		"COUNTERSIGN_ADDR=" + address,
		"COUNTERSIGN_BASE_URL=" + home,
		"COUNTERSIGN_DATABASE_URL=" + w.database,
		"COUNTERSIGN_SESSION_KEY=" + w.key,
		"COUNTERSIGN_OIDC_ISSUER=" + issuer,
		"COUNTERSIGN_OIDC_CLIENT_ID=" + client,
		"COUNTERSIGN_OIDC_CLIENT_SECRET=" + secret,
		"COUNTERSIGN_CONFIG_FILE=" + w.deskPath(), "CHAOS_TOKEN=" + w.token,
		// the limits are not under test
		"COUNTERSIGN_INTAKE_RATE=1000000", "COUNTERSIGN_INTAKE_BURST=1000000", "COUNTERSIGN_WATCH_RATE=1000",
		"COUNTERSIGN_LAMBDA_REGION=" + region,
		"COUNTERSIGN_LAMBDA_ENDPOINT=" + lambda,
		"AWS_ACCESS_KEY_ID=chaos", "AWS_SECRET_ACCESS_KEY=chaos", "AWS_EC2_METADATA_DISABLED=true",
	}
}

// stop stops whatever still runs. It may be called again.
func (w *world) stop() {
	for _, r := range w.replicas {
		if r.process != nil {
			r.process.Stop()
		}
	}
	if w.provider != nil {
		_ = w.provider.Close()
	}
}

// random returns a random sequence of its own for each purpose, so that one purpose does not change
// the sequence of another.
func (w *world) random(purpose uint64) *mathrand.Rand {
	return mathrand.New(mathrand.NewPCG(w.seed, purpose))
}

// Purposes of random sequences. Those of decisions are their numbers.
const (
	randomFaults = 1<<32 + iota
	randomBlows
	randomPoints
	randomDialects
	randomChannels
)

// torment makes all decisions while faults of every kind happen.
func (w *world) torment(ctx context.Context) ([]*decision, suffering, error) {
	w.say("%d decisions, %d in one go, and %d that heartbeats keep alive meanwhile", w.decisions, w.inBatch, w.kept)
	w.lambda.misbehave(w.random(randomFaults))
	w.channels.misbehave(w.random(randomChannels))
	blows := w.draw()
	all := make([]*decision, w.decisions+w.kept+w.inBatch)
	one := all[:w.decisions+w.kept] // by one
	group, under := errgroup.WithContext(ctx)
	group.Go(func() error { return w.strike(under, blows) })
	for n := w.decisions; n < len(one); n++ {
		group.Go(func() error { return w.take(under, one, n) })
	}
	group.Go(func() error { return w.decideTogether(under, all[len(one):], len(one)) })
	group.Go(func() error {
		defer close(w.othersDone)
		return w.work(under, all[:w.decisions])
	})
	err := group.Wait()
	w.traps.last(ctx)
	w.lambda.behave()
	w.channels.misbehave(nil)
	suffered := sufferingOf(blows)
	var failed error
	suffered.atPoints, failed = w.traps.clear()
	return all, suffered, errors.Join(err, failed)
}

// work makes decisions, several at the same time.
func (w *world) work(ctx context.Context, all []*decision) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.atOnce)
	for n := range all {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := w.take(ctx, all, n); err != nil {
				return err
			}
			w.answered <- struct{}{}
			return nil
		})
	}
	return group.Wait()
}

// take makes the decision with the given number.
func (w *world) take(ctx context.Context, all []*decision, n int) error {
	all[n] = w.newDecision(n)
	if err := w.live(ctx, all[n]); err != nil {
		return fmt.Errorf("decision %d: %w", n, err)
	}
	return nil
}
