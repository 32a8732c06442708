// Package arn takes Amazon Resource Names apart, and says in which account and region of AWS a
// request runs. It belongs to the ground: it knows AWS's notation and no word of the domain.
package arn

import (
	"regexp"
	"strings"
)

// ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE (AWS General Reference, "Amazon Resource
// Names"). Region and Account are empty where a service has none.
type ARN struct {
	Partition string // aws, aws-cn, aws-us-gov, aws-eusc …
	Service   string
	Region    string
	Account   string
	Resource  string // all that follows, with its colons
}

// Parse takes what it can from a text, which may be anybody's: emulators do not write all of an
// ARN. What is not there stays empty; a text that does not begin with "arn:" gives the zero ARN.
func Parse(text string) ARN {
	parts := strings.SplitN(text, ":", 6)
	if parts[0] != "arn" {
		return ARN{}
	}
	parts = append(parts, "", "", "", "", "")
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}
}

// OfFunction is the ARN of a Lambda function, of one of its versions or of an execution, and the
// zero ARN for every other text.
func OfFunction(text string) ARN {
	if a := Parse(text); a.Function() != "" {
		return a
	}
	return ARN{}
}

// Function is the name in the ARN of a Lambda function, of one of its versions or of an execution,
// which is written function:NAME:VERSION/durable-execution/NAME/ID. It is empty for all other ARNs.
func (a ARN) Function() string {
	resource, ok := strings.CutPrefix(a.Resource, "function:")
	if a.Service != "lambda" || !ok {
		return ""
	}
	if end := strings.IndexAny(resource, ":/"); end >= 0 {
		resource = resource[:end]
	}
	return resource
}

// FunctionName is the name of a function in what people write for it: NAME, NAME:ALIAS, the ARN of the
// function or of one of its versions, or the end of that ARN from the account on. It is empty for a
// text that is none of these.
func FunctionName(text string) string {
	if named := Parse(text).Function(); named != "" {
		text = named
	} else if account, rest, ok := strings.Cut(text, ":function:"); ok && !strings.Contains(account, ":") {
		text = rest
	}
	name, qualifier, qualified := strings.Cut(text, ":")
	if !functionName.MatchString(name) || qualified && !functionQualifier.MatchString(qualifier) {
		return ""
	}
	return name
}

// As the Lambda API has them (Invoke, FunctionName and Qualifier).
var (
	functionName      = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)
	functionQualifier = regexp.MustCompile(`^[a-zA-Z0-9$_-]+$`)
)

// String is the ARN as AWS writes it.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}
