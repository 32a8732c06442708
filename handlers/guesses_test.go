package handlers_test

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// TestGuesses: who has guessed too often is not listened to, even where the next guess is right.
// Whoever is proved has paid nothing.
func TestGuesses(t *testing.T) {
	t.Parallel()
	const key = "key-of-event-bridge-which-is-long-enough"
	bridge, err := intake.NewEventBridge([]string{key})
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(c *config) {
		c.webhooks.EventBridge, c.webhooks.Limit = bridge, ratelimit.New(1, 5)
	})
	b := s.visitor()
	guess := func(path, name, value string) int {
		c := &browser{t: t, site: s, client: b.client, header: http.Header{name: {value}}}
		return c.do(http.MethodPost, path, "application/json", "{}").status
	}
	for path, right := range map[string][2]string{
		"/webhooks/callbacks":   {"Authorization", "Bearer " + webhookToken},
		"/webhooks/eventbridge": {"X-Api-Key", key},
	} {
		s.clock.Advance(time.Minute)
		for range 10 { // the limit of the source or of the key is the same as that of guesses
			if status := guess(path, right[0], right[1]); status != http.StatusUnprocessableEntity {
				t.Errorf("%s: a right key gets %d, want 422 for the body", path, status)
			}
			s.clock.Advance(time.Second)
		}
		s.clock.Advance(time.Minute)
		for range 5 {
			if status := guess(path, right[0], "Bearer wrong"); status != http.StatusUnauthorized {
				t.Errorf("%s: a wrong key gets %d, want 401", path, status)
			}
		}
		if status := guess(path, right[0], right[1]); status != http.StatusTooManyRequests {
			t.Errorf("%s: the guess after too many is checked: %d, want 429", path, status)
		}
		s.clock.Advance(time.Second)
		if status := guess(path, right[0], right[1]); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: a second later a right key gets %d, want 422 for the body", path, status)
		}
	}
}

// TestGuesses_SNSDown: while SNS does not give its certificate, nobody can tell a guess from a
// message, and none counts.
func TestGuesses_SNSDown(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site(func(c *config) { c.webhooks.Limit = ratelimit.New(1, 2) })
	b, message := s.visitor(), sns.signed(s.clock.Now())
	sns.stop()
	for range 5 { // more than the burst
		if a := b.publish(message); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "sns_unreachable") {
			t.Errorf("while SNS is down: %d %s", a.status, a.body)
		}
	}
	sns.start()
	if a := b.publish(message); a.status != http.StatusUnprocessableEntity {
		t.Errorf("once SNS answers again the message gets %d %s, want 422 for what it announces", a.status, a.body)
	}
}

// TestGuesses_AtOnce: of guesses that arrive together, only the burst is looked at.
func TestGuesses_AtOnce(t *testing.T) {
	t.Parallel()
	const burst, guesses = 5, 60
	signature := http.Header{"Webhook-Id": {"msg_1"}, "Webhook-Signature": {"v1,AAAA"}}
	for name, test := range map[string]struct {
		path   string
		header http.Header
		wrong  int
		rest   int
	}{
		"Token":     {"/webhooks/callbacks", http.Header{"Authorization": {"Bearer wrong"}}, 401, 429},
		"Signature": {"/webhooks/callbacks", signature, 401, 429},
		"Key":       {"/webhooks/eventbridge", http.Header{"X-Api-Key": {"wrong"}}, 401, 429},
		// SNS gives up on a 429
		"SNS": {"/webhooks/sns", http.Header{}, 422, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSNSSigner(t).site(withEventBridge(t), func(c *config) { c.webhooks.Limit = ratelimit.New(1, burst) })
			header := test.header.Clone()
			if name == "Signature" {
				header.Set("Webhook-Timestamp", strconv.FormatInt(s.clock.Now().Unix(), 10))
			}
			b := s.visitor()
			b.header = header
			statuses := make(chan int, guesses)
			barrier := make(chan struct{})
			for range guesses {
				go func() {
					<-barrier
					statuses <- b.do(http.MethodPost, test.path, "application/json", "{}").status
				}()
			}
			close(barrier)
			got := map[int]int{}
			for range guesses {
				got[<-statuses]++
			}
			if want := map[int]int{test.wrong: burst, test.rest: guesses - burst}; !maps.Equal(got, want) {
				t.Errorf("statuses %v, want %v", got, want)
			}
		})
	}
}
