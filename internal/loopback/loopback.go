// Package loopback says whether a host is this machine: what is said to it crosses no network, so
// plain text will do. It belongs to the ground.
package loopback

import "net/netip"

// Host reports whether a host, without a port and without brackets, is on loopback: an address, or
// the one name that stands for it. Other names may resolve to anything tomorrow.
func Host(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
