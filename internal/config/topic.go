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
	Queues []string `json:"queues"` // that it may address; every queue if empty
	// whether it may also forward EventBridge events about executions that ended
	Events bool `json:"events"`
}

// Topics are the SNS topics by ARN.
type Topics map[string]Topic

// topicNames is the form of a topic's ARN (SNS API reference, CreateTopic). FIFO topics are
// excluded, because they do not deliver to HTTPS.
var topicNames = nameRule{
	regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$`).MatchString,
	"use the ARN of a standard SNS topic",
}

// UnmarshalText reads a JSON object of topics.
func (t *Topics) UnmarshalText(text []byte) error {
	topics, err := decodeNamed[Topic](text, topicNames)
	if err != nil {
		return err
	}
	var problems []error
	for _, arn := range Topics(topics).arns() {
		// names of sources follow the rule of queues
		if !callbacks.ValidQueueName(topics[arn].Source) {
			problems = append(problems, fmt.Errorf(`topic %q needs a "source": %s`, arn, plainNames.text))
		}
		if callbacks.ReservedSource(topics[arn].Source) {
			problems = append(problems, fmt.Errorf("topic %q has source %q, a name that stands for something else here: choose another", arn, topics[arn].Source))
		}
	}
	*t = topics
	return errors.Join(problems...)
}

// arns returns the ARNs of the topics, sorted.
func (t Topics) arns() []string { return slices.Sorted(maps.Keys(t)) }
