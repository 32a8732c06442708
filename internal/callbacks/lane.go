package callbacks

import (
	"regexp"
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
	return KnownRegion(region) || region != "" && (region == l.Region || slices.Contains(l.Regions, region))
}

// regionName matches the form of a region's name: us-east-1, us-gov-west-1, us-isob-east-1,
// eusc-de-east-1. Other text never becomes part of a host name.
var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}$`)

// ValidRegion reports whether a text looks like the name of an AWS region.
func ValidRegion(s string) bool { return regionName.MatchString(s) }

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

// regions are AWS's regions as its SDK knows them. Without the list, every text that looks like a
// region would create a client, a read quota and a series of metrics.
var regions = map[string]bool{
	"af-south-1": true, "ap-east-1": true, "ap-east-2": true, "ap-northeast-1": true, "ap-northeast-2": true, "ap-northeast-3": true,
	"ap-south-1": true, "ap-south-2": true, "ap-southeast-1": true, "ap-southeast-2": true, "ap-southeast-3": true, "ap-southeast-4": true,
	"ap-southeast-5": true, "ap-southeast-6": true, "ap-southeast-7": true, "ca-central-1": true, "ca-west-1": true, "cn-north-1": true,
	"cn-northwest-1": true, "eu-central-1": true, "eu-central-2": true, "eu-isoe-west-1": true, "eu-north-1": true, "eu-south-1": true,
	"eu-south-2": true, "eu-west-1": true, "eu-west-2": true, "eu-west-3": true, "eusc-de-east-1": true, "il-central-1": true,
	"me-central-1": true, "me-south-1": true, "mx-central-1": true, "sa-east-1": true, "us-east-1": true, "us-east-2": true,
	"us-gov-east-1": true, "us-gov-west-1": true, "us-iso-east-1": true, "us-iso-west-1": true, "us-isob-east-1": true, "us-isob-west-1": true,
	"us-isof-east-1": true, "us-isof-south-1": true, "us-west-1": true, "us-west-2": true,
}

// KnownRegion reports whether AWS has a region of that name, as far as this version knows.
func KnownRegion(name string) bool { return regions[name] }
