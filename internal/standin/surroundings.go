package standin

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed" // DeskFile
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/localkms"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/messages"
	"countersign/internal/standin/oidc"
)

// The one AWS region and OpenID client of the demo.
const (
	region = "eu-central-1"
	client = "countersign"
)

// DeskFile is the countersign.yaml of a desk for the sample functions. It names the files that
// [Surroundings.Secrets] returns.
//
//go:embed countersign.yaml
var DeskFile []byte

// usualMessages is the address of the stand-ins for channels as [DeskFile] has it.
const usualMessages = "http://127.0.0.1:8081"

// usualMails is the address of the mail server there.
const usualMails = "127.0.0.1:8082"

// Credentials are for the local Lambda and the local KMS, which accept any.
var Credentials aws.CredentialsProvider = credentials.NewStaticCredentialsProvider("local", "local", "")

// Config says which desk the surroundings are for.
type Config struct {
	DeskURL string        // where browsers and functions find it
	Pace    time.Duration // time between two executions that start on their own; 0 for none
	Log     *slog.Logger
}

// Surroundings are what the demo runs around a desk. Open, Run and Close them.
type Surroundings struct {
	Starter *Starter
	Told    *messages.Messages // what the desk told people and programs

	log      *slog.Logger
	deskURL  string
	engine   *locallambda.Engine
	keys     *localkms.KMS
	provider http.Handler
	lambda   net.Listener // for the engine
	kms      net.Listener // for the keys
	signIn   net.Listener // for the provider
	messages net.Listener // for what gets messages
	mails    net.Listener // for the mail server
	secrets  secrets
}

// secrets are shared with the desk, and are new in each run.
type secrets struct {
	client  string // of the OpenID client
	webhook string // of the sender, as Standard Webhooks writes it
}

func newSecrets() secrets {
	webhook := make([]byte, 32)
	_, _ = rand.Read(webhook) // never fails
	return secrets{rand.Text(), "whsec_" + base64.StdEncoding.EncodeToString(webhook)}
}

// Open reserves the addresses and creates the stand-ins that will run behind them.
func Open(ctx context.Context, c Config) (_ *Surroundings, err error) {
	s := &Surroundings{log: c.Log, deskURL: c.DeskURL, secrets: newSecrets()}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.lambda, err = listen(ctx); err != nil {
		return nil, err
	}
	if s.kms, err = listen(ctx); err != nil {
		return nil, err
	}
	if s.signIn, err = listen(ctx); err != nil {
		return nil, err
	}
	if s.messages, err = listenAfter(ctx, c.DeskURL); err != nil {
		return nil, err
	}
	if s.mails, err = listenAfter(ctx, address(s.messages)); err != nil {
		return nil, err
	}
	if s.Told, err = messages.New(s.Messages(), slackChannels, slackUsers(), mailDomain, time.Now); err != nil {
		return nil, fmt.Errorf("stand-ins of channels: %w", err)
	}
	s.keys = localkms.New(localkms.Config{Region: region})
	s.keys.CreateKey(demo.KeyAlias)
	s.engine = locallambda.New(locallambda.Config{Region: region, Logger: c.Log})
	s.Starter = newStarter(s.engine, c.Pace, c.Log)
	if err := s.register(); err != nil {
		return nil, err
	}
	provider, err := oidc.New(address(s.signIn), []oidc.Client{{
		ID: client, Secret: s.secrets.client,
		RedirectURIs: []string{c.DeskURL + "/auth/callback"}, SignedOutURIs: []string{c.DeskURL + "/signin"},
	}}, People, time.Now)
	if err != nil {
		return nil, fmt.Errorf("sign-in provider: %w", err)
	}
	s.provider = provider.Handler()
	return s, nil
}

// register makes the sample functions known to the engine. The functions reach the engine over
// HTTP, through the SDK with its endpoint overridden.
func (s *Surroundings) register() error {
	desk, err := demo.NewDesk(s.deskURL+"/webhooks/callbacks", s.secrets.webhook, time.Now)
	if err != nil {
		return err
	}
	functions, err := demo.Functions(demo.Config{
		Desk: desk, Log: s.log,
		Lambda: lambda.New(lambda.Options{
			Region: region, BaseEndpoint: aws.String(address(s.lambda)), Credentials: Credentials,
		}),
		Keys: kms.New(kms.Options{
			Region: region, BaseEndpoint: aws.String(address(s.kms)), Credentials: Credentials,
		}),
	})
	if err != nil {
		return err
	}
	for _, f := range functions {
		c := locallambda.FunctionConfig{Version: "1", ExecutionTimeout: f.ExecutionTimeout}
		s.engine.Register(f.Name, f.Handler, c)
	}
	return nil
}

// Settings are the settings that a desk needs to reach its surroundings, by name.
func (s *Surroundings) Settings() map[string]string {
	return map[string]string{
		"OIDC_ISSUER":        address(s.signIn),
		"OIDC_CLIENT_ID":     client,
		"OIDC_CLIENT_SECRET": s.secrets.client,
		"OIDC_PROVIDER_NAME": "Harborline SSO",
		"LAMBDA_REGION":      region,
		"LAMBDA_ENDPOINT":    address(s.lambda),
		"KMS_ENDPOINT":       address(s.kms),
		"SUPPORT_CONTACT":    "the platform team",
	}
}

// WebhookSecret is the path, from the folder of [DeskFile], of the secret that signs announcements.
const WebhookSecret = "secrets/harborline"

// Secrets are the secrets that [DeskFile] names, by their paths from its folder.
func (s *Surroundings) Secrets() map[string]string {
	told := s.Told.Secrets()
	return map[string]string{
		WebhookSecret: s.secrets.webhook, "secrets/slack": told.SlackToken, "secrets/teams": s.Messages() + told.TeamsPath, "secrets/events": told.Events,
		"secrets/push": told.PushKey,
	}
}

// Desk is [DeskFile] with the address of the stand-ins for channels.
func (s *Surroundings) Desk() []byte {
	text := bytes.ReplaceAll(DeskFile, []byte(usualMails), []byte(s.mails.Addr().String()))
	return bytes.ReplaceAll(text, []byte(usualMessages), []byte(s.Messages()))
}

// Messages is the address of the page of what the desk told.
func (s *Surroundings) Messages() string { return address(s.messages) }

// Run serves everything and starts executions until ctx ends or a part fails.
func (s *Surroundings) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return Serve(ctx, s.lambda, s.engine.Handler()) })
	group.Go(func() error { return Serve(ctx, s.kms, s.keys.Handler()) })
	group.Go(func() error { return Serve(ctx, s.signIn, s.provider) })
	group.Go(func() error { return Serve(ctx, s.messages, s.Told) })
	group.Go(func() error { return s.serveMails(ctx) })
	group.Go(func() error { return s.Starter.run(ctx) })
	return group.Wait()
}

// serveMails takes mails until ctx ends.
func (s *Surroundings) serveMails(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		_ = s.mails.Close()
		_ = s.Told.Mails.Close()
	})
	defer stop()
	if err := s.Told.Mails.Serve(s.mails); err != nil && ctx.Err() == nil {
		return fmt.Errorf("mail server: %w", err)
	}
	return nil
}

// Close ends the invocations and releases the addresses.
func (s *Surroundings) Close() {
	if s.engine != nil {
		if err := s.engine.Close(); err != nil {
			s.log.Error("local Lambda did not close", "error", err)
		}
	}
	for _, l := range []net.Listener{s.lambda, s.kms, s.signIn, s.messages, s.mails} {
		if l != nil {
			_ = l.Close() // already closed if it was served
		}
	}
}

func address(l net.Listener) string {
	return (&url.URL{Scheme: "http", Host: l.Addr().String()}).String()
}
