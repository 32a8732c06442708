package main

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
)

// settings come from the function's environment.
type settings struct {
	URL    string `env:"DESK_URL,required,notEmpty"`    // https://countersign.example.com
	Secret string `env:"DESK_SECRET,required,notEmpty"` // whsec_…, of a source at the desk
}

// desk posts to the intake of a Countersign.
type desk struct {
	url    string
	signer *standardwebhooks.Webhook
	client *http.Client
}

func newDesk(s settings) (*desk, error) {
	signer, err := standardwebhooks.NewWebhook(s.Secret)
	if err != nil {
		return nil, fmt.Errorf("DESK_SECRET: %w", err)
	}
	return &desk{url: s.URL + "/webhooks/callbacks", signer: signer, client: &http.Client{Timeout: 10 * time.Second}}, nil
}

// request announces a callback. docs/intake.md has the other fields.
type request struct {
	CallbackID     string    `json:"callbackId"`
	ExecutionARN   string    `json:"executionArn"`
	StartedAt      time.Time `json:"startedAt"`
	TimeoutSeconds int       `json:"timeoutSeconds"`
	Title          string    `json:"title"`
	Requester      string    `json:"requester"`
	Payload        any       `json:"payload"`
}

// ask may be repeated: the desk knows a callback that it has seen, by the message's ID.
func (d *desk) ask(ctx context.Context, q request) error {
	body, err := json.Marshal(q)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(q.CallbackID))
	id, now := "cb_"+hex.EncodeToString(sum[:]), time.Now()
	signature, err := d.signer.Sign(id, now, body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	response, err := d.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		// says what is wrong; the status is enough without
		problem, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
		return fmt.Errorf("the desk answered %s: %s", response.Status, problem)
	}
	return nil
}
