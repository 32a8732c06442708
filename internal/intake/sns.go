package intake

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"countersign/internal/desk"
	"countersign/internal/fault"
)

// maxNotificationAge is how far a message's time may be off. SNS tries at most an hour to deliver
// to HTTPS (developer guide, "Amazon SNS message delivery retries").
const maxNotificationAge = time.Hour

// Errors of [ScreenNotification] and of [SNS]. SNS gives up on an answer below 500 and tries again
// after the others.
var (
	ErrRawDelivery       = errors.New("the message was delivered raw, so it is not signed")
	ErrUnknownTopic      = errors.New("the topic is not configured")
	ErrStaleNotification = errors.New("the message's time is more than an hour off")
	ErrNotFromSNS        = errors.New("the message is not proven to come from SNS")
	ErrSNSUnreachable    = errors.New("SNS did not answer")
	ErrBusy              = errors.New("too many messages are being checked at once")
)

// SNSConfig is what [NewSNS] needs. Client may be nil; it makes the requests to SNS and to Amazon's
// certificate authority, whose certificates it must verify. Its redirects and timeout are not used.
// Before may be nil. Otherwise it is an SNS with other topics, and the new one fetches through it
// and knows its certificates: Client and Roots are not used.
type SNSConfig struct {
	Before *SNS
	Topics []Topic
	Client *http.Client
	Roots  *x509.CertPool // trusted to sign certificates of SNS; nil for those of the system
	Now    func() time.Time
}

// SNS knows the topics and tells whether a message is from one of them. It is safe for concurrent
// use.
type SNS struct {
	topics  map[string]Topic
	signers *signers
	now     func() time.Time
	reading chan struct{} // has a token for each message that is being read
}

// maxReading is how many messages are read at once. Anybody may send one, and reading takes many
// times its size.
const maxReading = 2

// NewSNS checks the topics.
func NewSNS(c SNSConfig) (*SNS, error) {
	s := &SNS{topics: map[string]Topic{}, now: c.Now, reading: make(chan struct{}, maxReading)}
	if c.Before != nil {
		s.signers, s.reading = c.Before.signers, c.Before.reading
	} else {
		s.signers = newSigners(c)
	}
	for _, t := range c.Topics {
		if err := t.check(); err != nil {
			return nil, err
		}
		if _, twice := s.topics[t.ARN]; twice {
			return nil, fmt.Errorf("SNS topic %q is listed twice", t.ARN)
		}
		s.topics[t.ARN] = t
	}
	return s, nil
}

// ScreenNotification checks the headers alone, so that a raw message need not be read: it is not
// signed.
func ScreenNotification(h http.Header) error {
	if h.Get("X-Amz-Sns-Rawdelivery") == "true" {
		return ErrRawDelivery
	}
	return nil
}

// ReadNotification reads a message of SNS as it came. SNS calls its JSON text/plain unless a
// delivery policy says otherwise.
func ReadNotification(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return readBody(w, r, MaxBody, "text/plain", "application/json")
}

// Notification is a message that came from a topic.
type Notification struct {
	Type  NotificationType
	ID    string // the same when SNS sends the message again
	Topic string // ARN
	From  desk.Source
	Body  []byte // what was published; of another type, a sentence for people
	Event bool   // what was published is an event of EventBridge, and the topic may pass such on

	envelope envelope
}

// Verify tells which topic a message is from. A body that is no message of SNS is
// [fault.List]. Verify asks for the certificate only after all other checks.
func (s *SNS) Verify(ctx context.Context, body []byte) (Notification, error) {
	e, err := s.read(ctx, body)
	if err != nil {
		return Notification{}, err
	}
	topic, known := s.topics[e["TopicArn"]]
	if !known {
		return Notification{}, ErrUnknownTopic
	}
	at, err := parseInstant(e["Timestamp"])
	if err != nil {
		return Notification{}, fault.List{{Pointer: "/Timestamp", Detail: err.Error()}}
	}
	if off := s.now().Sub(at); off > maxNotificationAge || off < -maxNotificationAge {
		return Notification{}, ErrStaleNotification
	}
	if err := s.checkSignature(ctx, topic, e); err != nil {
		return Notification{}, err
	}
	return Notification{
		Type: e.kind(), ID: e["MessageId"], Topic: topic.ARN, From: desk.Source{Name: topic.Source, Queues: topic.Queues},
		Body: []byte(e["Message"]), Event: topic.Events && looksLikeEvent([]byte(e["Message"])), envelope: e,
	}, nil
}

// read waits for its turn and reads a message.
func (s *SNS) read(ctx context.Context, body []byte) (envelope, error) {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
		return readEnvelope(body)
	case <-ctx.Done():
		return nil, ErrBusy
	}
}

func (s *SNS) checkSignature(ctx context.Context, topic Topic, e envelope) error {
	algorithm, known := signatureVersions[e["SignatureVersion"]]
	if !known {
		return fmt.Errorf("%w: SignatureVersion is neither 1 nor 2", ErrNotFromSNS)
	}
	signature, err := base64.StdEncoding.DecodeString(e["Signature"])
	if err != nil {
		return fmt.Errorf("%w: Signature is not base64", ErrNotFromSNS)
	}
	certificate, err := s.signers.certificate(ctx, topic, e["SigningCertURL"])
	if err != nil {
		return err
	}
	if err := certificate.CheckSignature(algorithm, e.stringToSign(), signature); err != nil {
		return fmt.Errorf("%w: Signature does not match", ErrNotFromSNS)
	}
	s.signers.proved(e["SigningCertURL"])
	return nil
}

// Confirm confirms a subscription, as a message of [TypeSubscription] asks. Until then SNS delivers
// nothing.
func (s *SNS) Confirm(ctx context.Context, n Notification) error {
	address, ok := s.topics[n.Topic].address(n.envelope["SubscribeURL"])
	if !ok || address.Query().Get("Action") != "ConfirmSubscription" || address.Query().Get("TopicArn") != n.Topic {
		return fmt.Errorf("%w: SubscribeURL does not confirm this topic at SNS", ErrNotFromSNS)
	}
	_, err := s.signers.get(ctx, address)
	return err
}
