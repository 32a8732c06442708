package oidc

import (
	"encoding/json"
	"net/http"
)

// discovery is the provider's metadata (OpenID Connect Discovery 1.0, RP-Initiated Logout 1.0, RFC
// 9207).
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, p.like.Discovery)
}

// keys publishes the current key. Clients read it again when they meet a key ID that they do not
// know.
func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	public := p.key.public()
	p.mu.Unlock()
	writeJSON(w, http.StatusOK, public)
}

// writeJSON writes an answer that must not be cached: tokens, or keys that change.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client is gone
}
