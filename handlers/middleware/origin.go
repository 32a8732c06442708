package middleware

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
)

// OriginOf is the origin of a URL as browsers write it: in lower case, without the port that its
// scheme implies. Its error says what is wrong with the URL.
func OriginOf(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("base URL: %w", err)
	}
	implied := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if implied == "" || u.Hostname() == "" {
		return "", fmt.Errorf("base URL %q: not http or https and a host", base)
	}
	host := strings.ToLower(u.Host)
	return u.Scheme + "://" + strings.TrimSuffix(host, ":"+implied), nil
}

// CodeOrigin names the refusal of what another site posts.
const CodeOrigin callbacks.ReasonCode = "origin"

// SameOrigin refuses what other sites post. own is what [OriginOf] returns. Cookies are SameSite=Lax
// and a GET changes nothing, so forms need no tokens. The error is a [callbacks.Refusal].
func SameOrigin(own string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !fromOurPages(c.Request(), own) {
				return &callbacks.Refusal{Code: CodeOrigin, Reason: "This was sent by another site. Open the page here and try again."}
			}
			return next(c)
		}
	}
}

// fromOurPages reports whether a request that may change something comes from a page of ours, or
// from no browser. Browsers send the page's origin and its relation to ours. Whichever header is
// there must be right, and the origin with scheme and port: the same host over http may be an
// attacker on the network.
func fromOurPages(r *http.Request, own string) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return false
	}
	origins := r.Header.Values("Origin")
	return len(origins) == 0 || len(origins) == 1 && origins[0] == own
}
