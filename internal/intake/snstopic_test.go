package intake

import "testing"

func TestTopicHost(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		"arn:aws:sns:eu-central-1:123456789012:a":         "sns.eu-central-1.amazonaws.com",
		"arn:aws-us-gov:sns:us-gov-west-1:123456789012:a": "sns.us-gov-west-1.amazonaws.com",
		"arn:aws-cn:sns:cn-north-1:123456789012:a":        "sns.cn-north-1.amazonaws.com.cn",
		"arn:aws-eusc:sns:eusc-de-east-1:123456789012:a":  "sns.eusc-de-east-1.amazonaws.eu",
	} {
		topic := Topic{ARN: arn, Source: "a"}
		if err := topic.check(); err != nil {
			t.Errorf("%s: %v", arn, err)
		} else if got := topic.host(); got != want {
			t.Errorf("%s is spoken for by %s, want %s", arn, got, want)
		}
	}
}
