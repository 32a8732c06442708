package lambdaapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// sessionName tells the desk's calls from others in the other account's CloudTrail.
const sessionName = "countersign"

// Role is how to act in another account.
type Role struct {
	ARN        string
	ExternalID string // that the role's trust policy asks for; none when empty
}

// credentials are those of the role in a region. They are asked for with the first call and again
// before they expire, by way of the region's own endpoint of STS.
func (r Role) credentials(own aws.Config, region string) aws.CredentialsProvider {
	client := sts.NewFromConfig(own, func(o *sts.Options) { o.Region = region })
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, r.ARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName
		if r.ExternalID != "" {
			o.ExternalID = aws.String(r.ExternalID)
		}
	}))
}
