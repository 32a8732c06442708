package preferences

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/notice"
)

var now = time.Date(2026, 11, 24, 12, 51, 0, 0, time.UTC)

// TestChange: each form, and what it makes of the settings of somebody who chose none.
func TestChange(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]func(*notice.Settings){
		"set=channel&channel=email&on=true":  func(s *notice.Settings) { s.Mail = true },
		"set=channel&channel=email&on=false": func(s *notice.Settings) { s.Off = []string{"email"} },
		"set=channel&channel=push&on=false":  func(s *notice.Settings) { s.Off = []string{"push"} },
		"set=ladder&channel=push&when=0s&channel=&when=0s&channel=email&when=5m0s&channel=slack&when=80%25": func(s *notice.Settings) {
			s.Ladder = []notice.Step{{Channel: "push"}, {Channel: "email", After: 5 * time.Minute}, {Channel: "slack", Share: 80}}
		},
		"set=ladder":         func(s *notice.Settings) { s.Ladder = nil },
		"set=quiet&on=true":  func(s *notice.Settings) { s.Quiet = &notice.Quiet{From: 19 * 60, Until: 450} },
		"set=quiet&on=false": func(s *notice.Settings) {},
		"set=hours&quiet-from=22:00&quiet-until=06:15&weekends=on": func(s *notice.Settings) { s.Quiet = &notice.Quiet{From: 1320, Until: 375, Weekends: true} },
		"set=digest&on=true":       func(s *notice.Settings) { s.Digest = &notice.DailyDigest{Minute: 480} },
		"set=digest-at&at=07:05":   func(s *notice.Settings) { s.Digest = &notice.DailyDigest{Minute: 425} },
		"set=failures&on=false":    func(s *notice.Settings) { s.Failures = false },
		"set=zone&zone=Asia/Tokyo": func(s *notice.Settings) { s.ZoneName = "Asia/Tokyo" },
		"set=mute&muted=finance&for=4h": func(s *notice.Settings) {
			s.Mutes = []notice.Mute{{Queue: "finance", Until: now.Add(4 * time.Hour)}}
		},
		"set=unmute&muted=finance": func(*notice.Settings) {},
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		change, err := Request{Form: values, Zone: "Europe/Berlin", Queues: []string{"finance"}, Now: now}.Change()
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		got, wanted := notice.NewSettings(), notice.NewSettings()
		wanted.ZoneName = "Europe/Berlin"
		if err := change(&got); err != nil {
			t.Error(err)
		}
		want(&wanted)
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
		if err := got.Check(now); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
}

// TestFaults: what nobody can have chosen in the page changes nothing.
func TestFaults(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		"":                                  "set",
		"set=everything":                    "set",
		"set=channel&channel=teams&on=true": "set",
		"set=ladder&channel=push&when=soon": "ladder",
		"set=ladder&channel=push&when=0%25": "ladder",
		"set=hours&quiet-from=25:00&quiet-until=06:15": "quiet",
		"set=hours&quiet-from=06:15&quiet-until=06:15": "quiet",
		"set=digest-at&at=noon":                        "digest",
		"set=mute&muted=security&for=4h":               "mute",
		"set=mute&muted=finance&for=forever":           "mute",
		"set=mute&muted=finance&for=-4h":               "mute",
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		change, err := Request{Form: values, Queues: []string{"finance"}, Now: now}.Change()
		if err == nil || change != nil || !strings.HasPrefix(err.Error(), want+": ") {
			t.Errorf("%s: got %v, want a fault of %s", form, err, want)
		}
	}
}

// TestMute_Again: a queue is muted once, until the later choice.
func TestMute_Again(t *testing.T) {
	t.Parallel()
	s := notice.NewSettings()
	for _, span := range []string{"24h", "1h"} {
		change, err := Request{Form: url.Values{"set": {"mute"}, "muted": {"finance"}, "for": {span}}, Queues: []string{"finance"}, Now: now}.Change()
		if err != nil {
			t.Fatal(err)
		}
		if err := change(&s); err != nil {
			t.Error(err)
		}
	}
	if len(s.Mutes) != 1 || !s.Mutes[0].Until.Equal(now.Add(time.Hour)) {
		t.Errorf("got %+v", s.Mutes)
	}
}
