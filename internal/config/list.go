package config

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Names is a list of names, written as a JSON list or separated by commas. A name may hold spaces
// and also commas, as names in a directory do.
type Names []string

// UnmarshalText reads ["a","b,c"] or a,"b,c". In the second form only names with commas need
// quotes.
func (n *Names) UnmarshalText(text []byte) error {
	list, err := parseNames(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	*n = list
	return nil
}

func parseNames(text string) (Names, error) {
	if strings.HasPrefix(text, "[") {
		return namesOfJSON(text)
	}
	lines := csv.NewReader(strings.NewReader(text))
	lines.FieldsPerRecord, lines.TrimLeadingSpace = -1, true
	records, err := lines.ReadAll()
	if err != nil {
		return nil, errors.New(`has a quotation mark that does not fit: write names with commas or quotation marks as a JSON list, as ["a","b,c"]`)
	}
	list := withoutEmpty(slices.Concat(records...))
	if torn := list[min(len(list), 1):]; slices.ContainsFunc(torn, partOfDN.MatchString) {
		right := `["CN=Approvers,OU=Groups","others"]`
		if !slices.ContainsFunc(torn, func(part string) bool { return !partOfDN.MatchString(part) }) {
			right = jsonList(text)
		}
		return nil, fmt.Errorf("has a name of a directory, whose commas make several names of it: write a JSON list, as %s", right)
	}
	return list, nil
}

// partOfDN matches a later part of a directory name (RFC 4514) that was split off at a comma.
var partOfDN = regexp.MustCompile(`^(?i:ou|dc|o|c|l|st)\s*=[^,]*$`)

func namesOfJSON(text string) (Names, error) {
	var list []string
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, errors.New(`begins with [ and is no JSON list of texts, as ["a","b,c"]: a name that begins so needs quotation marks`)
	}
	return withoutEmpty(list), nil
}

// withoutEmpty trims the names and drops those that are empty.
func withoutEmpty(names []string) (list Names) {
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}

func jsonList(names ...string) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // for an operator to read
	_ = encoder.Encode(names)    // cannot fail for strings
	return strings.TrimSpace(text.String())
}

// Scopes is a list of OAuth scopes separated by spaces.
type Scopes []string

// UnmarshalText never fails.
func (s *Scopes) UnmarshalText(text []byte) error {
	*s = strings.Fields(string(text))
	return nil
}

// String returns the list in a form that can be read back.
func (s Scopes) String() string { return strings.Join(s, " ") }

// Networks is a list of networks in CIDR form; a bare address is a network of one.
type Networks []netip.Prefix

// UnmarshalText reads networks and addresses separated by commas.
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

// splitTrimmed returns the parts of a comma-separated list, trimmed and without empty ones.
func splitTrimmed(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
