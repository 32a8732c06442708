package deskprocess

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// SignIn takes somebody, whom the provider of [StartProvider] knows by subject, through its page
// and returns the cookie of the session at the desk. They come from an address of this machine, nil
// for any: the desk bounds the sign-ins of each.
func SignIn(ctx context.Context, desk, subject string, from net.Addr) (*http.Cookie, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{LocalAddr: from}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	v := visitor{client: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	away := v.post(ctx, desk+"/auth/login", url.Values{"return": {"/"}})
	// The provider's form goes to the address of its page.
	back := v.post(ctx, handedOver(away.page), url.Values{"subject": {subject}})
	v.get(ctx, back.header.Get("Location"))
	home, err := url.Parse(desk)
	if v.err = errors.Join(v.err, err); v.err != nil {
		return nil, fmt.Errorf("sign in: %w", v.err)
	}
	for _, cookie := range jar.Cookies(home) {
		if !strings.HasSuffix(cookie.Name, "-signin") { // that one is of the way to the provider
			return cookie, nil
		}
	}
	return nil, errors.New("sign in: the desk gave no session")
}

// handedOver is the address that a page of the desk sends the browser on to.
func handedOver(page string) string {
	_, rest, _ := strings.Cut(page, `content="0; url=`)
	address, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(address)
}

// visitor is a browser without a screen. After an error it does nothing more.
type visitor struct {
	client *http.Client
	err    error
}

// reply is what came back.
type reply struct {
	header http.Header
	page   string
}

func (v *visitor) get(ctx context.Context, address string) { v.do(ctx, http.MethodGet, address, nil) }

func (v *visitor) post(ctx context.Context, address string, form url.Values) reply {
	return v.do(ctx, http.MethodPost, address, form)
}

func (v *visitor) do(ctx context.Context, method, address string, form url.Values) (a reply) {
	if v.err != nil {
		return a
	}
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		v.err = err
		return a
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.err = err
		return a
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		v.err = err
	}
	if response.StatusCode >= http.StatusBadRequest {
		v.err = fmt.Errorf("%s answers %s", request.URL.Path, response.Status)
	}
	return reply{response.Header, string(page)}
}
