package main

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"countersign/internal/standin/oidc"
	"countersign/internal/standin/push"
)

// pushes is a push service with a browser for each reviewer.
type pushes struct {
	ledger
	private, public string // VAPID keys of the desk
	service         *push.Service

	taking   sync.Mutex // one push after the other, so that what came last is known
	browsers []*push.Browser
}

func newPushes() (*pushes, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	code := base64.RawURLEncoding.EncodeToString
	return &pushes{private: code(key.Bytes()), public: code(key.PublicKey().Bytes())}, nil
}

// ServeHTTP implements [http.Handler]: it takes a push.
func (p *pushes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.taking.Lock()
	defer p.taking.Unlock()
	answer := httptest.NewRecorder()
	p.service.ServeHTTP(answer, r)
	w.WriteHeader(answer.Code)
	if answer.Code != http.StatusCreated {
		return
	}
	for _, b := range p.browsers {
		if !strings.HasSuffix(b.Endpoint, r.URL.Path) {
			continue
		}
		shown := p.service.Shown(b)
		latest := shown[len(shown)-1]
		text := string(latest.Text)
		p.show(latest.Topic, text, !strings.Contains(text, "wait") && !strings.Contains(text, "Ends in") && !strings.Contains(text, "needed"))
	}
}

// subscribe has each reviewer switch pushes on, with the form of their settings.
func (w *world) subscribe(ctx context.Context, people []oidc.User) error {
	for _, p := range people {
		b, err := w.channels.pushes.service.Subscribe(w.channels.pushes.public)
		if err != nil {
			return err
		}
		w.channels.pushes.browsers = append(w.channels.pushes.browsers, b)
		a, err := w.postAs(ctx, w.replicas[0].url+"/settings/browsers", p, url.Values{"endpoint": {b.Endpoint}, "p256dh": {b.P256DH}, "auth": {b.Auth}})
		if err == nil && a.status != http.StatusSeeOther {
			err = fmt.Errorf("the subscription is answered with %d: %s", a.status, a.body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// topic is the topic of the pushes of a message.
func topic(message string) string {
	sum := sha256.Sum256([]byte(message))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}
