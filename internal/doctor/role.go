package doctor

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Role is the role that the desk assumes to act in another account.
type Role struct {
	Account    string // its number
	ARN        string // empty if no role is assumed
	ExternalID string // that the desk sends; none if empty
}

// assumeRole is the name of the action in policies.
const assumeRole = "sts:AssumeRole"

// assume assumes the account's role in each region, as the desk does, and marks the regions where
// it cannot as shut. It reports a finding that is the same in several regions once.
func (x *account) assume(ctx context.Context) (s Section, found bool) {
	s.Title = "AWS account " + x.Role.Account
	if len(x.regions) == 0 {
		return Section{s.Title, []Finding{problem("no region is known, so its role was not tried").
			todo("Set COUNTERSIGN_LAMBDA_REGION.")}}, false
	}
	var where [][]string // the regions of each finding
	for _, r := range x.regions {
		caller, reply := x.Lambda.Caller(ctx, r.name)
		r.shut = reply.Meaning != Done
		found = found || !r.shut
		f := x.Role.assumed(caller, reply)
		i := slices.IndexFunc(s.Findings, func(other Finding) bool { return other.Text == f.Text })
		if i < 0 {
			i = len(where)
			s.Findings, where = append(s.Findings, f), append(where, nil)
		}
		where[i] = append(where[i], r.name)
	}
	if len(x.regions) > 1 {
		for i := range s.Findings {
			s.Findings[i].Text = "in " + strings.Join(where[i], ", ") + ": " + s.Findings[i].Text
		}
	}
	return s, found
}

// assumed judges STS's answer.
func (r Role) assumed(caller Caller, reply Reply) Finding {
	switch reply.Meaning {
	case Done:
		return ok("its role can be assumed: the desk acts as %s", cmp.Or(caller.ARN, r.ARN))
	case Denied:
		return r.denied(reply.Text)
	case Rejected:
		return problem("%s cannot be assumed, because the default credentials are not accepted: %s", r.ARN, reply.Text).
			todo("Renew them, or correct this machine's clock.")
	case Busy:
		return warning("whether %s can be assumed could not be determined: %s", r.ARN, reply.Text).todo("Run doctor again later.")
	case Silent:
		return problem("%s cannot be assumed, because STS was not reached: %s", r.ARN, reply.Text).
			todo("Let this machine reach STS in the region: through the internet, a VPC endpoint or AWS_ENDPOINT_URL_STS.")
	case Closed, Missing, Refused:
	}
	return problem("%s cannot be assumed: %s", r.ARN, reply.Text).
		todo("Compare roleArn and externalId under accounts in countersign.yaml with the role. STS must be active in the region.")
}

// denied names the lines that are missing. Two are needed, one in the policy of the caller and one
// in that of the role, and AWS does not always say which one was missing.
func (r Role) denied(text string) Finding {
	d := denialOf(text)
	f := problem("%s cannot be assumed: %s denied (AWS: %s)", r.ARN, assumeRole, cmp.Or(d.because, text))
	who := cmp.Or(principal(d.who), "the identity that the desk runs as")
	mine := f.todo("allow %s on %s, in a policy of %s", assumeRole, r.ARN, who)
	switch {
	case d.explicit():
		return f.todo("An explicit deny outweighs every allow: remove %s from it.", assumeRole)
	case strings.Contains(d.because, "identity-based policy"):
		return mine
	case strings.Contains(d.because, "trust policy"), strings.Contains(d.because, "resource-based policy"):
		return r.trusting(f, who)
	}
	return r.trusting(mine, who).
		todo("AWS does not say which of these is missing, and gives the same answer if the role does not exist.")
}

// trusting adds the line of the role's trust policy.
func (r Role) trusting(f Finding, who string) Finding {
	if r.ExternalID == "" {
		return f.todo("allow %s for the principal %s, in the trust policy of %s", assumeRole, who, r.ARN).
			todo("If that policy requires sts:ExternalId, set externalId under accounts in countersign.yaml.")
	}
	return f.todo("allow %s for the principal %s where sts:ExternalId is %s, in the trust policy of %s", assumeRole, who, r.ExternalID, r.ARN).
		todo("If that policy requires another sts:ExternalId, correct externalId under accounts in countersign.yaml.")
}

// principal returns the caller as a trust policy names it. For a session that is its role.
func principal(arn string) string {
	parts := strings.Split(arn, "/")
	if role, found := strings.CutSuffix(parts[0], ":assumed-role"); found && len(parts) > 1 {
		return strings.Replace(role, ":sts:", ":iam:", 1) + ":role/" + parts[1]
	}
	return arn
}
