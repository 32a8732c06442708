package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// TestInteropProxies runs the desk behind each proxy, with the configuration of docs/proxies.md.
func TestInteropProxies(t *testing.T) {
	t.Parallel()
	for _, p := range proxies {
		_, version := installed(t, p.program)
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			f := newFront(t, p)
			t.Run("a request is decided", f.decides)
			t.Run("seven tabs are live at once over HTTP 2", f.manyTabs)
			t.Run("events pass at once, and a quiet stream stays", f.streams)
			t.Run("the log knows the client, whatever it claims", f.knowsClient)
			t.Run("sign-ins are limited by client", f.limitsClient)
			t.Run("what is as large as the desk takes passes, more is refused by the desk", f.sizes)
			t.Run("somebody in many groups signs out", f.signsOut)
			t.Run("pages outlive a restart of the desk", f.restarts)
		})
	}
}

// TestInteropProxyKeepsHost: where a proxy asks for the desk by another name, the desk says what
// its operator has to do.
func TestInteropProxyKeepsHost(t *testing.T) {
	t.Parallel()
	forget := map[string]string{"nginx": "proxy_set_header Host $host;", "apache2": "ProxyPreserveHost On"}
	for _, p := range proxies {
		words, forgets := forget[p.program]
		if !forgets {
			continue
		}
		_, version := installed(t, p.program)
		t.Run(version+" without "+words, func(t *testing.T) {
			f := newFront(t, p, words)
			resp := f.send(t.Context(), t, client, http.MethodGet, "/", nil, nil)
			defer resp.Body.Close()
			reply, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusMisdirectedRequest || !strings.Contains(string(reply), f.url) ||
				!strings.Contains(string(reply), "pass on the Host header") {
				t.Errorf("%s %s %v, want 421 with the desk's address and what a proxy has to do", resp.Status, reply, err)
			}
		})
	}
}

// decides: a signed request of a function and everything that a person does pass through.
func (f *front) decides(t *testing.T) {
	mara := f.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	arn := f.begin(t, function, expense())
	mara.comes("#list", "EXP-2291")
	a := f.asked.await(t, patience, "the request", func(a asked) bool { return a.executionARN == arn })
	mara.open(a.page())
	shown := mara.arm("approve", "Agreed in “July” & 🎉")
	mara.confirm()
	mara.reaches("completed")
	if got := f.result(t, a); got.Result != shown {
		t.Errorf("the function got %s\nthe page showed %s", got.Result, shown)
	}
}

// manyTabs: a browser has six connections for HTTP/1.1, which as many open pages would take up.
// HTTP/2 has one for all.
func (f *front) manyTabs(t *testing.T) {
	mara := f.signIn(t, "mara")
	if got := eval[string](mara, `performance.getEntriesByType("navigation")[0].nextHopProtocol`); got != "h2" {
		t.Errorf("the browser and the proxy speak %s, want h2", got)
	}
	for range 6 {
		tab := mara.newTab()
		tab.open("/")
		tab.comes("#freshness", "Live")
	}
	mara.open("/")
	mara.comes("#freshness", "Live")
}

// passes is more than an event takes through a proxy, and less than the beat that would push a held
// one through.
const passes = 5 * time.Second

// streams: what the desk writes is there at once; and its beat every 15 seconds keeps the proxy
// from ending the stream.
func (f *front) streams(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	stream := f.send(ctx, t, client, http.MethodGet, "/events", f.cookies(f.signIn(t, "mara")), nil)
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	until := func(within time.Duration, prefix string) {
		t.Helper()
		late := time.AfterFunc(within, cancel)
		defer late.Stop()
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), prefix) {
				return
			}
		}
		t.Fatalf("waited %v for a line %q of the stream: %v", within, prefix, lines.Err())
	}
	const beat, changed = "event: beat", "event: changed"
	until(passes, beat)
	f.ask(t, expense())
	until(passes, changed)
	until(patience, beat)
	until(patience, beat)
	f.ask(t, expense())
	until(passes, changed)
}

// knowsClient: the proxy tells who is connected, and what a client says of itself is not believed.
func (f *front) knowsClient(t *testing.T) {
	resp := f.send(t.Context(), t, client, http.MethodGet, "/signin?who", http.Header{"X-Forwarded-For": {"203.0.113.9, 127.0.0.1"}}, nil)
	_ = resp.Body.Close()
	id := resp.Header.Get("X-Request-Id")
	line := f.desk.log.await(t, patience, "the request in the log", func(line string) bool { return id != "" && strings.Contains(line, id) })
	var got struct{ IP string }
	if err := json.Unmarshal([]byte(line), &got); err != nil || got.IP != client {
		t.Errorf("the desk takes the client for %s, want %s: %v", got.IP, client, err)
	}
}

// limitsClient: one client that signs in without end keeps nobody else from it.
func (f *front) limitsClient(t *testing.T) {
	signIn := func(client string) int {
		resp := f.send(t.Context(), t, client, http.MethodPost, "/auth/login", http.Header{"Origin": {f.url}}, nil)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	const many = 200 // more than one address may begin, at any speed of this machine
	status := http.StatusOK
	for n := 0; n < many && status == http.StatusOK; n++ {
		status = signIn("127.0.0.3")
	}
	if other := signIn("127.0.0.4"); status != http.StatusTooManyRequests || other != http.StatusOK {
		t.Errorf("many sign-ins of one client end with %d, one of another with %d; want 429 and 200", status, other)
	}
}

// sizes: the desk's own limits are met first, so that its answers say what to do.
func (f *front) sizes(t *testing.T) {
	const most = 1 << 20
	for size, want := range map[int]int{most: http.StatusCreated, most + 1: http.StatusRequestEntityTooLarge} {
		resp := f.announce(t, size)
		reply, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != want || resp.Header.Get("X-Request-Id") == "" {
			t.Errorf("%d bytes: %s %.200s %v, want %d of the desk", size, resp.Status, reply, err, want)
		}
	}
}

// announce posts a signed request of exactly so many bytes.
func (f *front) announce(t *testing.T, size int) *http.Response {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(f.secret)
	if err != nil {
		t.Fatal(err)
	}
	callback := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "a callback that is announced in %d bytes", size))
	body := fmt.Appendf(nil, `{"callbackId": %q, "title": "A large one", "queue": "releases"}`, callback)
	body = append(body, bytes.Repeat([]byte(" "), size-len(body))...)
	id, now := fmt.Sprint("msg_", size), time.Now()
	signature, err := signer.Sign(id, now, body)
	if err != nil {
		t.Fatal(err)
	}
	return f.send(t.Context(), t, client, http.MethodPost, "/webhooks/callbacks", http.Header{
		"Content-Type": {"application/json"}, "Webhook-Id": {id}, "Webhook-Signature": {signature},
		"Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)},
	}, body)
}

// signsOut: the provider is told by an address that names the person's ID token, which is long.
func (f *front) signsOut(t *testing.T) {
	gro := f.signIn(t, "gro")
	gro.submit(`.rail form[action="/auth/logout"] button`)
	gro.comes("h1", "You are signed out")
}

// restarts: while the desk is away the proxy says so and the page pauses; afterwards both go on,
// with what was typed.
func (f *front) restarts(t *testing.T) {
	a := f.ask(t, expense())
	mara := f.signIn(t, "mara")
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	mara.see("decision-bar:defined") // all scripts are there
	mara.write("#comment", "Not yet said")
	samePage := mara.keepsPage()
	status := func() int {
		resp := f.send(t.Context(), t, client, http.MethodGet, "/healthz", nil, nil)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	f.desk.kill(t)
	mara.comes("#freshness", "paused")
	if got := status(); got != http.StatusBadGateway && got != http.StatusServiceUnavailable {
		t.Errorf("without a desk the proxy answers %d", got)
	}
	f.start(t)
	if got := status(); got != http.StatusOK {
		t.Errorf("with the desk back the proxy answers %d", got)
	}
	// a proxy that answers in the desk's place ends a stream, and the page asks every half minute
	mara.comesWithin(2*patience, "#freshness", "Live")
	samePage()
	if got := eval[string](mara, `document.querySelector("#comment").value`); got != "Not yet said" {
		t.Errorf("the comment that was typed is now %q", got)
	}
}

// cookies are those of a person's browser, as a header.
func (f *front) cookies(p *person) http.Header {
	p.t.Helper()
	header := http.Header{}
	for _, c := range call(p, network.GetCookies, network.GetCookiesParams{}).Cookies {
		header.Add("Cookie", c.Name+"="+c.Value)
	}
	return header
}

// send makes a request to the proxy.
func (f *front) send(ctx context.Context, t *testing.T, client, method, path string, header http.Header, body []byte) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, f.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := f.from(client).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}
