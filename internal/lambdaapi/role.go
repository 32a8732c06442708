package lambdaapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// sessionName distinguishes the desk's calls from others in the CloudTrail of the other account.
const sessionName = "countersign"

// Role says how to act in another account.
type Role struct {
	ARN        string
	ExternalID string // that the role's trust policy requires; none if empty
}

// credentials returns the credentials of the role in a region. They are requested with the first
// call, and again before they expire, from the region's own STS endpoint.
func (r Role) credentials(own aws.Config, region string) aws.CredentialsProvider {
	client := sts.NewFromConfig(own, func(o *sts.Options) { o.Region = region })
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, r.ARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName
		if r.ExternalID != "" {
			o.ExternalID = aws.String(r.ExternalID)
		}
	}))
}
