package main

import (
	"context"
	"countersign/internal/schema"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
	"countersign/internal/callbacks"
	"countersign/internal/condition"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/desk"
	"countersign/internal/live"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/oidc"
)

// patience is how long a test waits for what must come. Only a test that fails waits so long.
const patience = 30 * time.Second

func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case v := <-from:
		return v
	case <-limit.C:
		t.Fatalf("waited %v for %s", patience, what)
		panic("unreachable")
	}
}

// awaitEnd waits until a channel is closed, whatever else it receives.
func awaitEnd[T any](t *testing.T, from <-chan T, what string) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		select {
		case _, more := <-from:
			if !more {
				return
			}
		case <-limit.C:
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// Names and secrets of a rig.
const (
	rigRegion   = "eu-central-1"
	rigFunction = "expense-approval"
	rigSource   = "harborline"
	rigClient   = "countersign"
	rigSecret   = "the client secret of these tests"
	// rigSessionKey encrypts sessions, in base64.
	rigSessionKey = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlLi4="
	rigToken      = "the-bearer-token-of-these-tests-is-long-enough"
)

// rigSeenKeys are those of a rig's desks.
var rigSeenKeys = desk.NewSeenKeys([][]byte{[]byte("sixteen bytes and sixteen more..")})

// The countersign.yaml of tests: the shortest that is right, and that of a rig.
const (
	smallDesk = "roles: {reviewers: [approvers]}\n"
	rigDesk   = "roles: {reviewers: [approvers], admins: [platform-team]}\n" +
		"sources: {" + rigSource + ": {tokens: [{file: token}]}}\n"
)

// deskFile writes a countersign.yaml beside the token of the rig's source, and returns its path.
func deskFile(t *testing.T, text string) string {
	t.Helper()
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "token"), rigToken)
	return writeFile(t, filepath.Join(folder, "countersign.yaml"), text)
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rigCredentials are accepted by the local Lambda, as any others are.
var rigCredentials = credentials.NewStaticCredentialsProvider("local", "local", "")

var (
	mara, dana = person("mara", "Mara Okafor", "approvers"), person("dana", "Dana Fischer", "approvers")
	// reviewers are everybody who may sign in.
	reviewers = []oidc.User{
		mara, dana, person("ines", "Ines Calloway", "approvers"), person("tomo", "Tomo Aizawa", "approvers"),
		person("lena", "Lena Brandt", "approvers"), person("omar", "Omar Haddad", "approvers"),
		person("yuki", "Yuki Tanabe", "approvers"), person("piet", "Piet Visser", "approvers"),
	}
)

func person(subject, name string, groups ...string) oidc.User {
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@harborline.example"
	return oidc.User{Subject: subject, Name: name, Email: email, Groups: groups}
}

// rig is what stands around desks: Lambda with a function that asks, and an OpenID provider, each
// over the wire.
type rig struct {
	t       *testing.T
	url     string // of the desk, as browsers and the provider know it
	issuer  string
	engine  *locallambda.Engine
	asked   chan locallambda.Observation // callbacks that were created
	beats   chan locallambda.Observation // heartbeats that arrived
	settled chan locallambda.Observation // callbacks that were closed
}

// newRig makes the surroundings of a desk at an address.
func newRig(t *testing.T, address string) *rig {
	t.Helper()
	r := newAccount(t, "")
	r.url = "http://" + address
	r.startProvider()
	return r
}

// newAccount is the Lambda of an AWS account by itself.
func newAccount(t *testing.T, number string) *rig {
	t.Helper()
	r := &rig{t: t}
	observations := func() chan locallambda.Observation { return make(chan locallambda.Observation, 10_000) }
	r.asked, r.beats, r.settled = observations(), observations(), observations()
	r.engine = locallambda.New(locallambda.Config{Region: rigRegion, AccountID: number, Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() {
		if err := r.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	r.engine.Observe(r.observe)
	r.registerFunction()
	return r
}

func (r *rig) observe(o locallambda.Observation) {
	switch o.Kind {
	case locallambda.CallbackStarted:
		r.asked <- o
	case locallambda.HeartbeatReceived:
		r.beats <- o
	case locallambda.CallbackClosed:
		r.settled <- o
	case locallambda.ExecutionStarted, locallambda.ExecutionEnded, locallambda.InvocationCompleted:
	}
}

// registerFunction makes the engine know a function that creates a callback and waits for it. Its
// input is the heartbeat timeout in seconds.
func (r *rig) registerFunction() {
	client := lambda.New(lambda.Options{Region: rigRegion, BaseEndpoint: aws.String(r.lambda(nil)), Credentials: rigCredentials})
	r.engine.Register(rigFunction, durable.NewHandler(func(ctx durable.Context, heartbeat int) (json.RawMessage, error) {
		options := []durable.CallbackOption{durable.WithCallbackTimeout(time.Hour)}
		if heartbeat > 0 {
			options = append(options, durable.WithCallbackHeartbeatTimeout(time.Duration(heartbeat)*time.Second))
		}
		callback, err := durable.CreateCallback[json.RawMessage](ctx, "approval", options...)
		if err != nil {
			return nil, err
		}
		return callback.Get()
	}, durable.WithClient(client), durable.WithLogger(slog.New(slog.DiscardHandler))), locallambda.FunctionConfig{Version: "1", ExecutionTimeout: time.Hour})
}

// lambda serves the engine with a gate before it, which may be nil, and returns its address.
func (r *rig) lambda(before *gate) string {
	r.t.Helper()
	handler := r.engine.Handler()
	if before != nil {
		handler = before.around(handler)
	}
	server := httptest.NewServer(handler)
	r.t.Cleanup(server.Close)
	if before != nil {
		r.t.Cleanup(before.open) // before the server waits for its requests
	}
	return server.URL
}

func (r *rig) startProvider() {
	r.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	r.issuer = "http://" + server.Listener.Addr().String()
	provider, err := oidc.New(r.issuer, []oidc.Client{{
		ID: rigClient, Secret: rigSecret, RedirectURIs: []string{r.url + "/auth/callback"}, SignedOutURIs: []string{r.url + "/signin"},
	}}, reviewers, time.Now)
	if err != nil {
		r.t.Fatal(err)
	}
	server.Config.Handler = provider.Handler()
	server.Start()
	r.t.Cleanup(server.Close)
}

// settings are the desk's, without their prefix.
func (r *rig) settings(database, lambda string) map[string]string {
	return map[string]string{
		"ADDR": strings.TrimPrefix(r.url, "http://"), "BASE_URL": r.url, "DATABASE_URL": database, "SESSION_KEY": rigSessionKey,
		"OIDC_ISSUER": r.issuer, "OIDC_CLIENT_ID": rigClient, "OIDC_CLIENT_SECRET": rigSecret,
		"CONFIG_FILE": deskFile(r.t, rigDesk), "LAMBDA_REGION": rigRegion, "LAMBDA_ENDPOINT": lambda,
		"INTAKE_RATE": "100000", "INTAKE_BURST": "100000",
	}
}

// ask starts an execution and returns its callback once Lambda has it.
func (r *rig) ask(heartbeat int) locallambda.Observation {
	r.t.Helper()
	if _, err := r.engine.Start(r.t.Context(), rigFunction, "", fmt.Append(nil, heartbeat)); err != nil {
		r.t.Fatal(err)
	}
	return await(r.t, r.asked, "a callback")
}

// gate counts the completions that pass, and may hold them.
type gate struct {
	arrived chan string // callback IDs, when their call comes
	release chan struct{}
	once    sync.Once
}

// newGate makes a gate that is open, or one that holds until it is opened.
func newGate(held bool) *gate {
	g := &gate{arrived: make(chan string, 10_000), release: make(chan struct{})}
	if !held {
		g.open()
	}
	return g
}

func (g *gate) open() { g.once.Do(func() { close(g.release) }) }

func (g *gate) around(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	completion := func(w http.ResponseWriter, r *http.Request) {
		g.arrived <- r.PathValue("id")
		<-g.release
		next.ServeHTTP(w, r)
	}
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/succeed", completion)
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/fail", completion)
	return mux
}

// replica is one of several desks in this process.
type replica struct {
	*program
	url   string
	stop  context.CancelFunc
	ended chan error
}

// replicas starts desks on one database, all at the same time. change may alter the settings and
// options of each.
func replicas(t *testing.T, r *rig, listeners []net.Listener, change func(i int, settings map[string]string, o *deskOptions)) []*replica {
	t.Helper()
	all := make([]*replica, len(listeners))
	database := newDatabase(t)
	var opening sync.WaitGroup
	for i, l := range listeners {
		settings, options := r.settings(database, ""), deskOptions{Credentials: rigCredentials}
		settings["ADDR"] = l.Addr().String()
		change(i, settings, &options)
		opening.Go(func() {
			d, err := openDesk(t.Context(), load(t, settings), slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), options)
			if err != nil {
				t.Errorf("open desk %d: %v", i, err)
				return
			}
			all[i] = &replica{program: d, url: address(l), ended: make(chan error, 1)}
		})
	}
	opening.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for i, one := range all {
		one.start(t, listeners[i])
	}
	return all
}

// openAlone runs the one desk of a rig, until the test ends. Its settings name the database.
func openAlone(t *testing.T, settings map[string]string, o deskOptions) *replica {
	t.Helper()
	l, err := listen(t.Context(), settings["ADDR"])
	if err != nil {
		t.Fatal(err)
	}
	o.Credentials = rigCredentials
	d, err := openDesk(t.Context(), load(t, settings), slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), o)
	if err != nil {
		t.Fatal(err)
	}
	one := &replica{program: d, url: address(l), ended: make(chan error, 1)}
	one.serve(t, l)
	return one
}

// start runs a replica until the test ends, and waits until the others can reach it.
func (one *replica) start(t *testing.T, l net.Listener) {
	t.Helper()
	connected := one.hub.Subscribe(time.Now().Add(time.Hour), func(callbacks.Invalidation) bool { return true })
	defer connected.Close()
	one.serve(t, l)
	await(t, connected.Ready(), "the connection to other replicas")
	if got := connected.Take(); len(got) != 1 || got[0] != live.Everything {
		t.Errorf("pages were told %v", got)
	}
}

// serve runs a replica until the test ends.
func (one *replica) serve(t *testing.T, l net.Listener) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	one.stop = stop
	go func() { one.ended <- one.run(ctx, l); close(one.ended) }()
	t.Cleanup(func() {
		stop()
		if err := <-one.ended; err != nil {
			t.Errorf("a desk ended with %v", err)
		}
		one.close()
	})
}

func load(t *testing.T, settings map[string]string) config.Config {
	t.Helper()
	c, err := config.Load(prefixed(settings), deskfile.ReadFile, condition.Compile, schema.NewCompiler())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// threeAddresses are the listeners of three replicas. Browsers know the first.
func threeAddresses(t *testing.T) []net.Listener {
	t.Helper()
	var all []net.Listener
	for range 3 {
		l, err := listen(t.Context(), "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() }) // closed already where it was served
		all = append(all, l)
	}
	return all
}
