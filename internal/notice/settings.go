package notice

import (
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
)

// Channels by their names, as the configuration and the settings of people have them.
const (
	Slack    = "slack"
	Email    = "email"
	Push     = "push"
	Teams    = "teams"
	Webhooks = "webhooks"
)

// PersonalChannels are the channels over which one person can be told.
var PersonalChannels = []string{Push, Slack, Email}

// Settings are what a person chose. The zero value tells them nothing; see [NewSettings].
type Settings struct {
	// Off are the channels that the person switched off.
	Off []string `json:"off,omitempty"`
	// Mail says that e-mail was asked for. Until then it goes to few people only; see [FewEnough].
	Mail bool `json:"mail,omitempty"`
	// Ladder are the steps in which the person is told, at most [MaxSteps].
	Ladder []Step `json:"ladder,omitempty"`
	// ZoneName is that of the person's time zone in the IANA database; empty for UTC.
	ZoneName string `json:"zone,omitempty"`
	// Quiet are the hours in which nothing is sent; nil for none.
	Quiet *Quiet `json:"quiet,omitempty"`
	// Digest gathers what is calm in one mail; nil for single mails.
	Digest *DailyDigest `json:"digest,omitempty"`
	// Failures says that the person hears when an execution fails after they approved.
	Failures bool `json:"failures"`
	// Mutes are the queues of which the person hears nothing for a while, at most [MaxMutes].
	Mutes []Mute `json:"mutes,omitempty"`
}

// Bounds of the settings of one person.
const (
	MaxSteps = 6
	MaxMutes = 50
	// MaxMute is how far ahead a mute may end.
	MaxMute = 90 * 24 * time.Hour
	// maxAfter is the latest step of a ladder.
	maxAfter = 7 * 24 * time.Hour
)

// Step is one step of the ladder of a person. Opening the request ends the ladder, and so does
// everybody's decision.
type Step struct {
	Channel string `json:"channel"`
	// After is how long after the first step it comes. Less, where little time is left.
	After time.Duration `json:"after,omitempty"`
	// Share makes it a reminder at a part of the time, in percent; then After is zero.
	Share int `json:"share,omitempty"`
}

// Quiet are hours in which a person is told nothing.
type Quiet struct {
	// From and Until are minutes of the day; if Until is not after From, it is on the next day.
	From  int `json:"from"`
	Until int `json:"until"`
	// Weekends says that Saturday and Sunday are quiet too.
	Weekends bool `json:"weekends,omitempty"`
}

// DailyDigest is when a person gets one mail of all that waits.
type DailyDigest struct {
	Minute int `json:"minute"` // of the day
	// Weekends says that it comes on Saturday and Sunday too.
	Weekends bool `json:"weekends,omitempty"`
}

// Mute keeps the requests of a queue from a person until a time.
type Mute struct {
	Queue string    `json:"queue"`
	Until time.Time `json:"until"`
}

// NewSettings are those of somebody who chose none: push at once, Slack at once, a mail after ten
// minutes unless they opened the request, and one reminder.
func NewSettings() Settings {
	return Settings{
		Ladder: []Step{
			{Channel: Push}, {Channel: Slack}, {Channel: Email, After: 10 * time.Minute},
			{Channel: Push, Share: 80}, {Channel: Slack, Share: 80},
		},
		Failures: true,
	}
}

// Check returns a [fault.List] if the settings cannot be kept. The pointers lead into their JSON.
func (s *Settings) Check(now time.Time) error {
	var faults fault.List
	if len(s.Ladder) > MaxSteps {
		faults.Add("/ladder", "At most %d steps.", MaxSteps)
	}
	if len(s.Mutes) > MaxMutes {
		faults.Add("/mutes", "At most %d queues.", MaxMutes)
	}
	for i, step := range s.Ladder {
		switch {
		case !slices.Contains(PersonalChannels, step.Channel):
			faults.Add(fmt.Sprintf("/ladder/%d/channel", i), "There is no channel %q.", step.Channel)
		case step.Share < 0 || step.Share > 95 || step.After < 0 || step.After > maxAfter:
			faults.Add(fmt.Sprintf("/ladder/%d/after", i), "A step comes at most 7 days after the first, or at 1 to 95 percent of the time.")
		}
	}
	if s.ZoneName != "" && zone(s.ZoneName) == nil {
		faults.Add("/zone", "There is no time zone %q. Write one such as Europe/Berlin.", s.ZoneName)
	}
	if q := s.Quiet; q != nil && (!minute(q.From) || !minute(q.Until)) {
		faults.Add("/quiet", "Quiet hours need two times of day.")
	}
	if d := s.Digest; d != nil && !minute(d.Minute) {
		faults.Add("/digest", "The digest needs a time of day.")
	}
	for i, m := range s.Mutes {
		if m.Until.After(now.Add(MaxMute)) {
			faults.Add(fmt.Sprintf("/mutes/%d/until", i), "A queue can be muted for at most 90 days.")
		}
	}
	return faults.Err()
}

func minute(m int) bool { return 0 <= m && m < 24*60 }

// zone is a time zone, or nil if nobody knows it.
func zone(name string) *time.Location {
	if name == "" || name == "Local" { // the zone of the server says nothing to the reader
		return nil
	}
	found, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return found
}

// Zone is the time zone of the person; UTC until they chose one.
func (s *Settings) Zone() *time.Location {
	if found := zone(s.ZoneName); found != nil {
		return found
	}
	return time.UTC
}

// Muted reports whether the person hears nothing of a queue now.
func (s *Settings) Muted(queue string, now time.Time) bool { return !s.mutedUntil(queue, now).IsZero() }

// mutedUntil is until when the person hears nothing of a queue; zero if they hear of it now.
func (s *Settings) mutedUntil(queue string, now time.Time) (until time.Time) {
	for _, m := range s.Mutes {
		if m.Queue == queue && now.Before(m.Until) {
			until = callbacks.Latest(until, m.Until)
		}
	}
	return until
}

// quietUntil is the end of the quiet hours in which a time is; the time itself if it is in none.
func (s *Settings) quietUntil(at time.Time) time.Time {
	q := s.Quiet
	if q == nil {
		return at
	}
	in := s.Zone()
	// Night after night and weekend after weekend may join, so the end of one may be in the next.
	for end := at; ; {
		next := q.end(end.In(in))
		if !next.After(end) || next.Sub(at) > 7*24*time.Hour {
			return end
		}
		end = next
	}
}

// end is the end of the night or the weekend day in which a local time is; else the time itself.
func (q *Quiet) end(local time.Time) time.Time {
	if q.Weekends && weekend(local) {
		return clock(local, 1, 0)
	}
	m := local.Hour()*60 + local.Minute()
	switch {
	case q.From < q.Until && q.From <= m && m < q.Until, q.From > q.Until && m < q.Until:
		return clock(local, 0, q.Until)
	case q.From > q.Until && m >= q.From:
		return clock(local, 1, q.Until)
	}
	return local
}

func weekend(local time.Time) bool {
	return local.Weekday() == time.Saturday || local.Weekday() == time.Sunday
}

// clock is a minute of the day some days after a local time. Where clocks jump, it is the nearest
// one that exists.
func clock(local time.Time, days, minute int) time.Time {
	y, m, d := local.Date()
	return time.Date(y, m, d+days, minute/60, minute%60, 0, 0, local.Location())
}

// nextDigest is the first digest at a time or later; zero if the person wants none.
func (s *Settings) nextDigest(at time.Time) time.Time {
	if s.Digest == nil {
		return time.Time{}
	}
	local := at.In(s.Zone())
	for days := 0; ; days++ {
		next := clock(local, days, s.Digest.Minute)
		if !next.Before(at) && (s.Digest.Weekends || !weekend(next)) {
			return next
		}
	}
}
