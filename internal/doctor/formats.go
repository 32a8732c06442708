package doctor

import (
	"strings"

	"countersign/internal/arn"
)

// Format is what was found of the format in which the results for a function are written.
type Format struct {
	Function string
	Says     string // what becomes of a result: "encrypted with KMS key alias/payroll"
	Tried    string // what was tried, and worked; empty if there was nothing to try
	Words    string // why it does not work, as people who decide read it; empty if it does
	Cause    string // of Words, for operators
}

// FormatSections judges the formats of functions, in their order; none if every function reads JSON.
func FormatSections(all []Format) []Section {
	if len(all) == 0 {
		return nil
	}
	s := Section{Title: "Formats of results"}
	for _, f := range all {
		switch {
		case f.Words != "":
			s.Findings = append(s.Findings, problem("results for %s cannot be sent: %s (%s)", f.Function, f.Words, f.Cause).
				todo("Until this is mended, nobody can approve its requests; rejecting works. docs/codec.md says what the key or server needs."))
		case f.Tried != "":
			s.Findings = append(s.Findings, ok("results for %s are %s; %s", f.Function, f.Says, f.Tried))
		default:
			s.Findings = append(s.Findings, ok("results for %s are %s", f.Function, f.Says))
		}
	}
	return []Section{s}
}

// keyStatement allows to encrypt under a key of KMS. An alias is no resource of a policy, so it becomes
// a condition on every key of its place.
func keyStatement(key string, p place) statement {
	own := arn.Parse(key)
	p = place{own.Partition, own.Region, own.Account, ""}.or(p)
	p = p.or(place{partitionOf(p.region), RegionPlaceholder, AccountPlaceholder, ""})
	resource := arn.ARN{Partition: p.partition, Service: "kms", Region: p.region, Account: p.account}
	name := key
	if own.Resource != "" {
		name = own.Resource
	}
	s := statement{Effect: "Allow", Action: []string{"kms:GenerateDataKey"}}
	switch {
	case strings.HasPrefix(name, "alias/"):
		resource.Resource = "key/*"
		s.Condition = map[string]map[string]string{"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}}
	default:
		resource.Resource = "key/" + strings.TrimPrefix(name, "key/")
	}
	s.Resource = []string{resource.String()}
	return s
}
