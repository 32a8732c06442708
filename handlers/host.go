package handlers

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// knownHost refuses requests under any host name but the base URL's, so that a site that points its
// own name here reads nothing (DNS rebinding). Probes use an address, and senders of webhooks prove
// themselves, so both may use any name. Ports do not matter: proxies pass on their own.
func (s *server) knownHost(next echo.HandlerFunc) echo.HandlerFunc {
	own := hostOf(s.ownOrigin)
	return func(c echo.Context) error {
		if anyHost(c.Path()) || hostName(c.Request().Host) == own {
			return next(c)
		}
		return c.String(http.StatusMisdirectedRequest, fmt.Sprintf("This desk answers at %s only; open it there.\n"+
			"For its operator: COUNTERSIGN_BASE_URL names that address, and a proxy in front has to pass on the Host header that browsers send.\n", s.BaseURL))
	}
}

// anyHost reports whether a route answers under every name.
func anyHost(route string) bool {
	return route == "/healthz" || route == "/readyz" || strings.HasPrefix(route, "/webhooks/")
}

// hostOf is the name in an origin.
func hostOf(origin string) string {
	u, err := url.Parse(origin)
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
