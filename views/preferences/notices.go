// Package preferences shows people how they are told of requests, with a form for each setting. The
// forms work without scripts; one script sends them without loading the page again, and subscribes
// the browser.
package preferences

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/internal/notice/personal"
	"countersign/internal/printable"
	"countersign/views/words"
)

// Notices is the part of the settings about notices.
type Notices struct {
	Book     *personal.Book
	Browsers []Browser
	// PushKey is the key that browsers subscribe to; empty if the desk has no web push.
	PushKey string
	Queues  []string   // that the reader may mute
	Zone    string     // of the reader's browser
	Typed   url.Values // the form that was refused
	// Focus is the channel whose switch gets the focus: a mail led here to switch it off.
	Focus  string
	Saved  time.Time // when a change was saved; zero if none was just now
	Tested *Tested   // the test that was just sent
	Faults fault.List
}

// Browser is one that takes pushes for the reader.
type Browser struct {
	ID, Name string
	MadeAt   time.Time
	Current  bool // it subscribed to the present key
}

// Tested is what became of a test, at the row of its place.
type Tested struct {
	Channel, Browser string
	personal.Tested
}

// says is what became of the test of a place; empty if that place was not tested.
func (m Notices) says(channel, browser string, at words.Moment) string {
	t := m.Tested
	switch {
	case t == nil || t.Channel != channel || t.Browser != browser:
		return ""
	case t.Fault == nil:
		return "Test sent " + at.Clock(t.At) + ", taken in " + words.Gap(t.Took) + "."
	case t.Fault.Words != "":
		return "The test was not taken: " + t.Fault.Words
	}
	return "The test was not taken: " + faultWords[t.Fault.Code]
}

// faultWords say what a fault means to somebody who sent a test.
var faultWords = map[notice.FaultCode]string{
	notice.Busy:        "the other side asks to come again later.",
	notice.Unreachable: "the other side cannot be reached. An admin can find out why.",
	notice.Unanswered:  "no answer came. It may have arrived.",
	notice.Refused:     "the other side does not take it.",
	notice.Denied:      "the other side does not accept this desk. An admin can find out why.",
	notice.NoPlace:     "this place does not exist any more.",
}

// failed reports whether the latest test was not taken.
func (m Notices) failed() bool { return m.Tested != nil && m.Tested.Fault != nil }

// fault is what is wrong with a form; empty if nothing is.
func (m Notices) fault(form string) string {
	i := slices.IndexFunc(m.Faults, func(f fault.Fault) bool { return f.Pointer == form || strings.HasPrefix(f.Pointer, "/"+form) })
	if i < 0 {
		return ""
	}
	return m.Faults[i].Detail
}

// channelName is a channel as people say it.
func channelName(channel string) string {
	switch channel {
	case notice.Email:
		return "E-mail"
	case notice.Push:
		return "Browsers"
	case notice.Slack:
		return "Slack"
	}
	return channel
}

// steps are those of the ladder, and one without a channel for another step.
func (m Notices) steps() []notice.Step {
	steps := slices.Clone(m.Book.Settings.Ladder)
	if m.Typed.Get("set") == "ladder" {
		steps = m.typedSteps()
	}
	if len(steps) < notice.MaxSteps {
		steps = append(steps, notice.Step{})
	}
	return steps
}

// typedSteps are those of a form that was refused. A time that cannot be read is left at once.
func (m Notices) typedSteps() (steps []notice.Step) {
	whens := m.Typed["when"]
	for i, channel := range m.Typed["channel"] {
		if i == notice.MaxSteps {
			break
		}
		if channel == "" || i >= len(whens) || !slices.Contains(notice.PersonalChannels, channel) {
			continue
		}
		step, ok := personal.ParseStep(channel, whens[i])
		if !ok {
			step = notice.Step{Channel: channel}
		}
		steps = append(steps, step)
	}
	return steps
}

// maxTyped bounds what the page shows of a text that was typed, in characters.
const maxTyped = 64

// typed is what was typed into a field of a form that was refused, else what is kept.
func (m Notices) typed(form, field, kept string) string {
	if m.Typed.Get("set") != form {
		return kept
	}
	return printable.Clip(m.Typed.Get(field), maxTyped)
}

// ticked is whether a box of a form that was refused was ticked, else what is kept.
func (m Notices) ticked(form string, kept bool) bool {
	if m.Typed.Get("set") != form {
		return kept
	}
	return m.Typed.Has("weekends")
}

// choice is one option of a list.
type choice struct {
	Value, Label string
	Chosen       bool
}

// channelChoices are the channels of a step. One that the desk has no more stays if it was chosen.
func (m Notices) channelChoices(s notice.Step) []choice {
	none := "Remove"
	if s.Channel == "" {
		none = "Add a step…"
	}
	all := []choice{{"", none, s.Channel == ""}}
	for _, name := range notice.PersonalChannels {
		if m.Book.Offers(name) || name == s.Channel {
			all = append(all, choice{name, channelName(name), name == s.Channel})
		}
	}
	return all
}

// afters and shares are the times of steps that the page offers.
var (
	afters = []time.Duration{0, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour}
	shares = []int{50, 80, 90}
)

// whenChoices are the times of a step, its own among them.
func whenChoices(s notice.Step) []choice {
	var steps []notice.Step
	for _, after := range afters {
		steps = append(steps, notice.Step{After: after})
	}
	for _, share := range shares {
		steps = append(steps, notice.Step{Share: share})
	}
	own := notice.Step{After: s.After, Share: s.Share}
	if !slices.Contains(steps, own) {
		steps = append(steps, own)
	}
	var all []choice
	for _, step := range steps {
		all = append(all, choice{personal.When(step), whenWords(step), step == own})
	}
	return all
}

// whenWords say when a step comes.
func whenWords(s notice.Step) string {
	switch {
	case s.Share > 0:
		return "at " + strconv.Itoa(s.Share) + " % of the time"
	case s.After == 0:
		return "at once"
	}
	return "after " + words.Duration(s.After) + " unless opened"
}

// mutable are the queues that are not muted yet.
func (m Notices) mutable() []string {
	return slices.DeleteFunc(slices.Clone(m.Queues), func(queue string) bool { return m.Book.Settings.Muted(queue, m.Book.Now) })
}

// spans are for how long a queue can be muted.
var spans = []choice{
	{"1h", "for an hour", false}, {"4h", "for 4 hours", false}, {"24h", "for a day", true}, {"168h", "for a week", false}, {"672h", "for 4 weeks", false},
}

// zoneName is the reader's time zone: the one they typed or chose, or that of the browser.
func (m Notices) zoneName() string {
	return m.typed("zone", "zone", cmp.Or(m.Book.Settings.ZoneName, m.Zone))
}

// onOff is the state of a switch in words.
func onOff(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}
