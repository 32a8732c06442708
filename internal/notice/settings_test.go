package notice

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/fault"
)

// in is a time in Berlin.
func in(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone("Europe/Berlin"))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestQuietUntil: nights, weekends, both together, and the nights in which clocks jump.
func TestQuietUntil(t *testing.T) {
	t.Parallel()
	night, weekends := Quiet{From: 22 * 60, Until: 7 * 60}, Quiet{From: 22 * 60, Until: 7 * 60, Weekends: true}
	for name, tc := range map[string]struct {
		quiet    *Quiet
		at, want string
	}{
		"none":                         {nil, "2026-11-24 23:00", "2026-11-24 23:00"},
		"by day":                       {&night, "2026-11-24 21:59", "2026-11-24 21:59"},
		"evening":                      {&night, "2026-11-24 22:00", "2026-11-25 07:00"},
		"morning":                      {&night, "2026-11-25 06:59", "2026-11-25 07:00"},
		"the end":                      {&night, "2026-11-25 07:00", "2026-11-25 07:00"},
		"at noon":                      {&Quiet{From: 12 * 60, Until: 13 * 60}, "2026-11-25 12:30", "2026-11-25 13:00"},
		"weekend":                      {&weekends, "2026-11-28 12:00", "2026-11-30 07:00"},
		"Friday night":                 {&weekends, "2026-11-27 23:00", "2026-11-30 07:00"},
		"a clock that jumps ahead":     {&Quiet{From: 0, Until: 2*60 + 30}, "2026-03-29 01:00", "2026-03-29 03:30"},
		"a clock that jumps back":      {&Quiet{From: 0, Until: 3 * 60}, "2026-10-25 01:00", "2026-10-25 03:00"},
		"quiet for the whole day long": {&Quiet{From: 8 * 60, Until: 8 * 60}, "2026-11-25 12:00", "2026-11-25 12:00"},
	} {
		s := Settings{Quiet: tc.quiet, ZoneName: "Europe/Berlin"}
		if got := s.quietUntil(in(t, tc.at)); !got.Equal(in(t, tc.want)) {
			t.Errorf("%s: quiet until %v, want %s", name, got, tc.want)
		}
	}
}

func TestNextDigest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		digest   DailyDigest
		at, want string
	}{
		"later today":    {DailyDigest{Minute: 480}, "2026-11-24 07:00", "2026-11-24 08:00"},
		"now":            {DailyDigest{Minute: 480}, "2026-11-24 08:00", "2026-11-24 08:00"},
		"tomorrow":       {DailyDigest{Minute: 480}, "2026-11-24 08:01", "2026-11-25 08:00"},
		"after weekends": {DailyDigest{Minute: 480}, "2026-11-27 09:00", "2026-11-30 08:00"},
		"on weekends":    {DailyDigest{Minute: 480, Weekends: true}, "2026-11-27 09:00", "2026-11-28 08:00"},
	} {
		s := Settings{Digest: &tc.digest, ZoneName: "Europe/Berlin"}
		if got := s.nextDigest(in(t, tc.at)); !got.Equal(in(t, tc.want)) {
			t.Errorf("%s: next at %v, want %s", name, got, tc.want)
		}
	}
}

// TestCheck: what cannot be kept is named by its place.
func TestCheck(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	usual := NewSettings()
	if err := usual.Check(now); err != nil {
		t.Errorf("the usual settings: %v", err)
	}
	for place, s := range map[string]Settings{
		"/ladder":           {Ladder: make([]Step, MaxSteps+1)},
		"/ladder/0/channel": {Ladder: []Step{{Channel: Teams}}},
		"/ladder/0/after":   {Ladder: []Step{{Channel: Push, Share: 96}}},
		"/zone":             {ZoneName: "Mars/Olympus"},
		"/quiet":            {Quiet: &Quiet{From: 24 * 60}},
		"/digest":           {Digest: &DailyDigest{Minute: -1}},
		"/mutes":            {Mutes: make([]Mute, MaxMutes+1)},
		"/mutes/0/until":    {Mutes: []Mute{{Until: now.Add(MaxMute + 1)}}},
	} {
		faults, ok := errors.AsType[fault.List](s.Check(now))
		if !ok || faults[0].Pointer != place {
			t.Errorf("%s: %v", place, faults)
		}
	}
}
