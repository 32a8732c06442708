package clientip_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"countersign/internal/clientip"
)

func TestClientIP(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/64")}
	const proxy = "10.0.0.1:40000"
	for name, tt := range map[string]struct {
		remote    string
		forwarded []string // one header each
		want      string
	}{
		"Direct":              {"203.0.113.9:1", nil, "203.0.113.9"},
		"DirectIPv6":          {"[2001:db8::9]:1", nil, "2001:db8::9"},
		"DirectLinkLocal":     {"[fe80::1%eth0]:1", nil, "fe80::1"},
		"Liar":                {"203.0.113.9:1", []string{"198.51.100.7"}, "203.0.113.9"},
		"Socket":              {"@", []string{"198.51.100.7"}, "@"},
		"NothingForwarded":    {proxy, nil, "10.0.0.1"},
		"Plain":               {proxy, []string{"203.0.113.9"}, "203.0.113.9"},
		"Port":                {proxy, []string{"203.0.113.9:51234"}, "203.0.113.9"},
		"EmptyPort":           {proxy, []string{"203.0.113.9:"}, "203.0.113.9"},
		"IPv6":                {proxy, []string{"2001:db8::9"}, "2001:db8::9"},
		"IPv6Brackets":        {proxy, []string{"[2001:db8::9]"}, "2001:db8::9"},
		"IPv6Port":            {proxy, []string{"[2001:db8::9]:443"}, "2001:db8::9"},
		"IPv6Zone":            {proxy, []string{"[fe80::9%25eth0]:443"}, "fe80::9"},
		"IPv4InIPv6":          {proxy, []string{"[::ffff:203.0.113.9]:443"}, "203.0.113.9"},
		"ProxyInIPv6":         {"[::ffff:10.0.0.1]:40000", []string{"203.0.113.9:1"}, "203.0.113.9"},
		"IPv6Proxy":           {"[fd00::1]:40000", []string{"203.0.113.9:1"}, "203.0.113.9"},
		"LiarBehindAProxy":    {proxy, []string{"198.51.100.7:1, 203.0.113.9:2"}, "203.0.113.9"},
		"TwoProxies":          {proxy, []string{"198.51.100.7:1,203.0.113.9:2 , 10.0.0.2:3"}, "203.0.113.9"},
		"TwoHeaders":          {proxy, []string{"203.0.113.9:2", "10.0.0.2:3"}, "203.0.113.9"},
		"OnlyProxies":         {proxy, []string{"10.0.0.3:1, 10.0.0.2:1"}, "10.0.0.3"},
		"Unknown":             {proxy, []string{"unknown"}, "10.0.0.1"},
		"UnknownBeforeAProxy": {proxy, []string{"203.0.113.9, unknown, 10.0.0.2:3"}, "10.0.0.2"},
		"Empty":               {proxy, []string{""}, "10.0.0.1"},
		"Half":                {proxy, []string{"[2001:db8::9"}, "10.0.0.1"},
		"TextBehindBrackets":  {proxy, []string{"[2001:db8::9]x"}, "10.0.0.1"},
		"NameWithPort":        {proxy, []string{"client.example:443"}, "10.0.0.1"},
		"Long":                {proxy, []string{strings.Repeat("10.0.0.2,", 10_000) + "10.0.0.2"}, "10.0.0.2"},
	} {
		r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
		if got := clientip.Of(proxies)(r); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	r := &http.Request{RemoteAddr: proxy, Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}}}
	if got := clientip.Of(nil)(r); got != "10.0.0.1" {
		t.Errorf("without proxies in the configuration: %s", got)
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"203.0.113.9": "203.0.113.9", "::ffff:203.0.113.9": "::ffff:203.0.113.9", "2001:db8::1": "2001:db8::/64", "2001:db8:0:0:ffff::": "2001:db8::/64", "": "", "unix": "unix",
	} {
		if got := clientip.Network(ip); got != want {
			t.Errorf("%s: %s, want %s", ip, got, want)
		}
	}
}
