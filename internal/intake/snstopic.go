package intake

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"countersign/internal/arn"
)

// Topic is the configuration of an SNS topic whose messages are announcements.
type Topic struct {
	ARN    string
	Source string   // the sender's name in the record
	Queues []string // that it may address; none means any
	// whether it may also say how executions ended, in whatever queue their callbacks are
	Events bool
}

// partitions are the domains of AWS's partitions by their name in an ARN.
var partitions = map[string]string{
	"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu",
}

func (t Topic) check() error {
	topic := arn.Parse(t.ARN)
	if partitions[topic.Partition] == "" || topic.Service != "sns" || topic.Region == "" || topic.Resource == "" || strings.Contains(topic.Resource, ":") {
		return fmt.Errorf("SNS topic %q: not the ARN of a topic", t.ARN)
	}
	if strings.ContainsFunc(topic.Region, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) {
		return fmt.Errorf("SNS topic %q: not a region", t.ARN)
	}
	if t.Source == "" {
		return errors.New("SNS topic " + t.ARN + ": it needs a source")
	}
	return nil
}

// place is the region and the domain of the topic's partition.
func (t Topic) place() (region, domain string) {
	topic := arn.Parse(t.ARN)
	return topic.Region, partitions[topic.Partition]
}

// host is the host of SNS that serves the topic.
func (t Topic) host() string {
	region, domain := t.place()
	return "sns." + region + "." + domain
}

// address parses a URL; ok is false unless it is https at the topic's host.
func (t Topic) address(text string) (u *url.URL, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host != t.host() || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return nil, false
	}
	return u, true
}

// signerNames are the names that a certificate may have to sign for the topic. Most regions share
// the first; opt-in regions, GovCloud and China have their own (aws-sdk-java-v2,
// sns-message-manager, SnsHostProvider).
func (t Topic) signerNames() []string {
	region, domain := t.place()
	names := []string{"sns." + domain, t.host(), "sns-signing." + region + "." + domain, "sns-" + region + "." + domain}
	if strings.HasPrefix(region, "us-gov-") {
		names = append(names, "sns-us-gov-west-1."+domain)
	}
	return names
}
