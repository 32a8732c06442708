package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/oidc"
)

// visitor is a browser without a screen. Cookies know hosts and no ports, so that it is the same
// person at every replica.
type visitor struct {
	t      *testing.T
	user   oidc.User
	client *http.Client
}

// signIn takes a person to the provider and back.
func (r *rig) signIn(t *testing.T, user oidc.User) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	v := &visitor{t: t, user: user, client: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	away, err := v.client.PostForm(r.url+"/auth/login", url.Values{"return": {"/"}})
	if err != nil {
		t.Fatal(err)
	}
	defer away.Body.Close()
	page, err := goquery.NewDocumentFromReader(away.Body)
	if err != nil {
		t.Fatal(err)
	}
	address := page.Find("[data-hand-over]").AttrOr("href", "")
	// the provider's form goes to the address of its page
	back := v.post(address, url.Values{"subject": {user.Subject}})
	if home := v.get(back.Header.Get("Location")); home.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in ends with %s", home.Status)
	}
	return v
}

func (v *visitor) get(address string) *http.Response { return v.do(http.MethodGet, address, nil) }

func (v *visitor) post(address string, form url.Values) *http.Response {
	return v.do(http.MethodPost, address, form)
}

// do sends a request and reads the answer to its end.
func (v *visitor) do(method, address string, form url.Values) *http.Response {
	response := v.open(v.t.Context(), method, address, form)
	if response.Body != nil {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
	return response
}

// open sends a request and leaves the body to the caller, as streams need it. It may be used by
// several goroutines; after a failure the answer is empty.
func (v *visitor) open(ctx context.Context, method, address string, form url.Values) *http.Response {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Error(err)
		return &http.Response{}
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Error(err)
		return &http.Response{}
	}
	return response
}

// stream opens the event stream of a desk. The channel has what events name, and closes when the
// stream ends.
func (v *visitor) stream(desk string) <-chan string {
	v.t.Helper()
	ctx, leave := context.WithCancel(v.t.Context())
	response := v.open(ctx, http.MethodGet, fmt.Sprintf("%s/events?since=%d", desk, time.Now().UnixMilli()), nil)
	if response.StatusCode != http.StatusOK {
		v.t.Fatalf("events: %s", response.Status)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Scan() // the greeting: from here on nothing is missed
	events := make(chan string, 1000)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(events)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events <- data
			}
		}
	}()
	v.t.Cleanup(func() { leave(); _ = response.Body.Close(); <-ended })
	return events
}

// decide decides once the desk has shown the bytes.
func (v *visitor) decide(desk string, id callbacks.ID, outcome string) (status int) {
	request := desk + "/callbacks/" + string(id)
	return v.post(request+"/decision", v.shown(request, outcome)).StatusCode
}

// choose is the form of a decision, as a page that has shown the bytes posts it.
func (v *visitor) choose(c *callbacks.Callback, outcome, comment string) url.Values {
	person := callbacks.Person{ID: v.user.Subject, Subject: v.user.Subject, Name: v.user.Name, Email: v.user.Email, Groups: v.user.Groups}
	choice := callbacks.Choice{Outcome: outcome, Comment: comment, PreparedAt: time.Now().Truncate(time.Second)}
	for _, o := range callbacks.DefaultOutcomes(callbacks.Failure) {
		if o.Name == outcome {
			return url.Values{
				"outcome": {outcome}, "comment": {choice.Comment},
				"at":   {choice.PreparedAt.UTC().Format(time.RFC3339)},
				"seen": {rigSeenKeys.Name(c, outcome, o.Fill(choice, person, nil).SHA256())},
			}
		}
	}
	v.t.Errorf("there is no outcome %s", outcome)
	return nil
}

// shown is the form of a decision for which the desk has shown the bytes.
func (v *visitor) shown(request, outcome string) url.Values {
	form := url.Values{"outcome": {outcome}, "comment": {"As agreed."}}
	response := v.open(v.t.Context(), http.MethodPost, request+"/preview", form)
	if response.Body == nil {
		return form // told already
	}
	defer response.Body.Close()
	page, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		v.t.Error(err)
		return form
	}
	preview := page.Find("#preview-" + outcome)
	form.Set("seen", preview.AttrOr("data-seen", ""))
	form.Set("at", preview.AttrOr("data-at", ""))
	return form
}

// announce tells a desk of a callback, as its function would, and returns the desk's key for it. It
// may be used by several goroutines.
func (r *rig) announce(desk string, o locallambda.Observation, keepAlive callbacks.KeepAlive) callbacks.ID {
	body, err := json.Marshal(map[string]any{
		"callbackId": o.CallbackID, "title": "Expense report", "executionArn": o.ExecutionARN, "keepAlive": keepAlive,
		"timeoutSeconds": int(o.Timeout.Seconds()), "heartbeatTimeoutSeconds": int(o.HeartbeatTimeout.Seconds()),
	})
	if err != nil {
		r.t.Error(err)
		return ""
	}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, desk+"/webhooks/callbacks", strings.NewReader(string(body)))
	if err != nil {
		r.t.Error(err)
		return ""
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+rigToken)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		r.t.Error(err)
		return ""
	}
	defer response.Body.Close()
	var receipt struct {
		ID callbacks.ID `json:"id"`
	}
	if err := json.NewDecoder(response.Body).Decode(&receipt); err != nil || response.StatusCode != http.StatusCreated {
		r.t.Errorf("announced: %s, %v", response.Status, err)
	}
	return receipt.ID
}
