package middleware

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// KnownHost refuses requests under any host name but the base URL's, so that a site that points its
// own name here reads nothing (DNS rebinding). anyHost says which routes answer under every name.
// Ports do not matter: proxies pass on their own.
func KnownHost(baseURL string, anyHost func(route string) bool) echo.MiddlewareFunc {
	own := hostOf(baseURL)
	refusal := fmt.Sprintf("This desk answers at %s only; open it there.\n"+
		"For its operator: COUNTERSIGN_BASE_URL names that address, and a proxy in front has to pass on the Host header that browsers send.\n", baseURL)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if anyHost(c.Path()) || hostName(c.Request().Host) == own {
				return next(c)
			}
			return c.String(http.StatusMisdirectedRequest, refusal)
		}
	}
}

// hostOf is the name in a URL.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return hostName(u.Host)
}

// hostName is the name or address in a Host header: in lower case, without port, brackets and the
// dot that may end it.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
