package e2e_test

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/oidc"
)

// Names of a world's one region, client and sender.
const (
	region       = "eu-central-1"
	clientID     = "countersign"
	clientSecret = "a client secret of these tests"
	source       = "harborline"

	// deskText is the one setting of a world that is no variable: the text of countersign.yaml.
	deskText = "countersign.yaml"
	deskFile = `
roles: {reviewers: [approvers], admins: [platform-team], auditors: [audit]}
queues:
  finance: {groups: [finance-approvers], fourEyes: true}
  releases: {groups: [release-managers]}
sources:
  ` + source + `: {secrets: [{file: webhook-secret}]}
`

	// trusted is the one variable of a world that is not the desk's own: a file of authorities.
	trusted = "SSL_CERT_FILE"
)

// world is a desk and everything around it, each part behind its own address on loopback.
type world struct {
	url       string // of the desk
	desk      *desk
	settings  map[string]string // of the desk, without their prefix
	secret    string            // of the desk's webhooks
	engine    *locallambda.Engine
	lambda    *lambda.Client
	sender    *demo.Desk                       // by which functions ask the desk
	seen      *record[locallambda.Observation] // by the engine
	asked     *record[asked]
	provider  *oidc.Provider
	noSignIns atomic.Bool // the provider hangs up
	// the provider answers browsers without a page, so that they stay where they are
	noPages atomic.Bool
}

// newWorld starts a world. Changes are made to the desk's settings before it starts.
func newWorld(t *testing.T, changes ...func(settings map[string]string)) *world {
	t.Helper()
	return newWorldAt(t, "http://"+freeAddress(t), changes...)
}

// newWorldAt is newWorld with a desk that people and functions reach at a given address: its own,
// unless a change moves it.
func newWorldAt(t *testing.T, url string, changes ...func(settings map[string]string)) *world {
	t.Helper()
	w := &world{url: url, seen: newRecord[locallambda.Observation](), asked: newRecord[asked]()}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	w.secret = "whsec_" + base64.StdEncoding.EncodeToString(key)
	var err error
	if w.sender, err = demo.NewDesk(w.url+"/webhooks/callbacks", w.secret, time.Now); err != nil {
		t.Fatal(err)
	}
	lambdaURL := w.startLambda(t)
	issuer := w.startProvider(t)
	w.settings = map[string]string{
		"ADDR":               strings.TrimPrefix(w.url, "http://"),
		"BASE_URL":           w.url,
		"DATABASE_URL":       sqlstoretest.NewDatabase(t),
		"OIDC_ISSUER":        issuer,
		"OIDC_CLIENT_ID":     clientID,
		"OIDC_CLIENT_SECRET": clientSecret,
		"OIDC_PROVIDER_NAME": "Harborline SSO",
		deskText:             deskFile,
		"LAMBDA_REGION":      region,
		"LAMBDA_ENDPOINT":    lambdaURL,
		"SUPPORT_CONTACT":    "the platform team",
	}
	for _, change := range changes {
		change(w.settings)
	}
	w.writeDesk(t)
	w.start(t)
	return w
}

// writeDesk writes the file that says what the desk is for.
func (w *world) writeDesk(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	w.settings["CONFIG_FILE"] = filepath.Join(folder, "countersign.yaml")
	for name, text := range map[string]string{"countersign.yaml": w.settings[deskText], "webhook-secret": w.secret} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	delete(w.settings, deskText)
}

// start starts the desk, for the first time or again after [desk.kill].
func (w *world) start(t *testing.T) {
	t.Helper()
	environment := []string{
		"GORACE=atexit_sleep_ms=0", // all its goroutines have ended when it exits
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_EC2_METADATA_DISABLED=true",
	}
	for name, value := range w.settings {
		if name != trusted {
			name = "COUNTERSIGN_" + name
		}
		environment = append(environment, name+"="+value)
	}
	w.desk = startDesk(t, environment)
}

// startLambda runs the engine with the function that asks, and notes what it sees.
func (w *world) startLambda(t *testing.T) (url string) {
	w.engine = locallambda.New(locallambda.Config{Region: region, Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() {
		if err := w.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	w.engine.Observe(w.seen.add)
	server := httptest.NewServer(w.engine.Handler())
	t.Cleanup(server.Close)
	w.lambda = lambda.New(lambda.Options{
		Region: region, BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	w.register(function)
	return server.URL
}

// startProvider runs the OpenID provider, which hangs up on everybody while noSignIns is set, and
// shows nobody its page while noPages is.
func (w *world) startProvider(t *testing.T) (issuer string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	issuer = "http://" + server.Listener.Addr().String()
	var err error
	w.provider, err = oidc.New(issuer, []oidc.Client{{
		ID: clientID, Secret: clientSecret, RedirectURIs: []string{w.url + "/auth/callback"}, SignedOutURIs: []string{w.url + "/signin"},
	}}, people, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	pages := w.provider.Handler()
	server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.noSignIns.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.URL.Path == "/authorize" && w.noPages.Load() {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		pages.ServeHTTP(rw, r)
	})
	server.Start()
	t.Cleanup(server.Close)
	return issuer
}

// freeAddress finds an address for the desk, which has to be known before it starts: the provider
// redirects to it. The ports are below those that the kernel gives to clients, so that nobody takes
// it meanwhile.
func freeAddress(t *testing.T) string {
	t.Helper()
	const lowest, ports = 20000, 12000
	for range 50 {
		n, err := rand.Int(rand.Reader, big.NewInt(ports))
		if err != nil {
			t.Fatal(err)
		}
		address := net.JoinHostPort("127.0.0.1", strconv.FormatInt(lowest+n.Int64(), 10))
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("50 ports and none is free")
	return ""
}

// await waits until the engine sees something of a kind in an execution.
func (w *world) await(t *testing.T, kind locallambda.ObservationKind, executionARN string) locallambda.Observation {
	t.Helper()
	return w.seen.await(t, patience, cmp.Or(string(kind), "anything"), func(o locallambda.Observation) bool {
		return o.Kind == kind && o.ExecutionARN == executionARN
	})
}
