package doctor

import "strings"

// place is where a function lives, as far as it is known.
type place struct{ partition, region, account, function string }

// placeOf reads the ARN of a function, of a version or of an execution.
func placeOf(arn string) place {
	parts := strings.SplitN(arn, ":", 8)
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "lambda" || parts[5] != "function" {
		return place{}
	}
	return place{parts[1], parts[3], parts[4], parts[6]}
}

// or fills in what is not known.
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

// What stands in a policy for what is not known. IAM refuses it, so that nobody takes it for the real thing.
const (
	AccountPlaceholder  = "ACCOUNT_ID"
	RegionPlaceholder   = "REGION"
	FunctionPlaceholder = "FUNCTION_NAME"
)

// arn is the function's ARN without version.
func (p place) arn() string {
	p = p.or(place{partitionOf(p.region), RegionPlaceholder, AccountPlaceholder, FunctionPlaceholder})
	return strings.Join([]string{"arn", p.partition, "lambda", p.region, p.account, "function", p.function}, ":")
}

// partitionIn is the part of AWS that an ARN is of.
func partitionIn(arn string) string {
	partition, _, _ := strings.Cut(strings.TrimPrefix(arn, "arn:"), ":")
	return partition
}

// partitionOf is the part of AWS that a region is in.
func partitionOf(region string) string {
	for _, part := range []struct{ prefix, partition string }{{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"}} {
		if strings.HasPrefix(region, part.prefix) {
			return part.partition
		}
	}
	return "aws"
}

// execution is the ARN of an execution that does not exist. Versions of the function that do not exist are checked alike.
func (p place) execution() string {
	return p.arn() + ":$LATEST/durable-execution/countersign-doctor/00000000-0000-0000-0000-000000000000"
}
