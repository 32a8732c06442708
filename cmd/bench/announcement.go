package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"countersign/cmd/bench/lambdastub"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// announcement is what a function sends to the desk, as docs/intake.md describes it.
type announcement struct {
	CallbackID   string         `json:"callbackId"`
	Title        string         `json:"title"`
	Description  string         `json:"description"`
	Requester    string         `json:"requester"`
	Payload      map[string]any `json:"payload"`
	ExecutionARN string         `json:"executionArn"`
	Name         string         `json:"name"`
	StartedAt    time.Time      `json:"startedAt"`
	Timeout      int            `json:"timeoutSeconds,omitempty"`
	Queue        string         `json:"queue"`
	Tags         []string       `json:"tags"`
}

const (
	// callbackIDBytes makes callback IDs of 200 characters, as long as those of emulators; AWS
	// allows 1024.
	callbackIDBytes = 150
	functionCount   = 12
	// Timeouts are spread over a month, and start late enough that none expires during a run. One
	// callback in ten has no timeout.
	firstTimeout = 2 * 60 * 60
	lastTimeout  = 30 * 24 * 60 * 60
)

// announce returns the n-th announcement of a run. Callback IDs are random, so that no two runs
// collide.
func announce(n int) announcement {
	id := make([]byte, callbackIDBytes)
	_, _ = rand.Read(id) // never fails
	callbackID := base64.StdEncoding.EncodeToString(id)
	a := announcement{
		CallbackID:  callbackID,
		Title:       fmt.Sprintf("Expense report EXP-%d: Osaka customer onsite", n),
		Description: "Three-day onsite at **Kansai Precision**. Hotel is above the city cap; pre-approved by the account team.",
		Requester:   "Ines Calloway <ines.calloway@harborline.example>",
		Payload: map[string]any{"report": fmt.Sprintf("EXP-%d", n), "total": 7846.2, "currency": "USD", "lines": []any{
			map[string]any{"what": "flight", "amount": 3120.4}, map[string]any{"what": "hotel", "amount": 2410}, map[string]any{"what": "meals", "amount": 2315.8},
		}},
		ExecutionARN: fmt.Sprintf("arn:aws:lambda:eu-central-1:123456789012:function:expense-approval-%d:14/durable-execution/exp-%d/%s",
			n%functionCount, n, lambdastub.ExecutionKey(callbackID)),
		Name:      "manager-approval",
		StartedAt: time.Now(),
		Queue:     queueNames[n%len(queueNames)],
		Tags:      []string{"travel"},
	}
	if n%10 != 0 {
		// a prime, so that successive callbacks end far apart
		a.Timeout = firstTimeout + (n*7919)%(lastTimeout-firstTimeout)
	}
	return a
}

// body returns the announcement as it is sent.
func (a announcement) body() ([]byte, error) { return json.Marshal(a) }

// sender signs announcements for one address.
type sender struct {
	url  string
	key  *standardwebhooks.Webhook
	sent atomic.Int64
}

func newSender(url, secret string) (*sender, error) {
	key, err := standardwebhooks.NewWebhook(secret)
	return &sender{url: url, key: key}, err
}

// request returns the next announcement, signed.
func (s *sender) request(ctx context.Context) (*http.Request, error) {
	body, err := announce(int(s.sent.Add(1))).body()
	if err != nil {
		return nil, err
	}
	return s.signed(ctx, body)
}

// signed returns a request with any body, signed.
func (s *sender) signed(ctx context.Context, body []byte) (*http.Request, error) {
	id, now := "msg_"+rand.Text(), time.Now()
	signature, err := s.key.Sign(id, now, body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return request, nil
}
