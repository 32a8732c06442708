package preferences

import (
	"net/url"
	"slices"
	"time"

	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/internal/notice/personal"
)

// Request is a form with what its reading needs.
type Request struct {
	Form url.Values
	Zone string // of the reader's browser, for somebody who chose none
	// Queues are those that the reader may mute.
	Queues []string
	Now    time.Time
}

// What people set before they change it.
const (
	quietFrom, quietUntil = 19 * 60, 7*60 + 30 // minutes of the day
	digestAt              = 8 * 60
)

// Change returns the change that a form asks for, or a fault.List. What a form is about is in its
// field "set". The change fails with a fault.List if the setting is not any more what the form showed.
func (r Request) Change() (func(*notice.Settings) error, error) {
	var faults fault.List
	change := r.change(&faults)
	if change == nil && len(faults) == 0 {
		faults.Add("set", "There is no such setting.")
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return func(s *notice.Settings) error {
		if form := r.Form.Get("set"); r.Form.Has("was") && r.Form.Get("was") != personal.Revision(form, s) {
			return fault.List{{Pointer: pointers[form], Detail: "It was changed elsewhere meanwhile. What you chose stands here: save it again to replace that."}}
		}
		if s.ZoneName == "" {
			s.ZoneName = r.Zone
		}
		change(s)
		return nil
	}, nil
}

// pointers are where the page says what is wrong with a form that replaces a setting.
var pointers = map[string]string{"ladder": "ladder", "hours": "quiet", "digest-at": "digest"}

func (r Request) change(faults *fault.List) func(*notice.Settings) {
	on := r.Form.Get("on") == "true"
	switch r.Form.Get("set") {
	case "channel":
		return r.channel(on)
	case "ladder":
		return r.ladder(faults)
	case "quiet":
		return func(s *notice.Settings) {
			s.Quiet = nil
			setIf(on, &s.Quiet, notice.Quiet{From: quietFrom, Until: quietUntil})
		}
	case "hours":
		return r.hours(faults)
	case "digest":
		return func(s *notice.Settings) { s.Digest = nil; setIf(on, &s.Digest, notice.DailyDigest{Minute: digestAt}) }
	case "digest-at":
		return r.digest(faults)
	case "failures":
		return func(s *notice.Settings) { s.Failures = on }
	case "zone":
		return func(s *notice.Settings) { s.ZoneName = r.Form.Get("zone") }
	case "mute":
		return r.mute(faults)
	case "unmute":
		return func(s *notice.Settings) { s.Mutes = without(s.Mutes, r.Form.Get("muted")) }
	}
	return nil
}

func setIf[T any](on bool, field **T, value T) {
	if on {
		*field = &value
	}
}

// channel switches a channel.
func (r Request) channel(on bool) func(*notice.Settings) {
	name := r.Form.Get("channel")
	if !slices.Contains(notice.PersonalChannels, name) {
		return nil
	}
	return func(s *notice.Settings) { personal.Switch(s, name, on) }
}

// ladder reads the steps. One without a channel is left out.
func (r Request) ladder(faults *fault.List) func(*notice.Settings) {
	var steps []notice.Step
	whens := r.Form["when"]
	for i, channel := range r.Form["channel"] {
		if channel == "" || i >= len(whens) {
			continue
		}
		step, ok := personal.ParseStep(channel, whens[i])
		if !ok {
			faults.Add("ladder", "Choose when each step comes.")
		}
		steps = append(steps, step)
	}
	return func(s *notice.Settings) { s.Ladder = steps }
}

// hours reads the quiet hours.
func (r Request) hours(faults *fault.List) func(*notice.Settings) {
	from, ok1 := personal.ParseClock(r.Form.Get("quiet-from"))
	until, ok2 := personal.ParseClock(r.Form.Get("quiet-until"))
	if !ok1 || !ok2 || from == until {
		faults.Add("quiet", "Quiet hours need two different times of day, such as 19:00 and 07:30.")
	}
	q := notice.Quiet{From: from, Until: until, Weekends: r.Form.Has("weekends")}
	return func(s *notice.Settings) { s.Quiet = &q }
}

// digest reads when the digest comes.
func (r Request) digest(faults *fault.List) func(*notice.Settings) {
	minute, ok := personal.ParseClock(r.Form.Get("at"))
	if !ok {
		faults.Add("digest", "The digest needs a time of day, such as 08:00.")
	}
	d := notice.DailyDigest{Minute: minute, Weekends: r.Form.Has("weekends")}
	return func(s *notice.Settings) { s.Digest = &d }
}

// mute reads which queue is muted for how long.
func (r Request) mute(faults *fault.List) func(*notice.Settings) {
	queue := r.Form.Get("muted")
	span, err := time.ParseDuration(r.Form.Get("for"))
	if err != nil || span <= 0 {
		faults.Add("mute", "Choose how long.")
	}
	if !slices.Contains(r.Queues, queue) {
		faults.Add("mute", "Choose a queue of yours.")
	}
	return func(s *notice.Settings) {
		s.Mutes = append(without(s.Mutes, queue), notice.Mute{Queue: queue, Until: r.Now.Add(span)})
	}
}

func without(mutes []notice.Mute, queue string) []notice.Mute {
	return slices.DeleteFunc(mutes, func(m notice.Mute) bool { return m.Queue == queue })
}
