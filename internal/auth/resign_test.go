package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// moved is a provider that signs in another way than the stand-in does: it stands before the real
// one, passes on what that answers, and changes discovery document, keys and ID token.
type moved struct {
	r *rig

	mu        sync.Mutex
	announced []string       // algorithms of the discovery document
	document  map[string]any // what else of it is changed
	key       jose.JSONWebKey
	private   crypto.Signer
	token     func(claims map[string]any) // changes an ID token before it is signed
	access    string                      // in place of the access token
	userinfo  string                      // in place of what userinfo says, and signed
	asked     map[string]int              // requests by the end of their path
}

// move puts a moved provider before the rig's own. It says and signs alg.
func (r *rig) move(t *testing.T, alg string) *moved {
	t.Helper()
	m := &moved{r: r, asked: map[string]int{}, document: map[string]any{}, token: func(map[string]any) {}}
	m.sign(t, alg)
	m.announce(alg)
	r.wire.reply(m.reply)
	return m
}

// announce sets what the discovery document says of algorithms.
func (m *moved) announce(algorithms ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.announced = algorithms
}

// say changes a member of the discovery document.
func (m *moved) say(name string, value any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.document[name] = value
}

// sign signs with a new key from now on and publishes it alone.
func (m *moved) sign(t *testing.T, alg string) {
	t.Helper()
	private := newKey(t, alg)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.private = private
	m.key = jose.JSONWebKey{Key: private.Public(), KeyID: rand.Text(), Algorithm: alg, Use: "sig"}
}

func newKey(t *testing.T, alg string) (private crypto.Signer) {
	t.Helper()
	var err error
	switch alg[:2] {
	case "Ed":
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case "ES":
		private, err = ecdsa.GenerateKey(map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384()}[alg], rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// count is how often the provider was asked for something.
func (m *moved) count(pathEnd string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked[pathEnd]
}

func (m *moved) reply(req *http.Request) *http.Response {
	m.mu.Lock()
	defer m.mu.Unlock()
	end := req.URL.Path[strings.LastIndexByte(req.URL.Path, '/'):]
	m.asked[end]++
	switch end {
	case "/openid-configuration":
		return m.change(req, func(document map[string]any) {
			document["id_token_signing_alg_values_supported"] = m.announced
			for name, value := range m.document {
				document[name] = value
			}
		})
	case "/keys":
		public, _ := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{m.key}})
		return jsonResponse(req, http.StatusOK, string(public))
	case "/token":
		return m.change(req, func(reply map[string]any) {
			if token, ok := reply["id_token"].(string); ok {
				reply["id_token"] = m.resigned(token)
			}
			if m.access != "" {
				reply["access_token"] = m.access
			}
		})
	case "/userinfo":
		if m.userinfo == "" {
			return nil
		}
		said := jsonResponse(req, http.StatusOK, m.resigned("."+base64.RawURLEncoding.EncodeToString([]byte(m.userinfo))+"."))
		said.Header.Set("Content-Type", "application/jwt; charset=utf-8")
		return said
	}
	return nil
}

// sayUserinfo sets what userinfo says, signed.
func (m *moved) sayUserinfo(claims string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.userinfo = claims
}

// change passes a request on and changes what comes back.
func (m *moved) change(req *http.Request, change func(map[string]any)) *http.Response {
	resp, err := m.r.wire.next.RoundTrip(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return jsonResponse(req, resp.StatusCode, string(body))
	}
	change(members)
	body, _ = json.Marshal(members)
	return jsonResponse(req, resp.StatusCode, string(body))
}

// resigned is a token with the same claims, signed with our key.
func (m *moved) resigned(token string) string {
	payload, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	claims := map[string]any{}
	_ = json.Unmarshal(payload, &claims)
	delete(claims, "at_hash") // its length goes with the algorithm
	m.token(claims)
	payload, _ = json.Marshal(claims)
	if m.key.Algorithm == "Ed25519" { // go-jose does not know this name
		header, _ := json.Marshal(map[string]string{"alg": m.key.Algorithm, "kid": m.key.KeyID})
		text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
		signature, _ := m.private.Sign(rand.Reader, []byte(text), crypto.Hash(0))
		return text + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.SignatureAlgorithm(m.key.Algorithm), Key: jose.JSONWebKey{Key: m.private, KeyID: m.key.KeyID},
	}, nil)
	if err != nil {
		return "no signer: " + err.Error()
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "not signed: " + err.Error()
	}
	compact, _ := signed.CompactSerialize()
	return compact
}
