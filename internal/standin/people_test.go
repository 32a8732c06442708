package standin

import (
	"testing"

	"github.com/goccy/go-yaml"
)

// TestDemoSettings: the demo is configured like production, so its queues and senders pass the same
// checks.
func TestDemoSettings(t *testing.T) {
	t.Parallel()
	var configured struct {
		Queues map[string]struct {
			Groups []string `yaml:"groups"`
		} `yaml:"queues"`
	}
	if err := yaml.Unmarshal(DeskFile, &configured); err != nil || len(configured.Queues) == 0 {
		t.Fatalf("%v, %v", configured, err)
	}
	for name, queue := range configured.Queues {
		if !someoneDecides(queue.Groups) {
			t.Errorf("nobody who can sign in decides in queue %s", name)
		}
	}
}

func someoneDecides(groups []string) bool {
	for _, u := range People {
		for _, own := range u.Groups {
			for _, g := range groups {
				if own == g {
					return true
				}
			}
		}
	}
	return false
}
