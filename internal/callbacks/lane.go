package callbacks

import (
	"slices"
	"strings"

	"countersign/internal/arn"
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

// Lanes determines the lane of a callback.
type Lanes struct {
	Accounts []string // accounts with credentials of their own
	Region   string   // of callbacks that name none
	Regions  []string // regions that an operator named, besides AWS's known ones
}

// has reports whether a region is one of AWS's or of the operator's. Any other text falls back to
// the default, so that a stranger's text creates no lane.
func (l Lanes) has(region string) bool {
	return arn.KnownRegion(region) || region != "" && (region == l.Region || slices.Contains(l.Regions, region))
}

// Of returns the lane of a callback. The region comes from the target, else from the ARN, else from
// the default; the account comes from the ARN. A stranger's ARN can only select among what is
// configured. ARNs are read leniently, because not every engine writes them as AWS does.
func (l Lanes) Of(to Target) Lane {
	lane := Lane{Region: l.Region}
	execution := arn.Parse(to.ExecutionARN)
	if execution.Resource != "" && slices.Contains(l.Accounts, execution.Account) {
		lane.Account = execution.Account
	}
	switch {
	case l.has(to.Region):
		lane.Region = to.Region
	case l.has(execution.Region):
		lane.Region = execution.Region
	}
	return lane
}
