package main

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/handlers/webhooks"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/intake"
)

// TestWaysIn: what the operator configures is on, and nothing else.
func TestWaysIn(t *testing.T) {
	t.Parallel()
	settings := config.Config{Desk: &deskfile.Desk{}}
	open := func() (webhooks.Config, error) {
		what, err := newPurpose(settings.Desk, nil, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		w, err := openWaysIn(settings, time.Now)
		w.Senders, w.SNS = what.senders, what.sns
		return w, err
	}
	off, err := open()
	if err != nil || off.Senders == nil || off.EventBridge != nil || off.SNS != nil {
		t.Errorf("nothing is configured: %+v, %v", off, err)
	}

	const key, topic = "key-of-the-tests-which-is-long-enough", "arn:aws:sns:eu-central-1:123456789012:approvals"
	settings.EventKeys = config.APIKeys{"another-key-of-the-tests-which-is-long", key}
	settings.Desk.Topics = map[string]deskfile.Topic{topic: {Source: "expenses", Queues: []string{"finance"}}}
	on, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if err := on.EventBridge.Verify(http.Header{"X-Api-Key": {key}}); err != nil {
		t.Errorf("the second key: %v", err)
	}
	message := func(topic string) []byte {
		return []byte(strings.ReplaceAll(`{"Type":"Notification","MessageId":"1","TopicArn":"TOPIC","Message":"{}","Timestamp":"`+
			time.Now().Format(time.RFC3339)+`","SignatureVersion":"3","Signature":"","SigningCertURL":""}`, "TOPIC", topic))
	}
	for arn, want := range map[string]error{topic: intake.ErrNotFromSNS, topic + "2": intake.ErrUnknownTopic} {
		if _, err := on.SNS.Verify(t.Context(), message(arn)); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", arn, err, want)
		}
	}

	settings.EventKeys = config.APIKeys{"short"}
	if _, err := open(); err == nil || strings.Contains(err.Error(), "short") {
		t.Errorf("a short key gives %v", err)
	}
}
