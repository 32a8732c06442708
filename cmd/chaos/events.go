package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"bytes"

	"countersign/internal/standin/receiver"
)

// events is a program that gets the events of the desk. Each replica signs with a secret of its own, so
// that the program knows which one calls.
type events struct {
	ledger
	receivers []*receiver.Receiver
}

// signingSecret is the secret of a replica: "whsec_" and base64.
func signingSecret(number int) string {
	return "whsec_" + strings.Repeat("Q2hhb3MgY2hhb3Mg", 2) + string(rune('A'+number)) + "AAA"
}

func newEvents(replicas int) (*events, error) {
	e := &events{}
	for n := range replicas {
		r, err := receiver.New(signingSecret(n), time.Now)
		if err != nil {
			return nil, err
		}
		e.receivers = append(e.receivers, r)
	}
	return e, nil
}

// whose is the number of the replica that sent an event; -1 if none did.
func (e *events) whose(r *http.Request) int {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return -1
	}
	for n, one := range e.receivers {
		answer, copied := httptest.NewRecorder(), r.Clone(r.Context())
		copied.Body = io.NopCloser(bytes.NewReader(body))
		if one.ServeHTTP(answer, copied); answer.Code < http.StatusMultipleChoices {
			return n
		}
	}
	return -1
}

// ServeHTTP implements [http.Handler]: it takes an event.
func (e *events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var said struct {
		Data struct {
			State string `json:"state"`
		} `json:"data"`
	}
	if err != nil || json.Unmarshal(body, &said) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	e.show(stem(r.Header.Get("webhook-id")), string(body), said.Data.State != "pending")
	w.WriteHeader(http.StatusNoContent)
}
