package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"countersign/internal/doctor"
)

// Examine asks the provider everything that a sign-in asks it, without signing anybody in. It needs
// only the part of the configuration that concerns the provider, and its result holds no secret. If
// there is no discovery document, the error says why.
func Examine(ctx context.Context, cfg Config) (doctor.Provider, error) {
	e := examination{cfg: cfg, client: providerClient(cfg.HTTPClient), found: doctor.Provider{
		Issuer: cfg.Issuer, Scopes: cfg.Scopes, Params: cfg.AuthParams, Document: documentURL(cfg.Issuer),
		SignOutURL: cfg.SignOutURL, Redirects: doctor.Redirects{Back: ownURL(cfg, CallbackPath), SignedOut: ownURL(cfg, SignedOutPath)},
	}}
	if err := e.get(ctx, e.found.Document, &e.found.Metadata); err != nil {
		return e.found, err
	}
	meta := e.found.Metadata
	e.found.Signs = verifiableOf(meta.Algorithms)
	if meta.Keys != "" {
		e.found.Keys, e.found.KeysErr = e.keys(ctx, meta.Keys)
	}
	// Send the secret only to the configured provider, not to one that names itself as another
	// issuer.
	if meta.Issuer == cfg.Issuer && !meta.PushedOnly && checkSecure("", meta.Token) == nil && checkSecure("", meta.Authorization) == nil {
		e.askToken(ctx)
		e.askAuthorization(ctx)
	}
	return e.found, nil
}

// examination is one look at the provider.
type examination struct {
	cfg    Config
	client *http.Client
	found  doctor.Provider
}

// do sends a request and notes the clock of the first answer.
func (e *examination) do(ctx context.Context, method, address string, form url.Values, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if header != nil {
		req.Header = header
	}
	before := e.cfg.Now()
	resp, err := e.client.Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return nil, failed.Err // the caller knows the address
	}
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil && e.found.Clock.Ours.IsZero() {
		e.found.Clock = doctor.Reading{Theirs: date, Ours: before.Add(e.cfg.Now().Sub(before) / 2)}
	}
	return resp, nil
}

// get reads a JSON document.
func (e *examination) get(ctx context.Context, address string, into any) error {
	resp, err := e.do(ctx, http.MethodGet, address, nil, nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if to := resp.Header.Get("Location"); to != "" {
		return fmt.Errorf("it redirects to %s; sign-in follows no redirect", to)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("it is not the expected JSON document: %w", err)
	}
	return nil
}

// keys counts the keys that can check a signature.
func (e *examination) keys(ctx context.Context, address string) (int, error) {
	var keys keySet
	err := e.get(ctx, address, &keys)
	return len(keys), err
}

// askToken sends the client's secret with a code that was never issued.
func (e *examination) askToken(ctx context.Context) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {"countersign-doctor"},
		"redirect_uri": {e.found.Redirects.Back}, "code_verifier": {oauth2.GenerateVerifier()},
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	if authStyle(e.found.Metadata.Authentication, e.cfg.ClientSecret) == oauth2.AuthStyleInHeader {
		credentials := http.Request{Header: header}
		credentials.SetBasicAuth(url.QueryEscape(e.cfg.ClientID), url.QueryEscape(e.cfg.ClientSecret))
	} else {
		form.Set("client_id", e.cfg.ClientID)
		form.Set("client_secret", e.cfg.ClientSecret)
	}
	resp, err := e.do(ctx, http.MethodPost, e.found.Metadata.Token, form, header)
	if err != nil {
		return // the answer says nothing about the client
	}
	defer func() { _ = resp.Body.Close() }()
	var reply struct {
		Error string `json:"error"`
	}
	// a code that is empty, because there is no JSON, says nothing about the client
	_ = json.NewDecoder(resp.Body).Decode(&reply)
	e.found.Client = doctor.Client{Accepted: reply.Error == "invalid_grant", Error: foreignText(reply.Error)}
}

// nobodySignedIn are the error codes of a provider that would go on if somebody were signed in
// (OpenID Connect Core, section 3.1.2.6).
var nobodySignedIn = []string{"login_required", "interaction_required", "consent_required", "account_selection_required"}

// askAuthorization asks for a sign-in without a page. The provider refuses that at the registered
// redirect address.
func (e *examination) askAuthorization(ctx context.Context) {
	config := oauth2.Config{
		ClientID: e.cfg.ClientID, Endpoint: oauth2.Endpoint{AuthURL: e.found.Metadata.Authorization},
		RedirectURL: e.found.Redirects.Back, Scopes: e.cfg.Scopes,
	}
	options := append(e.cfg.authOptions(), oauth2.S256ChallengeOption(oauth2.GenerateVerifier()),
		oauth2.SetAuthURLParam("prompt", "none"), oauth2.SetAuthURLParam("nonce", "countersign-doctor"))
	address := config.AuthCodeURL("countersign-doctor", options...)
	resp, err := e.do(ctx, http.MethodGet, address, nil, nil)
	if err != nil {
		return // the answer says nothing about the client
	}
	defer func() { _ = resp.Body.Close() }()
	r := &e.found.Redirects
	to, err := resp.Location()
	switch {
	case err != nil:
		r.Refused = resp.StatusCode == http.StatusBadRequest
	case strings.HasPrefix(to.String(), r.Back+"?"):
		r.Accepted = true
		if code := to.Query().Get("error"); !slices.Contains(nobodySignedIn, code) {
			r.Error = foreignText(code)
		}
		r.PushedOnly = refusalFault(r.Error, foreignText(to.Query().Get("error_description"))) == FaultPushed
	}
}
