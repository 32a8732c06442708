package admin

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	faults "countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// Channels is the page of the channels over which people and programs are told.
type Channels struct {
	List   []Channel
	Health []notice.Health
	Pauses []notice.Pause // that hold, the latest first
	Admin  bool           // whether the reader may change something
	Tested *Tested        // nil unless a test was asked for
	Mute   MuteDraft
}

// Channel is a channel of the configuration, or one place of a channel whose places the operator
// names.
type Channel struct {
	Name  string // as the configuration calls it
	Place string // of channels whose places are apart; else empty
	Says  string // where it leads, without a secret
	// Places are those to which a test can be sent. None if only people have places there.
	Places []string
}

// Key names the channel in forms.
func (c Channel) Key() string { return c.Name + ":" + c.Place }

// Tested is what became of a test.
type Tested struct {
	Channel Channel
	Place   string
	Fault   *notice.Fault // nil if it was taken
}

// MuteDraft is what was typed into the form that mutes a channel.
type MuteDraft struct {
	Channel, Hours, Reason string
	Faults                 faults.List
}

// MaxMuteReason bounds the reason of a mute, in characters.
const MaxMuteReason = 200

// MuteHours are the times for which a channel can be muted, in hours.
var MuteHours = []int{1, 4, 8, 24}

// row is a channel with how it does.
type row struct {
	Channel
	notice.Health

	pause *notice.Pause
}

// rows are the channels in their order.
func (m Channels) rows() []row {
	all := make([]row, len(m.List))
	for i, c := range m.List {
		all[i] = row{Channel: c, pause: m.pauseOf(c.Name, c.Place)}
		for _, h := range m.Health {
			if h.Channel == c.Name && h.Place == c.Place {
				all[i].Health = h
			}
		}
	}
	return all
}

func (m Channels) pauseOf(channel, place string) *notice.Pause {
	for i := range m.Pauses {
		if p := &m.Pauses[i]; p.Channel == channel && p.Place == place {
			return p
		}
	}
	return nil
}

// off are places without a row of their own that get nothing any more.
func (m Channels) off() []notice.Pause {
	return slices.DeleteFunc(slices.Clone(m.Pauses), func(p notice.Pause) bool { return p.Place == "" || notice.OwnPlaces(p.Channel) })
}

// name is what people call the channel.
func (c Channel) name() string {
	if c.Place == "" {
		return words.Channel(c.Name)
	}
	return words.Channel(c.Name) + " " + c.Place
}

func (c Channel) icon() string {
	switch c.Name {
	case notice.Email:
		return "send"
	case notice.Push:
		return "bell"
	case notice.Webhooks:
		return "plug"
	}
	return "chat"
}

// state says how a channel does.
func (r row) state(m words.Moment) words.Mark {
	switch {
	case r.pause != nil && r.pause.Code == "":
		return words.Mark{Word: "Muted until " + m.Minute(r.pause.Until), Icon: "clock"}
	case r.pause != nil && r.pause.Until.Equal(notice.ForGood):
		return words.Mark{Word: "Switched off", Icon: "x", Tone: "over"}
	case r.pause != nil:
		return words.Mark{Word: "Rests until " + m.Minute(r.pause.Until), Icon: "x", Tone: "over"}
	case r.Failing > 0 && r.LastSent.Before(r.FailingSince):
		return words.Mark{Word: "Fails since " + m.Minute(r.FailingSince), Icon: "x", Tone: "over"}
	case r.Failing > 0:
		return words.Mark{Word: "Some fail", Icon: "warn", Tone: "problem"}
	case r.GivenUp > 0 && r.LastSent.Before(r.FailingSince):
		return words.Mark{Word: "Given up", Icon: "warn", Tone: "problem"}
	case !r.LastSent.IsZero():
		return words.Mark{Word: "Works", Icon: "check", Tone: "delivered"}
	}
	return words.Mark{Word: "Nothing sent lately", Icon: "clock"}
}

// trouble reports whether somebody has to look at the channel.
func (r row) trouble() bool {
	return r.pause != nil && r.pause.Code != "" || r.pause == nil && r.Failing > 0 && r.LastSent.Before(r.FailingSince)
}

// Troubles counts the channels that somebody has to look at.
func (m Channels) Troubles() (n int) {
	for _, r := range m.rows() {
		if r.trouble() {
			n++
		}
	}
	return n
}

// last says what went wrong last, and what comes next.
func (r row) last(m words.Moment) string {
	switch {
	case r.pause != nil && r.pause.Code == "":
		return "muted by " + r.pause.By.Name + ": “" + untrusted.Isolate(r.pause.Words) + "”"
	case r.pause != nil:
		return faultWords(r.pause.Code, r.pause.Words)
	case r.Fault == "":
		return ""
	}
	said := faultWords(r.Fault, r.Words)
	if r.Next.IsZero() {
		said += "; given up"
	} else {
		said += fmt.Sprintf("; try %d is at %s", r.Tries+1, m.Clock(r.Next))
	}
	return said
}

// failedAt is the place that failed, where the row does not name it.
func (r row) failedAt() string {
	switch {
	case r.Fault == "", r.FailedAt != "" && r.FailedAt == r.Channel.Place:
		return ""
	case r.FailedAt == "":
		return person
	}
	return r.FailedAt
}

// person stands for the address or account of a person, which belongs to them alone.
const person = "a person"

// faultWords says what a fault is.
func faultWords(code notice.FaultCode, said string) string {
	return cmp.Or(said, string(code))
}

// advice says what to do about a fault.
func advice(code notice.FaultCode) string {
	switch code {
	case notice.Busy:
		return "The other side is there and asks to come again. The desk waits as long as it asks, and tries a webhook for five days."
	case notice.Unreachable:
		return "No connection was made, so nothing was taken. Look at the address, its name and its certificate."
	case notice.Unanswered:
		return "No answer came. The message is sent again as the same message, so nobody is told twice where the channel can tell."
	case notice.Refused:
		return "The other side does not take this message. Others may pass."
	case notice.Denied:
		return "The other side does not accept the token, the secret or the settings. Mend countersign.yaml, then try again."
	case notice.NoPlace:
		return "The place does not exist any more, or the desk may not write there. Take it out of countersign.yaml, or mend it and try again."
	case notice.NoMessage:
		return "Somebody deleted the message. It is not written again."
	}
	return ""
}

// advised are the faults of the page, each once, in their order.
func (m Channels) advised() (codes []notice.FaultCode) {
	add := func(code notice.FaultCode) {
		if code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	for _, r := range m.rows() {
		add(r.Fault)
		if r.pause != nil {
			add(r.pause.Code)
		}
	}
	for _, p := range m.off() {
		add(p.Code)
	}
	return codes
}

// sum says what all channels did.
func (m Channels) sum() string {
	sent, failing, waiting := 0, 0, 0
	for _, r := range m.rows() {
		sent, failing, waiting = sent+r.Sent(), failing+r.Failing, waiting+r.Waiting
	}
	return fmt.Sprintf("%s sent in %d hours, %s failing, %d waiting", counted(sent, notice.MaxSent), notice.HealthHours, counted(failing, notice.MaxFailing), waiting)
}

// counted is a number that is at least so high from a bound on.
func counted(n, bound int) string {
	if n >= bound {
		return strconv.Itoa(bound) + "+"
	}
	return strconv.Itoa(n)
}

// left says what a channel in trouble has left to send.
func (r row) left() string {
	const alone = "Nothing else depends on it."
	if n := max(r.Waiting, r.Failing); n > 0 {
		return counted(n, notice.MaxFailing) + " left to send. " + alone
	}
	return alone
}

// barTop is the height of the highest bar.
const barTop = 16

// bars are the heights of the hours' bars. An hour without messages is a line.
func (r row) bars() []int {
	most := max(slices.Max(r.Hours[:]), 1)
	heights := make([]int, len(r.Hours))
	for i, n := range r.Hours {
		heights[i] = max((n*barTop+most-1)/most, 1)
	}
	return heights
}

// hours says what the bars show.
func (r row) hours(m words.Moment) string {
	var parts []string
	for i, n := range r.Hours {
		if n > 0 {
			from := m.Now.Add(time.Duration(i-notice.HealthHours) * time.Hour)
			parts = append(parts, fmt.Sprintf("%d from %s", n, m.Minute(from)))
		}
	}
	if len(parts) == 0 {
		return "none sent"
	}
	return "sent by the hour: " + strings.Join(parts, ", ")
}

// pausePlace is a place as the page shows it.
func pausePlace(p notice.Pause) string {
	if p.Person != "" {
		return person
	}
	return p.Place
}

// faultOf returns what is wrong with a field of the form, empty if nothing is.
func (d MuteDraft) faultOf(field string) string {
	for _, f := range d.Faults {
		if f.Pointer == field {
			return f.Detail
		}
	}
	return ""
}

func hoursLabel(n int) string { return words.Plural(n, "hour") }

func barX(i int) string { return strconv.Itoa(i * 5) }

func barY(height int) string { return strconv.Itoa(barTop - height) }
