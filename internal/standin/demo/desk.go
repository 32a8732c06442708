package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"countersign/durable"
)

// Desk is the intake endpoint of a desk, as a function sees it.
type Desk struct {
	url    string
	signer *standardwebhooks.Webhook
	now    func() time.Time
	// Client sends the requests. If the system does not trust the authority that signed the desk's
	// certificate, Client must.
	Client *http.Client
}

// NewDesk returns a Desk that posts to the intake endpoint at url and signs each request with a
// Standard Webhooks secret (whsec_…).
func NewDesk(url, secret string, now func() time.Time) (*Desk, error) {
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, fmt.Errorf("intake secret: %w", err)
	}
	return &Desk{url: url, signer: signer, now: now, Client: &http.Client{Timeout: 10 * time.Second}}, nil
}

// Question is what a function asks the desk; docs/intake.md describes every field.
type Question struct {
	CallbackID              string    `json:"callbackId"`
	ExecutionARN            string    `json:"executionArn"`
	Function                string    `json:"function,omitempty"`
	Name                    string    `json:"name,omitempty"`
	Title                   string    `json:"title"`
	Description             string    `json:"description,omitempty"`
	Requester               string    `json:"requester,omitempty"`
	Payload                 any       `json:"payload,omitempty"`
	StartedAt               time.Time `json:"startedAt"`
	TimeoutSeconds          int       `json:"timeoutSeconds,omitempty"`
	HeartbeatTimeoutSeconds int       `json:"heartbeatTimeoutSeconds,omitempty"`
	ExecutionDeadline       time.Time `json:"executionDeadline,omitzero"`
	Queue                   string    `json:"queue,omitempty"`
	Links                   []Link    `json:"links,omitempty"`
	Tags                    []string  `json:"tags,omitempty"`
	Outcomes                []Outcome `json:"outcomes,omitempty"`
	KeepAlive               string    `json:"keepAlive,omitempty"`
	Masked                  []string  `json:"masked,omitempty"`
	Group                   string    `json:"group,omitempty"`
}

// Link is a place where a reviewer can read more.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Outcome is a way to decide that a function offers instead of approve and reject.
type Outcome struct {
	Name         string `json:"name"`
	Label        string `json:"label"`
	Kind         string `json:"kind"`
	Comment      string `json:"comment,omitempty"`
	Encoding     string `json:"encoding,omitempty"`
	Payload      any    `json:"payload,omitempty"`
	ErrorType    string `json:"errorType,omitempty"`
	ErrorMessage string `json:"errorMessage,omitempty"`

	Form  json.RawMessage `json:"form,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
}

// Ask posts the question in a durable step, so that a replay does not post it again. It returns the
// desk's own key of the callback.
func (d *Desk) Ask(ctx durable.Context, q Question) (string, error) {
	q.ExecutionARN = ctx.ExecutionArn()
	return durable.Step(ctx, "ask-the-desk", func(step durable.StepContext) (string, error) {
		q.StartedAt = d.now()
		return d.post(step, q)
	})
}

func (d *Desk) post(ctx context.Context, q Question) (string, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return "", fmt.Errorf("encode the question: %w", err)
	}
	// The same callback gets the same message ID, so a step that runs twice gets the same answer
	// twice.
	sum := sha256.Sum256([]byte(q.CallbackID))
	id, now := "msg_"+hex.EncodeToString(sum[:12]), d.now()
	signature, err := d.signer.Sign(id, now, body)
	if err != nil {
		return "", fmt.Errorf("sign the question: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", signature)
	resp, err := d.Client.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask the desk: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return "", fmt.Errorf("read the desk's answer: %w", err)
	}
	if resp.StatusCode != http.StatusCreated && resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the desk answered %s: %s", resp.Status, answer)
	}
	var receipt struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(answer, &receipt); err != nil {
		return "", fmt.Errorf("read the desk's answer: %w", err)
	}
	return receipt.ID, nil
}
