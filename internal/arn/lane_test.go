package arn_test

import (
	"testing"

	"countersign/internal/arn"
)

func TestLanes(t *testing.T) {
	t.Parallel()
	lanes := arn.Lanes{Accounts: []string{"111122223333"}, Region: "us-east-1", Regions: []string{"xx-new-1"}}
	const rest = ":function:pay:3/durable-execution/order-7/4f2a"
	for name, test := range map[string]struct{ region, named, want string }{
		"Configured":      {"", "arn:aws:lambda:eu-central-1:111122223333" + rest, "111122223333/eu-central-1"},
		"Unknown":         {"", "arn:aws:lambda:eu-central-1:999999999999" + rest, "eu-central-1"},
		"TargetsRegion":   {"ap-southeast-2", "arn:aws:lambda:eu-central-1:111122223333" + rest, "111122223333/ap-southeast-2"},
		"NothingSaid":     {"", "", "us-east-1"},
		"Emulator":        {"", "0b4c/order-7", "us-east-1"},
		"ShortARN":        {"", "arn:aws:lambda:eu-central-1:111122223333", "eu-central-1"},
		"HostNameInARN":   {"", "arn:aws:lambda:evil.example.com#:111122223333" + rest, "111122223333/us-east-1"},
		"HostNameAsToken": {"evil.example.com/", "", "us-east-1"},
		"NotOfAWS":        {"", "arn:aws:lambda:zz-nowhere-7:111122223333" + rest, "111122223333/us-east-1"},
		"NotOfAWSAsToken": {"zz-nowhere-7", "arn:aws:lambda:eu-central-1:111122223333" + rest, "111122223333/eu-central-1"},
		"Operators":       {"", "arn:aws:lambda:xx-new-1:111122223333" + rest, "111122223333/xx-new-1"},
		"EmptyAccount":    {"", "arn:aws:lambda:eu-central-1:" + rest, "eu-central-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lane := lanes.Of(test.named, test.region)
			if lane.String() != test.want || arn.ParseLane(test.want) != lane {
				t.Errorf("got %s (%+v), want %s", lane, lane, test.want)
			}
		})
	}
}
