package notice

import (
	"slices"
	"time"

	"countersign/internal/callbacks"
)

// member plans the ladder of somebody who may sign.
func (p *planner) member(m *Member) {
	c := &p.Callback
	if until := m.Settings.mutedUntil(c.Queue, p.Now); !until.IsZero() {
		p.look(until)
		return
	}
	why := p.whyMember(m)
	if _, opened := p.opener(m.ID); opened {
		if p.unattended() {
			p.first(m, Planned{Topic: Topic{Kind: Needed}, Due: p.Now, Why: why, Urgent: true})
		}
		return // whoever opened it knows of it
	}
	before := p.pasts[m.ID]
	again := p.lastAgain(before.unopened(""))
	if again {
		p.first(m, Planned{Topic: Topic{Kind: Needed}, Due: p.Now, Why: why, Urgent: true})
	}
	since := before.since
	if since.IsZero() {
		since = p.Now
	}
	steps := p.steps(m)
	for i, step := range steps {
		if step.Share > 0 {
			p.reminder(m, step, why, since)
			continue
		}
		due := since.Add(step.After - steps[0].After)
		latest := p.soonest(since)
		if _, cause := c.Ends(); cause != callbacks.NoDeadline && due.After(latest) {
			due = latest
		}
		n := Planned{Topic: Topic{Kind: MaySign}, Due: due, Latest: latest, Why: why, Urgent: why.Last && !again}
		if i > 0 {
			n.Why.Unopened = before.unopened(step.Channel)
		}
		p.step(m, step.Channel, n, i == 0)
	}
}

// steps are the steps of a member over channels that reach them, the reminders last. Mails go to
// people who asked for them, and to all if few may sign.
func (p *planner) steps(m *Member) []Step {
	usable := slices.DeleteFunc(slices.Clone(m.Settings.Ladder), func(s Step) bool {
		unasked := s.Channel == Email && !m.Settings.Mail && len(p.audience) > FewEnough
		return unasked || !p.reached(m, s.Channel)
	})
	slices.SortStableFunc(usable, func(a, b Step) int {
		if (a.Share > 0) != (b.Share > 0) {
			return a.Share - b.Share
		}
		return int(a.After - b.After)
	})
	return usable
}

// step plans one step, outside of the quiet hours of the member.
func (p *planner) step(m *Member, channel string, n Planned, first bool) {
	_, cause := p.Callback.Ends()
	if first := m.Settings.nextDigest(n.Due); channel == Email && !first.IsZero() && (cause == callbacks.NoDeadline || first.Before(p.soonest(n.Due))) {
		p.digests(m, first, n)
		return
	}
	p.sendAwake(m, channel, n, first)
}

// sendAwake adds a notice that asks a member to sign, after their quiet hours. If the callback ends in
// them, it is left out, unless it is the first and nobody else is awake.
func (p *planner) sendAwake(m *Member, channel string, n Planned, first bool) {
	if wakes := m.Settings.quietUntil(n.Due); wakes.After(n.Due) {
		end, cause := p.Callback.Ends()
		dies := cause != callbacks.NoDeadline && !wakes.Before(end)
		switch {
		case !dies:
			n.Due, n.Latest = wakes, wakes
		case !first || p.awake(m, n.Due):
			return
		default:
			n.Urgent = true // it would end while everybody sleeps
		}
	}
	p.send(m, channel, n)
}

// digests plans the next digest of a member from the first one on: each day's has all that waits. Those
// that were planned stay.
func (p *planner) digests(m *Member, first time.Time, n Planned) {
	for _, known := range p.pasts[m.ID].digests {
		due := m.Settings.nextDigest(time.Unix(int64(known.Share)*secondsADay, 0))
		n.Topic, n.Due, n.Latest = known.Topic, due, due
		p.send(m, Email, n)
	}
	next := callbacks.Latest(first, m.Settings.nextDigest(p.Now))
	if end, cause := p.Callback.Ends(); cause != callbacks.NoDeadline && !next.Before(end) {
		return
	}
	n.Topic, n.Due, n.Latest = Topic{Kind: Digest, Share: day(next)}, next, next
	p.send(m, Email, n)
	p.look(next.Add(time.Minute))
}

const secondsADay = 24 * 60 * 60

// day is the number of a day.
func day(at time.Time) int { return int(at.Unix() / secondsADay) }

// awake reports whether somebody else who may sign is told at a time, or looks at it already.
func (p *planner) awake(but *Member, at time.Time) bool {
	return slices.ContainsFunc(p.audience, func(m *Member) bool {
		o, opened := p.opener(m.ID)
		told := !opened && !m.Settings.quietUntil(at).After(at) && !m.Settings.Muted(p.Callback.Queue, at) && len(p.steps(m)) > 0
		return m != but && (told || o.Open)
	})
}

// reminder plans a step at a part of the time. It is left out in quiet hours.
func (p *planner) reminder(m *Member, step Step, why Why, since time.Time) {
	at := p.at(step.Share)
	if at.IsZero() || !at.After(since) || m.Settings.quietUntil(at).After(at) || !p.Now.Before(at) && p.open() {
		return
	}
	why.Share = float64(step.Share) / 100
	why.Unopened = p.pasts[m.ID].unopened("")
	p.send(m, step.Channel, Planned{Topic: Topic{Kind: Needed, Share: step.Share}, Due: at, Why: why, Urgent: true})
}

// send adds a notice at each place of a member on a channel.
func (p *planner) send(m *Member, channel string, n Planned) {
	for _, place := range m.Places[channel] {
		n.Target = Target{Channel: channel, Place: place, Person: m.ID}
		p.add(n)
	}
}

// first adds a notice over the channel of the first step of a member.
func (p *planner) first(m *Member, n Planned) {
	if steps := p.steps(m); len(steps) > 0 {
		p.step(m, steps[0].Channel, n, true)
	}
}

// inform tells a member something that is no step of a ladder, after their quiet hours.
func (p *planner) inform(m *Member, about Topic) {
	due := m.Settings.quietUntil(p.Now)
	if channel := p.informedBy(m); p.reached(m, channel) {
		p.send(m, channel, Planned{Topic: about, Due: due, Latest: due.Add(window)})
	}
}

// informedBy is the channel of what is no step of a ladder: that of the member's first step, or mail.
func (p *planner) informedBy(m *Member) string {
	for _, step := range m.Settings.Ladder {
		if p.reached(m, step.Channel) {
			return step.Channel
		}
	}
	return Email
}

// whyMember is why somebody is told who may sign, as the gate finds it: their groups, or the person in
// whose right they would sign.
func (p *planner) whyMember(m *Member) Why {
	fresh := m.Signer
	fresh.GroupsReadAt = p.Now // as for [callbacks.Gate.Helps]
	if whom := p.gate.Explain(fresh, p.leading).ActingFor; whom != "" {
		return Why{For: whom, Last: !p.lastSince.IsZero()}
	}
	for _, group := range p.missing {
		if slices.Contains(m.Groups, group) {
			return p.why(group)
		}
	}
	return Why{}
}
