package query

import (
	"net/url"
	"testing"
	"time"

	"countersign/internal/desk"
)

// TestSaved: what shows the same is saved as the same, and read back as it was saved, in every zone.
func TestSaved(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	const item = "06e5xy1q8m3v7c2k9d4f6g8h0j"
	for address, want := range map[string]string{
		"":                         "scope=available",
		"order=risk&queue=finance": "queue=finance&scope=available",
		"scope=history&grouped=no": "grouped=no&scope=history",
		"scope=mine&snoozed=1":     "scope=mine&snoozed=1",
		"queue=a&limit=200&done=":  "queue=a&scope=available",
		"q=%3Cb%3E+osaka&ends=1h":  "ends=1h&q=%3Cb%3E+osaka&scope=available",
		"scope=all&state=pending&state=completed":                          "scope=all&state=completed&state=pending",
		"scope=all&received_from=2026-11-23&received_to=2026-11-24":        "received_from=2026-11-23T05%3A00%3A00Z&received_to=2026-11-25T05%3A00%3A00Z&scope=all",
		"ends=custom&from=2026-11-23T10:00&item=" + item + "&view=" + item: "ends=custom&from=2026-11-23T15%3A00%3A00Z&scope=available",
	} {
		values, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ParseListing(values, desk.ScopeAvailable, zone)
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		saved := l.Saved().Encode()
		if saved != want {
			t.Errorf("%q is saved as %q, want %q", address, saved, want)
		}
		if back, err := ParseSaved(saved); err != nil || back.Saved().Encode() != saved {
			t.Errorf("%q is read back as %q, %v", saved, back.Saved().Encode(), err)
		}
	}
	for _, wrong := range []string{"ends=never-ever", "%zz", "scope=everything"} {
		if _, err := ParseSaved(wrong); err == nil {
			t.Errorf("%q is a filter", wrong)
		}
	}
}
