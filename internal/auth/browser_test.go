package auth_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

// browser has cookies and follows no redirect by itself.
type browser struct {
	t      *testing.T
	rig    *rig
	client *http.Client
}

func (r *rig) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := *r.app.Client()
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{t: t, rig: r, client: &client}
}

// reply is a response whose body has been read.
type reply struct {
	*http.Response
	text string
}

// kind is the first line of an error, see redirect.
func (a reply) kind() string {
	line, _, _ := strings.Cut(a.text, "\n")
	return line
}

func (b *browser) do(method, address string, form url.Values, header ...string) reply {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.rig.origin + address
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{resp, string(body)}
}

// next is the address that an answer redirects to.
func (b *browser) next(a reply) string {
	b.t.Helper()
	if a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("status %d, want a redirect: %s", a.StatusCode, a.text)
	}
	target, err := a.Location()
	if err != nil {
		b.t.Fatal(err)
	}
	return target.String()
}

// begin presses "sign in" and returns the provider's address.
func (b *browser) begin(returnPath string) string {
	b.t.Helper()
	return b.next(b.do(http.MethodPost, "/auth/login", url.Values{"return": {returnPath}}))
}

// choose goes to the provider's page, picks a person and returns the address of the way back.
func (b *browser) choose(authorize, subject string) string {
	b.t.Helper()
	return b.next(b.do(http.MethodPost, authorize, url.Values{"subject": {subject}}))
}

func (b *browser) get(address string, header ...string) reply {
	b.t.Helper()
	return b.do(http.MethodGet, address, nil, header...)
}

// signIn is the whole way; it returns our answer to the way back.
func (b *browser) signIn(returnPath string) reply {
	b.t.Helper()
	return b.get(b.choose(b.begin(returnPath), "dana"))
}

// mustSignIn is signIn as Dana, who ends up signed in.
func (b *browser) mustSignIn() callbacks.Person {
	b.t.Helper()
	b.next(b.signIn("/"))
	p, ok := b.person()
	if !ok {
		b.t.Fatal("nobody is signed in after the sign-in")
	}
	return p
}

// person is who our server takes the browser for.
func (b *browser) person(header ...string) (p callbacks.Person, ok bool) {
	b.t.Helper()
	a := b.get("/", header...)
	if err := json.Unmarshal([]byte(a.text), &p); err != nil {
		b.t.Fatalf("status %d: %s", a.StatusCode, a.text)
	}
	return p, a.StatusCode == http.StatusOK
}

// origin is our server, as the cookie jar wants it.
func (b *browser) origin() *url.URL {
	b.t.Helper()
	u, err := url.Parse(b.rig.origin)
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

// plant puts a cookie into the browser, as an attacker would.
func (b *browser) plant(name, value string) {
	b.t.Helper()
	b.client.Jar.SetCookies(b.origin(), []*http.Cookie{{Name: name, Value: value}})
}

// cookie is the value of a cookie that the browser holds for our server.
func (b *browser) cookie(name string) string {
	b.t.Helper()
	for _, c := range b.client.Jar.Cookies(b.origin()) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// attempts are the cookies of the sign-ins under way.
func (b *browser) attempts() []*http.Cookie {
	b.t.Helper()
	return slices.DeleteFunc(b.client.Jar.Cookies(b.origin()), func(c *http.Cookie) bool { return !strings.HasPrefix(c.Name, "countersign-signin-") })
}
