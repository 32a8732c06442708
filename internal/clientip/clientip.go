// Package clientip tells where HTTP requests come from.
package clientip

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Of returns what tells the address of a request's client. X-Forwarded-For is believed from the
// given proxies only: anybody else could pass for anybody. The list is read from its end, where the
// nearest proxy wrote, to the first address that is no proxy's. An entry that cannot be read ends
// it too, because nobody vouches for what stands before it.
func Of(proxies []netip.Prefix) func(*http.Request) string {
	trusted := func(addr netip.Addr) bool {
		return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
	}
	return func(r *http.Request) string {
		client, ok := parseForwarded(r.RemoteAddr)
		if !ok {
			return directIP(r)
		}
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, text := range slices.Backward(list) {
			addr, ok := parseForwarded(text)
			if !ok || !trusted(client) {
				break
			}
			client = addr
		}
		return client.String()
	}
}

// parseForwarded reads an address as proxies write it: alone or with a port, that of IPv6 in
// brackets or not.
func parseForwarded(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	host, isIPv6 := strings.CutPrefix(text, "[")
	switch {
	case isIPv6:
		host, text, isIPv6 = strings.Cut(host, "]")
		if !isIPv6 || text != "" && !strings.HasPrefix(text, ":") {
			return netip.Addr{}, false
		}
	case strings.Count(text, ":") == 1:
		host, _, _ = strings.Cut(text, ":")
	}
	addr, err := netip.ParseAddr(host)
	return addr.Unmap().WithZone(""), err == nil
}

// directIP is who is connected, where that is no address of the Internet's.
func directIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Network is what counts as one client: an IPv4 address, or the /64 of IPv6 from which a customer
// may choose any address. What is no address stays as it is.
func Network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Unmap().Is4() {
		return ip
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}
