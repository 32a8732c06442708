package callbacks

import (
	"regexp"
	"slices"
	"strings"

	"countersign/internal/arn"
)

// Lane is an AWS account and region: what AWS throttles by itself, and what may hang by itself.
// Nothing that happens in one lane holds up another.
type Lane struct {
	Account string // one that was configured; empty for that of the default credentials
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

// Lanes tells in which lane a callback lives.
type Lanes struct {
	Accounts []string // that have credentials of their own
	Region   string   // of callbacks that name none
	Regions  []string // that an operator named, beside those that AWS is known to have
}

// has reports whether a region is one of AWS's or of the operator's. All else is folded into the
// default: what a stranger writes makes no lane of its own.
func (l Lanes) has(region string) bool {
	return KnownRegion(region) || region != "" && (region == l.Region || slices.Contains(l.Regions, region))
}

// regionName is what a region looks like: us-east-1, us-gov-west-1, us-isob-east-1, eusc-de-east-1.
// Other text never becomes part of a host name.
var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}$`)

// ValidRegion reports whether a text looks like the name of an AWS region.
func ValidRegion(s string) bool { return regionName.MatchString(s) }

// Of chooses the lane of a callback: the region as its target says, else as the ARN says, else the
// default; the account as the ARN says. What a stranger's ARN names selects among what is
// configured, and nothing else. ARNs are read leniently, for not every engine writes AWS's.
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
