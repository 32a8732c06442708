package outbound

import "net/netip"

// closed are the networks that no request goes to unless the operator allows it: those that IANA's
// registries of special-purpose addresses do not call globally reachable, and a few that carry
// another address inside.
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
var closed = prefixes(
	"0.0.0.0/8",       // this network; Linux takes 0.0.0.0 for loopback
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // behind carriers; also the metadata service of one cloud
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, and the metadata services of most clouds
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // relays of 6to4
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, and broadcast
	"2001::/23",       // protocol assignments, Teredo among them
	"2001:db8::/32",   // documentation
	"2002::/16",       // 6to4: carries an IPv4 address
	"3fff::/20",       // documentation
)

// global is the only part of IPv6 that is handed out for public use.
var global = netip.MustParsePrefix("2000::/3")

// translated is the prefix under which networks with IPv6 only reach IPv4 (RFC 6052): the last four
// bytes are the address that is meant.
var translated = netip.MustParsePrefix("64:ff9b::/96")

func prefixes(texts ...string) []netip.Prefix {
	made := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		made[i] = netip.MustParsePrefix(text)
	}
	return made
}

// Public reports whether an address is one of the public internet.
func Public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if translated.Contains(a) {
		bytes := a.As16()
		a = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	if !a.IsValid() || a.Is6() && !global.Contains(a) {
		return false
	}
	for _, network := range closed {
		if network.Contains(a) {
			return false
		}
	}
	return true
}
