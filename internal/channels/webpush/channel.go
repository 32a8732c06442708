package webpush

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"countersign/internal/callbacks"
	"countersign/internal/channels/reply"
	"countersign/internal/notice"
	"countersign/internal/outbound"
)

// Config is what the operator says of pushes.
type Config struct {
	// Contact is how a push service reaches the operator: an address of mailto: or https:.
	Contact string
	// Key is the private key; see [NewKey].
	Key string
	// StandIn is the origin of a push service on loopback, for tests and the demo. Empty otherwise.
	StandIn string
}

// Browsers are the subscriptions of people's browsers.
type Browsers interface {
	// Subscription returns a browser by its ID, or [callbacks.ErrNotFound].
	Subscription(ctx context.Context, id string) (notice.Subscription, error)
	// Unsubscribe deletes a browser. Deleting what is gone is no error.
	Unsubscribe(ctx context.Context, id string, by callbacks.Actor, now time.Time) error
}

// Channel implements [notice.Channel]. The place of an envelope is the ID of a subscription.
type Channel struct {
	config   Config
	public   string // key
	key      string // its fingerprint
	browsers Browsers
	client   *outbound.Client
	now      func() time.Time
	trust    *trust
}

// New makes the channel. Its errors are for operators, and name no secret.
func New(c Config, browsers Browsers, now func() time.Time) (*Channel, error) {
	public, err := publicKey(c.Key)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(c.Contact, "mailto:") && !strings.HasPrefix(c.Contact, "https://") {
		return nil, fmt.Errorf("the contact for push services is %q: write mailto: and an address, or https:// and a page", c.Contact)
	}
	client := outbound.New()
	if c.StandIn != "" {
		client = outbound.NewPrivate()
	}
	return &Channel{config: c, public: public, key: fingerprint(public), browsers: browsers, client: client, now: now, trust: newTrust()}, nil
}

// PublicKey is the key that browsers subscribe to, base64url: the applicationServerKey.
func (c *Channel) PublicKey() string { return c.public }

// Style implements [notice.Channel].
func (c *Channel) Style() notice.Style { return notice.Replaced }

// Deliver implements [notice.Channel]. A browser that is not subscribed any more is deleted.
func (c *Channel) Deliver(ctx context.Context, e notice.Envelope) (notice.Handle, error) {
	to, err := c.browsers.Subscription(ctx, e.To)
	switch {
	case errors.Is(err, callbacks.ErrNotFound):
		return "", &notice.Fault{Code: notice.NoPlace, Words: "the browser is not subscribed any more"}
	case err != nil:
		return "", &notice.Fault{Code: notice.Busy, Err: err}
	case !c.Current(to.ID):
		return "", c.gone(ctx, to, "the browser subscribed to an earlier key of this desk")
	case !c.calls(to.Endpoint):
		return "", c.gone(ctx, to, "this desk does not call the push service of this browser")
	}
	answer, err := webpush.SendNotificationWithContext(ctx, payload(&e.Message),
		&webpush.Subscription{Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256DH, Auth: to.Auth}}, c.options(&e.Message))
	if failure := new(outbound.Failure); errors.As(err, &failure) {
		return "", reply.Lost(err)
	}
	if err != nil { // before anything was sent; the error may hold the keys
		return "", c.gone(ctx, to, "nothing can be encrypted for this browser")
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone {
		return "", c.gone(ctx, to, "the push service does not know the browser any more")
	}
	service := c.serviceOf(to.Endpoint)
	if fault := reply.Of(answer, c.now()); fault != nil {
		return "", c.trust.judge(service, fault, c.now())
	}
	c.trust.accepted(service, c.now())
	return notice.Handle(e.Message.ID), nil
}

// gone deletes a browser that takes no pushes any more, and says why.
func (c *Channel) gone(ctx context.Context, s notice.Subscription, words string) error {
	return &notice.Fault{Code: notice.NoPlace, Words: words, Err: c.browsers.Unsubscribe(ctx, s.ID, callbacks.System(notice.Push), c.now())}
}

// options are what a push service is told of a message.
func (c *Channel) options(m *notice.Message) *webpush.Options {
	return &webpush.Options{
		HTTPClient: c.client,
		// The library writes mailto: itself.
		Subscriber:     strings.TrimPrefix(c.config.Contact, "mailto:"),
		VAPIDPublicKey: c.public, VAPIDPrivateKey: c.config.Key,
		Topic: digest(m.ID, 24), TTL: int(life(m) / time.Second), Urgency: urgency(m),
	}
}

// Bounds of how long a push service keeps a message for a browser that is off.
const (
	longest = 28 * 24 * time.Hour // push services keep nothing longer
	endless = 7 * 24 * time.Hour  // of a callback without an end
)

// life is how long a message is worth showing: the time left.
func life(m *notice.Message) time.Duration {
	if m.Expires.IsZero() {
		return endless
	}
	return min(max(m.Expires.Sub(m.At), 0), longest)
}

// soon is the time left in which a phone is woken for a message.
const soon = time.Hour

// urgency says whether a message is worth a phone's battery.
func urgency(m *notice.Message) webpush.Urgency {
	switch m.Kind {
	case notice.Needed, notice.Test:
		return webpush.UrgencyHigh
	case notice.Decided, notice.Ended, notice.Digest, notice.NotYours, notice.TakenOver:
		return webpush.UrgencyLow
	case notice.MaySign, notice.Failed, notice.Attention, notice.Nobody, notice.Void, notice.Assigned:
	}
	if len(m.Items) > 0 && !m.Items[0].Deadline.IsZero() && m.Items[0].Deadline.Sub(m.At) <= soon {
		return webpush.UrgencyHigh
	}
	return webpush.UrgencyNormal
}
