package arn

import (
	"slices"
	"strings"
)

// Lane is an AWS account and region: AWS throttles each lane separately, and a lane may hang by
// itself. Nothing that happens in one lane delays another.
type Lane struct {
	Account string // a configured account; empty for that of the default credentials
	Region  string
}

// String is the lane in one word: eu-central-1, or 123456789012/eu-central-1. [ParseLane] reads it.
func (l Lane) String() string {
	if l.Account == "" {
		return l.Region
	}
	return l.Account + "/" + l.Region
}

// ParseLane reads what [Lane.String] wrote.
func ParseLane(s string) Lane {
	if account, region, ok := strings.Cut(s, "/"); ok {
		return Lane{Account: account, Region: region}
	}
	return Lane{Region: s}
}

// Lanes determines in which lane something is.
type Lanes struct {
	Accounts []string // accounts with credentials of their own
	Region   string   // of what names none
	Regions  []string // regions that an operator named, besides AWS's known ones
}

// has reports whether a region is one of AWS's or of the operator's. Any other text falls back to
// the default, so that a stranger's text creates no lane.
func (l Lanes) has(region string) bool {
	return KnownRegion(region) || region != "" && (region == l.Region || slices.Contains(l.Regions, region))
}

// Of returns the lane of what an ARN names, if somebody says that it is in a region. The region comes
// from what is said, else from the ARN, else from the default; the account comes from the ARN. A
// stranger's ARN can only select among what is configured. ARNs are read leniently, because not every
// engine writes them as AWS does.
func (l Lanes) Of(named, region string) Lane {
	lane := Lane{Region: l.Region}
	parsed := Parse(named)
	if parsed.Resource != "" && slices.Contains(l.Accounts, parsed.Account) {
		lane.Account = parsed.Account
	}
	switch {
	case l.has(region):
		lane.Region = region
	case l.has(parsed.Region):
		lane.Region = parsed.Region
	}
	return lane
}
