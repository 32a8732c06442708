package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"countersign/internal/callbacks"
)

// Topic is an SNS topic whose messages are announcements, as an operator writes it.
type Topic struct {
	Source string   `json:"source"` // the sender's name in the record; several topics may share one
	Queues []string `json:"queues"` // which it may address; every queue when empty
	// whether it may also pass on EventBridge's events of executions that ended
	Events bool `json:"events"`
}

// Topics are the SNS topics by ARN.
type Topics map[string]Topic

// topicNames is the form of a topic's ARN (SNS API reference, CreateTopic). FIFO topics are left
// out: they do not deliver to HTTPS.
var topicNames = nameRule{
	regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$`).MatchString,
	"use the ARN of a standard SNS topic",
}

// UnmarshalText takes a JSON object of topics.
func (t *Topics) UnmarshalText(text []byte) error {
	topics, err := decodeNamed[Topic](text, topicNames)
	if err != nil {
		return err
	}
	var problems []error
	for _, arn := range Topics(topics).arns() {
		if !callbacks.ValidQueueName(topics[arn].Source) { // sources are named like queues
			problems = append(problems, fmt.Errorf(`topic %q needs a "source": %s`, arn, plainNames.text))
		}
		if callbacks.ReservedSource(topics[arn].Source) {
			problems = append(problems, fmt.Errorf("topic %q has source %q, a name that stands for something else here: choose another", arn, topics[arn].Source))
		}
	}
	*t = topics
	return errors.Join(problems...)
}

// arns are the topics' ARNs, sorted.
func (t Topics) arns() []string { return slices.Sorted(maps.Keys(t)) }
