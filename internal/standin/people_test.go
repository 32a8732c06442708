package standin

import (
	"encoding/json"
	"testing"
)

// TestDemoSettings: the demo is configured like production, so its queues and senders pass the same
// checks.
func TestDemoSettings(t *testing.T) {
	t.Parallel()
	var configured map[string]struct {
		Groups []string `json:"groups"`
	}
	if err := json.Unmarshal([]byte(queues), &configured); err != nil {
		t.Fatal(err)
	}
	for name, queue := range configured {
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
