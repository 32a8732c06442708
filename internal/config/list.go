package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// Names is a list of names with commas between them; a name may hold spaces, as groups of some providers do.
type Names []string

// UnmarshalText never fails.
func (n *Names) UnmarshalText(text []byte) error {
	*n = splitTrimmed(string(text))
	return nil
}

// String is the list as it may be written.
func (n Names) String() string { return strings.Join(n, ",") }

// Scopes is a list of OAuth scopes with spaces between them.
type Scopes []string

// UnmarshalText never fails.
func (s *Scopes) UnmarshalText(text []byte) error {
	*s = strings.Fields(string(text))
	return nil
}

// String is the list as it may be written.
func (s Scopes) String() string { return strings.Join(s, " ") }

// Networks is a list of networks in CIDR form; a bare address is a network of one.
type Networks []netip.Prefix

// UnmarshalText takes networks and addresses with commas between them.
func (n *Networks) UnmarshalText(text []byte) error {
	var list Networks
	for _, field := range splitTrimmed(string(text)) {
		network, err := parseNetwork(field)
		if err != nil {
			return fmt.Errorf("must be a list of networks in CIDR form, %q is none", field)
		}
		list = append(list, network)
	}
	*n = list
	return nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		ip, err := netip.ParseAddr(text)
		return netip.PrefixFrom(ip, ip.BitLen()), err
	}
	network, err := netip.ParsePrefix(text)
	return network.Masked(), err
}

// splitTrimmed are the parts of a comma list without their surrounding space, and without the empty ones.
func splitTrimmed(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
