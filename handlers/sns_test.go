package handlers_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

const (
	approvals = "arn:aws:sns:eu-central-1:123456789012:approvals"
	// executionsTopic also passes on how executions ended.
	executionsTopic = approvals + "-executions"

	snsURL = "https://sns.eu-central-1.amazonaws.com/"
)

// snsSigner stands for SNS: it signs messages, and answers for the one certificate and for
// confirmations.
type snsSigner struct {
	t    testing.TB
	key  *rsa.PrivateKey
	cert *x509.Certificate

	mu        sync.Mutex
	down      bool
	asked     int // how many requests there were
	confirmed []string
}

func newSNSSigner(t testing.TB) *snsSigner {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"sns.amazonaws.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: callbackstest.T0.Add(-time.Hour), NotAfter: callbackstest.T0.Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &snsSigner{t: t, key: key, cert: cert}
}

// RoundTrip answers the desk's requests to SNS.
func (s *snsSigner) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.down {
		return nil, io.ErrUnexpectedEOF
	}
	body := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.Raw})
	if r.URL.Path == "/" {
		s.confirmed = append(s.confirmed, r.URL.String())
		body = nil
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

func (s *snsSigner) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = true
}

func (s *snsSigner) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = false
}

// site is a desk that takes messages of one topic, for queue finance.
func (s *snsSigner) site(change ...func(*config)) *site {
	s.t.Helper()
	return newSite(s.t, append(change, func(c *config) {
		roots := x509.NewCertPool()
		roots.AddCert(s.cert)
		var err error
		c.webhooks.SNS, err = intake.NewSNS(intake.SNSConfig{
			Topics: []intake.Topic{{ARN: approvals, Source: "expenses", Queues: []string{"finance"}}, {ARN: executionsTopic, Source: "executions", Events: true}},
			Client: &http.Client{Transport: s}, Roots: roots, Now: c.Now,
		})
		if err != nil {
			s.t.Fatal(err)
		}
	})...)
}

// signed is a message with its signature of version 2. Pairs of name and value change or add fields
// first.
func (s *snsSigner) signed(at time.Time, pairs ...string) string {
	s.t.Helper()
	m := map[string]string{
		"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": approvals, "Message": "{}",
		"Timestamp": at.Format(time.RFC3339Nano), "SignatureVersion": "2", "SigningCertURL": snsURL + "x.pem",
	}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	var text string
	for _, name := range []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"} {
		if value, ok := m[name]; ok {
			text += name + "\n" + value + "\n"
		}
	}
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		s.t.Fatal(err)
	}
	m["Signature"] = base64.StdEncoding.EncodeToString(signature)
	body, err := json.Marshal(m)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(body)
}

// publish posts as SNS does.
func (b *browser) publish(body string, header ...string) reply {
	b.t.Helper()
	h := http.Header{"X-Amz-Sns-Message-Type": {"Notification"}, "User-Agent": {"Amazon Simple Notification Service Agent"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	sns := &browser{t: b.t, site: b.site, client: b.client, header: h}
	return sns.do(http.MethodPost, "/webhooks/sns", "text/plain; charset=UTF-8", body)
}

func announcementText(t testing.TB, title string) string {
	t.Helper()
	text, err := json.Marshal(message(title))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNotification(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site()
	b := s.visitor()
	body := sns.signed(s.clock.Now(), "Message", announcementText(t, "Refund $214.00 for order A-77092"))
	first, again := b.publish(body), b.publish(body)
	if first.status != http.StatusCreated || again.status != http.StatusCreated || first.body != again.body {
		t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
	var receipt struct{ ID callbacks.ID }
	decodeJSON(t, first.body, &receipt)
	if c, err := s.store.Get(t.Context(), receipt.ID); err != nil || c.Source != "expenses" || c.Queue != "finance" {
		t.Errorf("recorded as %+v, %v", c, err)
	}
	if n := len(s.audit("")); n != 1 {
		t.Errorf("%d audit entries, want 1", n)
	}
	if page := s.as(rita).get("/").text(t); !strings.Contains(page, "A-77092") {
		t.Error("the list does not show it")
	}
}

func TestNotification_Problems(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site()
	b, now := s.visitor(), s.clock.Now()
	elsewhere := message("x")
	elsewhere["queue"] = "security"
	text, _ := json.Marshal(elsewhere)
	for name, test := range map[string]struct {
		reply  reply
		status int
		code   string
	}{
		"Raw":          {b.publish(announcementText(t, "x"), "x-amz-sns-rawdelivery", "true"), http.StatusBadRequest, "raw_delivery"},
		"NotSNS":       {b.publish("{}"), http.StatusUnprocessableEntity, "invalid"},
		"UnknownTopic": {b.publish(sns.signed(now, "TopicArn", approvals+"-2")), http.StatusForbidden, "unknown_topic"},
		"Old":          {b.publish(sns.signed(now.Add(-61 * time.Minute))), http.StatusForbidden, "stale_notification"},
		"Forged":       {b.publish(strings.Replace(sns.signed(now), `"{}"`, `"{ }"`, 1)), http.StatusForbidden, "not_from_sns"},
		"Shape":        {b.publish(sns.signed(now)), http.StatusUnprocessableEntity, "invalid"},
		"NoJSON":       {b.publish(sns.signed(now, "Message", "Hello world")), http.StatusUnprocessableEntity, "invalid"},
		"OtherQueue":   {b.publish(sns.signed(now, "Message", string(text))), http.StatusUnprocessableEntity, "invalid"},
	} {
		var problem struct{ Code string }
		decodeJSON(t, test.reply.body, &problem)
		if test.reply.status != test.status || problem.Code != test.code {
			t.Errorf("%s: %d %s", name, test.reply.status, test.reply.body)
		}
	}
	if n := len(s.audit("")); n != 0 {
		t.Errorf("%d audit entries, want none", n)
	}
}

func TestNotification_Subscription(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site()
	b, now := s.visitor(), s.clock.Now()
	const token = "2336412f37fb687f5d51e6e241d09c80"
	confirm := snsURL + "?Action=ConfirmSubscription&TopicArn=" + approvals + "&Token=" + token
	subscription := []string{"Type", "SubscriptionConfirmation", "Token", token, "SubscribeURL", confirm}
	for range 2 {
		if a := b.publish(sns.signed(now, append(subscription, "Type", "UnsubscribeConfirmation")...)); a.status != http.StatusNoContent {
			t.Errorf("unsubscribed: %d %s", a.status, a.body)
		}
	}
	if len(sns.confirmed) > 0 {
		t.Errorf("an ended subscription was begun again: %v", sns.confirmed)
	}
	if a := b.publish(sns.signed(now, append(subscription, "TopicArn", approvals+"-2")...)); a.status != http.StatusForbidden || len(sns.confirmed) > 0 {
		t.Errorf("unknown topic: %d %v", a.status, sns.confirmed)
	}
	if a := b.publish(sns.signed(now, subscription...)); a.status != http.StatusNoContent || len(sns.confirmed) != 1 || sns.confirmed[0] != confirm {
		t.Errorf("subscribed: %d %v", a.status, sns.confirmed)
	}
	sns.stop()
	if a := b.publish(sns.signed(now, subscription...)); a.status != http.StatusServiceUnavailable {
		t.Errorf("SNS is down: %d %s", a.status, a.body)
	}
	log := s.log.String()
	if !strings.Contains(log, "the desk confirmed its subscription to an SNS topic") || !strings.Contains(log, "subscription to an SNS topic ended") || strings.Contains(log, token) {
		t.Errorf("log: %s", log)
	}
}

// TestNotification_Limited: SNS gives up on 429, so it is told to come again in another way.
func TestNotification_Limited(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site() // 100 at once
	b, body := s.visitor(), sns.signed(s.clock.Now(), "Message", announcementText(t, "x"))
	for i := range 101 {
		want := http.StatusCreated
		if i == 100 {
			want = http.StatusServiceUnavailable
		}
		if a := b.publish(body); a.status != want {
			t.Fatalf("message %d: %d %s, want %d", i, a.status, a.body, want)
		}
	}
	s.clock.Advance(time.Second)
	if a := b.publish(body); a.status != http.StatusCreated {
		t.Errorf("a second later: %d %s", a.status, a.body)
	}
}

// TestNotification_GuessesFetchNothing: an address that has guessed too often makes the desk ask
// for no certificate any more, and is answered as SNS has to be, whatever it sends.
func TestNotification_GuessesFetchNothing(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site(func(c *config) { c.webhooks.Limit = ratelimit.New(1, 3) })
	b := s.visitor()
	forged := func(i int) string {
		return strings.Replace(sns.signed(s.clock.Now(), "SigningCertURL", fmt.Sprintf("%s%d.pem", snsURL, i)), `"{}"`, `"{ }"`, 1)
	}
	for i := range 3 {
		if a := b.publish(forged(i)); a.status != http.StatusForbidden || sns.asked != i+1 {
			t.Fatalf("guess %d: %d, and %d certificates asked for", i, a.status, sns.asked)
		}
	}
	for i := range 5 {
		if a := b.publish(forged(3 + i)); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || sns.asked != 3 {
			t.Errorf("a guess too many: %d, and %d certificates asked for", a.status, sns.asked)
		}
	}
	if a := b.publish(sns.signed(s.clock.Now(), "Message", announcementText(t, "x"))); a.status != http.StatusServiceUnavailable || sns.asked != 3 {
		t.Errorf("a right message after them is looked at: %d, and %d certificates asked for", a.status, sns.asked)
	}
}
