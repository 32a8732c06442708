package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"countersign/internal/channels/reply"
	"countersign/internal/doctor"
	"countersign/internal/notice"
	"countersign/internal/outbound"
)

// Place is a program that is told.
type Place struct {
	URL string
	// Secrets sign each event, every one of them: "whsec_" and base64 of at least 24 bytes.
	Secrets []string
	// Private allows an address in a private network.
	Private bool
}

// Channel implements [notice.Channel]. The place of an envelope is a name of its configuration.
type Channel struct {
	places map[string]place
	now    func() time.Time
}

type place struct {
	url     string
	signers []*standardwebhooks.Webhook
	client  *outbound.Client
}

const (
	secretPrefix   = "whsec_"
	minSecretBytes = 24 // Standard Webhooks, "Signature scheme"
)

// New makes the channel of the places that the configuration names. An error names the place, never
// its address or a secret.
func New(places map[string]Place, now func() time.Time) (*Channel, error) {
	c := &Channel{places: make(map[string]place, len(places)), now: now}
	open, private := outbound.New(), outbound.NewPrivate()
	for name, p := range places {
		made := place{url: p.URL, client: open}
		if p.Private {
			made.client = private
		}
		for i, secret := range p.Secrets {
			signer, err := newSigner(secret)
			if err != nil {
				return nil, fmt.Errorf("webhook %q: secret %d is not %s and the base64 of at least %d bytes", name, i+1, secretPrefix, minSecretBytes)
			}
			made.signers = append(made.signers, signer)
		}
		if len(made.signers) == 0 {
			return nil, fmt.Errorf("webhook %q: it needs a secret, so that its receiver can tell an event from a forged one", name)
		}
		c.places[name] = made
	}
	return c, nil
}

func newSigner(secret string) (*standardwebhooks.Webhook, error) {
	encoded, prefixed := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !prefixed || len(key) < minSecretBytes {
		return nil, fmt.Errorf("not a secret of %d bytes: %w", minSecretBytes, err)
	}
	return standardwebhooks.NewWebhookRaw(key)
}

// Style implements [notice.Channel].
func (*Channel) Style() notice.Style { return notice.Event }

// Deliver implements [notice.Channel]. The handle is the webhook-id. Its receivers drop an event
// whose webhook-id they know, so an event whose answer was lost is sent again as it is.
func (c *Channel) Deliver(ctx context.Context, e notice.Envelope) (notice.Handle, error) {
	to, known := c.places[e.To]
	if !known {
		return "", &notice.Fault{Code: notice.NoPlace, Words: "the configuration has no webhook of this name"}
	}
	body, err := json.Marshal(eventOf(&e.Message))
	if err != nil {
		return "", &notice.Fault{Code: notice.Refused, Err: err}
	}
	req, err := to.request(ctx, e.Message.State, body, c.now())
	if err != nil {
		return "", &notice.Fault{Code: notice.Denied, Words: "the address cannot be used", Err: err}
	}
	answer, err := to.client.Do(req)
	if err != nil {
		return "", reply.Lost(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if err := reply.Of(answer, c.now()); err != nil {
		return "", err
	}
	return notice.Handle(e.Message.State), nil
}

// Examine says whether the address of a place can be reached. It sends no event.
func (c *Channel) Examine(ctx context.Context, places []string) doctor.Channel {
	to := c.places[places[0]]
	return reply.Examine(ctx, to.client, to.url)
}

func (p place) request(ctx context.Context, id string, body []byte, now time.Time) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	signatures := make([]string, len(p.signers))
	for i, s := range p.signers {
		if signatures[i], err = s.Sign(id, now, body); err != nil {
			return nil, err
		}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Countersign")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return req, nil
}
