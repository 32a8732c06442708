package deskprocess

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// SignIn takes somebody, whom the provider of [StartProvider] knows by subject, through its page and returns the cookie of
// the session at the desk.
func SignIn(ctx context.Context, desk, subject string) (*http.Cookie, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	v := visitor{client: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	_, away := v.post(ctx, desk+"/auth/login", url.Values{"return": {"/"}})
	_, address, _ := strings.Cut(away.Get("Refresh"), "url=")
	// The provider's form goes to the address of its page.
	_, back := v.post(ctx, address, url.Values{"subject": {subject}})
	v.get(ctx, back.Get("Location"))
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

// visitor is a browser without a screen. After an error it does nothing more.
type visitor struct {
	client *http.Client
	err    error
}

func (v *visitor) get(ctx context.Context, address string) { v.do(ctx, http.MethodGet, address, nil) }

func (v *visitor) post(ctx context.Context, address string, form url.Values) (status int, header http.Header) {
	return v.do(ctx, http.MethodPost, address, form)
}

func (v *visitor) do(ctx context.Context, method, address string, form url.Values) (int, http.Header) {
	if v.err != nil {
		return 0, nil
	}
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		v.err = err
		return 0, nil
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.err = err
		return 0, nil
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		v.err = err
	}
	if response.StatusCode >= http.StatusBadRequest {
		v.err = fmt.Errorf("%s answers %s", request.URL.Path, response.Status)
	}
	return response.StatusCode, response.Header
}
