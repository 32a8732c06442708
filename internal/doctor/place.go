package doctor

import (
	"strings"

	"countersign/internal/arn"
)

// place is the location of a function, as far as it is known.
type place struct{ partition, region, account, function string }

// placeOf reads the ARN of a function, of a version or of an execution.
func placeOf(text string) place {
	a := arn.OfFunction(text)
	return place{a.Partition, a.Region, a.Account, a.Function()}
}

// or fills in the unknown parts from another place.
func (p place) or(other place) place {
	for _, pair := range []struct{ mine, theirs *string }{
		{&p.partition, &other.partition}, {&p.region, &other.region}, {&p.account, &other.account}, {&p.function, &other.function},
	} {
		if *pair.mine == "" {
			*pair.mine = *pair.theirs
		}
	}
	return p
}

// Placeholders for unknown parts of a policy. IAM refuses them, so that nobody takes them for real
// values.
const (
	AccountPlaceholder  = "ACCOUNT_ID"
	RegionPlaceholder   = "REGION"
	FunctionPlaceholder = "FUNCTION_NAME"
)

// arn returns the function's ARN without a version.
func (p place) arn() string {
	p = p.or(place{partitionOf(p.region), RegionPlaceholder, AccountPlaceholder, FunctionPlaceholder})
	return arn.ARN{Partition: p.partition, Service: "lambda", Region: p.region, Account: p.account, Resource: "function:" + p.function}.String()
}

// partitionOf returns the AWS partition of a region.
func partitionOf(region string) string {
	for _, part := range []struct{ prefix, partition string }{{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"}} {
		if strings.HasPrefix(region, part.prefix) {
			return part.partition
		}
	}
	return "aws"
}

// execution returns the ARN of an execution that does not exist. AWS checks a version that does not
// exist in the same way.
func (p place) execution() string {
	return p.arn() + ":$LATEST/durable-execution/countersign-doctor/00000000-0000-0000-0000-000000000000"
}
