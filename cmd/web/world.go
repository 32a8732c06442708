package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"countersign/durable"
	"countersign/durable/aesgcm"
	"countersign/internal/config"
	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/oidc"
)

// The demo's one AWS region, client and sender.
const (
	demoRegion = "eu-central-1"
	demoClient = "countersign"
	demoSource = "harborline"
)

// demoCredentials are what the local Lambda accepts: anything.
var demoCredentials = credentials.NewStaticCredentialsProvider("local", "local", "")

// portsToTry is how many ports are looked at for a free one.
const portsToTry = 50

// world is everything that the demo runs, each part behind its own address on loopback, as in production.
type world struct {
	log       *slog.Logger
	url       string
	desk      *desk
	engine    *locallambda.Engine
	starter   *starter
	addresses struct{ desk, lambda, provider net.Listener }
	provider  http.Handler
}

func newWorld(ctx context.Context, o demoOptions, folder string, log *slog.Logger) (_ *world, err error) {
	w := &world{log: log}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if err := w.listen(ctx, o.Port); err != nil {
		return nil, err
	}
	w.engine = locallambda.New(locallambda.Config{Region: demoRegion, Logger: log})
	secret := demoSecret()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	settings, err := config.Load(w.environment(folder, secret, key), nil)
	if err != nil {
		return nil, fmt.Errorf("the demo's own configuration: %w", err)
	}
	sender, err := demo.NewDesk(w.url+"/webhooks/callbacks", secret, time.Now)
	if err != nil {
		return nil, err
	}
	sealed, err := aesgcm.New(key)
	if err != nil {
		return nil, err
	}
	w.starter = newStarter(w.engine, o.Pace, log)
	for _, f := range demo.Functions(sender, sealed, durable.WithClient(w.lambdaClient()), durable.WithLogger(log)) {
		w.engine.Register(f.Name, f.Handler, locallambda.FunctionConfig{Version: "1", ExecutionTimeout: f.ExecutionTimeout})
	}
	client := oidc.Client{
		ID: demoClient, Secret: string(settings.OIDC.ClientSecret),
		RedirectURIs: []string{w.url + "/auth/callback"}, SignedOutURIs: []string{w.url + "/signin"},
	}
	provider, err := oidc.New(address(w.addresses.provider), []oidc.Client{client}, demoUsers, time.Now)
	if err != nil {
		return nil, fmt.Errorf("sign-in provider: %w", err)
	}
	w.provider = provider.Handler()
	w.desk, err = openDesk(ctx, settings, log, deskOptions{Demo: w.starter, Credentials: demoCredentials})
	return w, err
}

// listen takes the three addresses; only the desk's port is somebody's wish.
func (w *world) listen(ctx context.Context, port int) (err error) {
	for p := port; p < port+portsToTry; p++ {
		if w.addresses.desk, err = listen(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(p))); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("no free port from %d to %d: %w", port, port+portsToTry-1, err)
	}
	w.url = address(w.addresses.desk)
	if w.addresses.lambda, err = listen(ctx, "127.0.0.1:0"); err != nil {
		return err
	}
	w.addresses.provider, err = listen(ctx, "127.0.0.1:0")
	return err
}

func address(l net.Listener) string {
	return (&url.URL{Scheme: "http", Host: l.Addr().String()}).String()
}

// environment is the desk's configuration as serve would find it: the demo takes no other path.
func (w *world) environment(folder, secret string, key []byte) map[string]string {
	return prefixed(map[string]string{
		"ADDR":                 w.addresses.desk.Addr().String(),
		"BASE_URL":             w.url,
		"DATABASE_URL":         "sqlite://" + filepath.ToSlash(filepath.Join(folder, "countersign.db")),
		"OIDC_ISSUER":          address(w.addresses.provider),
		"OIDC_CLIENT_ID":       demoClient,
		"OIDC_CLIENT_SECRET":   rand.Text(),
		"OIDC_PROVIDER_NAME":   "Harborline SSO",
		"ROLE_REVIEWER_GROUPS": "approvers",
		"ROLE_ADMIN_GROUPS":    "platform-team",
		"ROLE_AUDITOR_GROUPS":  "audit",
		"QUEUES":               demoQueues,
		"SOURCES":              fmt.Sprintf(`{%q: {"secrets": [%q]}}`, demoSource, secret),
		"ENCRYPTION_KEYS":      fmt.Sprintf(`{%q: %q}`, demo.EncryptedFunction, base64.StdEncoding.EncodeToString(key)),
		"LAMBDA_REGION":        demoRegion,
		"WATCH":                `{"*": {"queue": "default"}}`,
		"LAMBDA_ENDPOINT":      address(w.addresses.lambda),
		"SUPPORT_CONTACT":      "the platform team",
	})
}

// prefixed are settings under the names of their variables.
func prefixed(settings map[string]string) map[string]string {
	environ := make(map[string]string, len(settings))
	for name, value := range settings {
		environ[config.Prefix+name] = value
	}
	return environ
}

// demoSecret is a Standard Webhooks secret for this run.
func demoSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// lambdaClient is how the sample functions reach Lambda: the SDK with its endpoint overridden.
func (w *world) lambdaClient() *lambda.Client {
	return lambda.New(lambda.Options{
		Region: demoRegion, BaseEndpoint: aws.String(address(w.addresses.lambda)), Credentials: demoCredentials,
	})
}

// run serves everything until ctx ends or a part fails.
func (w *world) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serveUntil(ctx, w.addresses.lambda, w.engine.Handler()) })
	group.Go(func() error { return serveUntil(ctx, w.addresses.provider, w.provider) })
	group.Go(func() error { return w.desk.run(ctx, w.addresses.desk) })
	group.Go(func() error { return w.starter.run(ctx) })
	return group.Wait()
}

// serveUntil serves a part of the demo that has nothing to lose: it stops at once.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (w *world) close() {
	if w.engine != nil {
		if err := w.engine.Close(); err != nil {
			w.log.Error("local Lambda did not close", "error", err)
		}
	}
	if w.desk != nil {
		w.desk.close()
	}
	for _, l := range []net.Listener{w.addresses.desk, w.addresses.lambda, w.addresses.provider} {
		if l != nil {
			_ = l.Close() // closed already when it was served
		}
	}
}
