package handlers_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// browser is a visitor with cookies. It follows no redirects.
type browser struct {
	t      testing.TB
	site   *site
	client *http.Client
	header http.Header // sent with each request
	host   string      // in place of the address's, unless empty
}

// visitor is a browser that nobody has signed in with.
func (s *site) visitor() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &browser{t: s.t, site: s, header: http.Header{}, client: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// as is a browser in which a person signed in, through the provider's own page.
func (s *site) as(person string) *browser {
	s.t.Helper()
	b := s.visitor()
	if back := b.signIn(person, "/"); back.status != http.StatusSeeOther {
		s.t.Fatalf("%s could not sign in: %d %s", person, back.status, back.body)
	}
	return b
}

// signIn goes to the provider and back and returns what our callback address answered.
func (b *browser) signIn(person, returnPath string) reply {
	b.t.Helper()
	away := b.post("/auth/login", url.Values{"return": {returnPath}})
	address := refreshTarget(b.t, away)
	form := b.get(address).document(b.t).Find("form")
	back := b.post(resolve(b.t, address, form.AttrOr("action", "")), url.Values{"subject": {person}})
	return b.get(back.header.Get("Location"))
}

// refreshTarget is where a page sends the browser on to.
func refreshTarget(t testing.TB, a reply) string {
	t.Helper()
	page := a.document(t)
	_, address, ok := strings.Cut(page.Find(`meta[http-equiv="refresh"]`).AttrOr("content", ""), "url=")
	if link := page.Find("[data-hand-over]").AttrOr("href", ""); !ok || link != address {
		t.Fatalf("no way on from here, or two (%q, %q): %d %s", address, link, a.status, a.body)
	}
	return address
}

func resolve(t testing.TB, base, ref string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	r, err := u.Parse(ref)
	if err != nil {
		t.Fatal(err)
	}
	return r.String()
}

// reply is a response whose body was read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (a reply) document(t testing.TB) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// text is the page's visible text with single spaces.
func (a reply) text(t testing.TB) string {
	t.Helper()
	d := a.document(t)
	d.Find("head, script").Remove()
	return strings.Join(strings.Fields(d.Text()), " ")
}

func (b *browser) get(path string) reply {
	b.t.Helper()
	return b.do(http.MethodGet, path, "", "")
}

func (b *browser) post(path string, form url.Values) reply {
	b.t.Helper()
	return b.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

func (b *browser) do(method, path, contentType, body string) reply {
	b.t.Helper()
	resp := b.open(b.t.Context(), method, path, contentType, body)
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: string(read)}
}

// open sends a request and leaves the body to the caller, as streams need it.
func (b *browser) open(ctx context.Context, method, path, contentType, body string) *http.Response {
	b.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.site.url + path
	}
	req, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Host = b.host
	for name, values := range b.header {
		req.Header[name] = values
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp
}

// stream opens the event stream and returns what reads the next event's data.
func (b *browser) stream() (next func() string, closeStream func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	resp := b.open(ctx, http.MethodGet, "/events", "", "")
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("events: %d", resp.StatusCode)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // the first write: the reader is subscribed
	return func() string {
			for lines.Scan() {
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
					return data
				}
			}
			return ""
		}, func() {
			cancel()
			_ = resp.Body.Close()
		}
}
