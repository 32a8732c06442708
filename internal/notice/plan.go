package notice

import (
	"slices"
	"time"

	"countersign/internal/callbacks"
)

// Plan is what people have to be told of one callback, as it is now.
type Plan struct {
	Notices []Planned
	// Unreached are those whose places get nothing until further notice: the story says why.
	Unreached []Unreached
	// TooFew says that the people seen are too few to decide.
	TooFew bool
	// Sight identifies what the plan changes of messages that were told. While it stays as it was,
	// and the callback too, they need not be drawn again.
	Sight string
	// Next is when the callback is planned again although nothing changes; zero for never.
	Next time.Time
}

// Unreached is a notice that cannot be sent, with the fault behind that.
type Unreached struct {
	Planned
	Fault FaultCode
	Words string
}

// Bounds of a plan.
const (
	// FewEnough is how many people may sign at most if those get mails who did not ask for any.
	// More are reached by the places of their groups.
	FewEnough = 20
	// maxAudience bounds the people who are told of one callback over channels of their own.
	maxAudience = 1000
	// soonest is the part of the time, in percent, after which the first steps are over, however
	// long they were to wait.
	soonest = 45
	// leastLook is the least time between two looks at a callback whose heartbeats may stop.
	leastLook = 5 * time.Second
)

// Plan says who has to be told of a callback, over which channels, and when. It is pure. Everybody
// in it who is asked to sign may sign now, as the gate of the page says.
func (c *Circle) Plan(s *Situation) Plan {
	p := planner{Circle: c, Situation: s, known: make(map[aim]bool), pasts: s.pasts()}
	p.events()
	switch state := s.Callback.State; {
	case state == callbacks.Pending:
		p.pending()
	case state.NeedsOperator():
		p.admins(Attention)
	case !state.Open():
		p.outcome()
	}
	if s.Callback.Problem.NeedsOperator() {
		p.admins(Attention)
	}
	if s.Callback.ExecutionFailed {
		p.failed()
	}
	p.plan.Sight = p.sight()
	return p.plan
}

// planner makes one plan.
type planner struct {
	*Circle
	*Situation
	plan     Plan
	audience []*Member // who may sign and is not known to look at it
	missing  []string  // groups whose members may sign
	// lastSince is since when one place of the rule, of several, is the last that is open; zero if
	// it is not so.
	lastSince time.Time
	gate      *callbacks.Gate
	leading   callbacks.Proposal // which needs the fewest signatures
	known     map[aim]bool
	pasts     map[string]past
}

// add adds a notice, unless its channel is not configured. If its place is off, the story is told.
func (p *planner) add(n Planned) {
	key := aim{n.Target, n.Topic}
	if _, configured := p.Styles[n.Channel]; !configured || p.known[key] {
		return
	}
	p.known[key] = true
	if pause, off := p.Off[Target{Channel: n.Channel, Place: n.Place}]; off {
		if p.look(n.Due); !n.Due.After(p.Now) {
			p.plan.Unreached = append(p.plan.Unreached, Unreached{n, pause.Code, pause.Words})
		}
		return
	}
	n.Gathering = p.gathers(n.Target)
	p.plan.Notices = append(p.plan.Notices, n)
}

// events plans what webhooks hear: every state. One of them is that little time is left.
func (p *planner) events() {
	c, urgent := &p.Callback, false
	names := p.Rules.events(p.Situation)
	if c.State == callbacks.Pending && len(names) > 0 {
		urgent = p.escalated() || p.unattended()
		for _, share := range p.Rules.Queues[c.Queue].RemindAt {
			at := p.at(share)
			urgent = urgent || !at.IsZero() && !p.Now.Before(at)
			p.look(at)
		}
	}
	for _, name := range names {
		p.add(Planned{Target: Target{Channel: Webhooks, Place: name}, Topic: Topic{Kind: MaySign}, Due: p.Now, Urgent: urgent})
	}
}

// look has the callback planned again at a time.
func (p *planner) look(at time.Time) {
	if at.After(p.Now) && (p.plan.Next.IsZero() || at.Before(p.plan.Next)) {
		p.plan.Next = at
	}
}

// pending plans who is asked to sign.
func (p *planner) pending() {
	c := &p.Callback
	gate := p.Queues.Gate(c, p.Signatures, p.Now)
	leading := gate.Standing().Leading()
	p.gate, p.leading = &gate, leading.Proposal
	p.missing = p.groups(&gate, &leading)
	if n := len(leading.Signed); n > 0 && leading.Stance == callbacks.For && len(leading.Missing) == 1 && len(c.Requirement.Signatures) > 1 {
		p.lastSince = leading.Signed[n-1].At
	}
	var all []callbacks.Signer
	for i := range p.Members {
		m := &p.Members[i]
		all = append(all, m.Signer)
		if len(p.audience) < maxAudience && !p.signed(m.ID) && gate.Helps(m.Signer, leading.Proposal) {
			p.audience = append(p.audience, m)
		}
	}
	p.places()
	p.voided()
	p.assigned()
	for _, m := range p.audience {
		p.member(m)
	}
	if p.Everybody {
		if tally := gate.Attainable(all); !tally.Complete() {
			p.plan.TooFew = true
			p.admins(Nobody)
		}
	}
	p.look(c.NextEscalation().Add(time.Second)) // the worker puts it on record at that time
	if beats := c.Clocks.HeartbeatTimeout; beats > 0 && c.KeepAlive != callbacks.KeepAliveQueued {
		p.look(p.Now.Add(max(beats/8, leastLook))) // the last beat is up to a third old
	}
}

// groups are those whose members may fill a place that is open. Once the queue is not configured any
// more, only those that the request was escalated to are.
func (p *planner) groups(gate *callbacks.Gate, leading *callbacks.Tally) (all []string) {
	_, configured := p.Queues[p.Callback.Queue]
	for _, missing := range leading.Missing {
		from := missing.From
		if len(from) == 0 {
			from = gate.Queue.Groups
		}
		if configured {
			all = append(all, from...)
		}
	}
	if p.escalated() {
		all = append(all, p.Callback.Requirement.Escalate.To...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// escalated reports whether more groups may sign since the request was escalated.
func (p *planner) escalated() bool {
	at := p.Callback.EscalatesAt()
	return p.Callback.Requirement.Escalate != nil && (!p.Callback.EscalatedAt.IsZero() || !at.IsZero() && !p.Now.Before(at))
}

// places plans what the groups are told together, with the reminders of the queue.
func (p *planner) places() {
	for _, group := range p.missing {
		why, asked := p.why(group), p.Rules.places(group, p.Situation, false)
		for _, t := range asked {
			again := p.lastAgain(p.toldAt(t)) && p.Styles[t.Channel] != Posted // where each signature is a post anyway
			p.add(Planned{Target: t, Topic: Topic{Kind: MaySign}, Due: p.Now, Latest: p.soonest(p.Now), Why: why, Urgent: why.Last && !again})
		}
		for _, t := range p.Rules.places(group, p.Situation, true) {
			p.atRisk(t, asked, why)
		}
	}
}

// atRisk plans what a place is told once the request is at risk. asked are the places that are
// asked for signatures; a route may lead the rest elsewhere.
func (p *planner) atRisk(t Target, asked []Target, why Why) {
	told := p.toldAt(t)
	if !slices.Contains(asked, t) {
		for _, other := range asked {
			told = earliest(told, p.toldAt(other))
		}
	}
	if p.unattended() || p.lastAgain(told) && p.Styles[t.Channel] != Posted {
		p.add(Planned{Target: t, Topic: Topic{Kind: Needed}, Due: p.Now, Why: why, Urgent: true})
	}
	for _, share := range p.Rules.Queues[p.Callback.Queue].RemindAt {
		p.remind(t, share, why, p.Callback.ReceivedAt)
	}
}

// lastAgain reports whether somebody who was told at a time is told once more, because theirs has
// become the last place that is open. Whoever is told only now hears both at once.
func (p *planner) lastAgain(told time.Time) bool { return !told.IsZero() && told.Before(p.lastSince) }

// why is why the members of a group are told.
func (p *planner) why(group string) Why {
	return Why{Group: group, Last: !p.lastSince.IsZero(), Escalated: p.escalated() && slices.Contains(p.Callback.Requirement.Escalate.To, group)}
}

// remind plans a reminder at a part of the time, unless the place is told first only after that, or
// somebody has the callback open by then.
func (p *planner) remind(t Target, share int, why Why, since time.Time) {
	at := p.at(share)
	if at.IsZero() || !at.After(since) || !p.Now.Before(at) && p.open() {
		return
	}
	why.Share = float64(share) / 100
	p.add(Planned{Target: t, Topic: Topic{Kind: Needed, Share: share}, Due: at, Why: why, Urgent: true})
}

// soonest is the end of the first steps of somebody who is told from a time on; zero if the
// callback has no end.
func (p *planner) soonest(from time.Time) time.Time {
	end, cause := p.Callback.Ends()
	if cause == callbacks.NoDeadline {
		return from.Add(window) // nothing hurries; what arrives together is told together
	}
	return from.Add(max(end.Sub(from), 0) * soonest / 100)
}

// unattended reports whether a missing heartbeat will end the callback, although somebody had it
// open: whoever opened it was told nothing more, and nobody sends heartbeats now.
func (p *planner) unattended() bool {
	c := &p.Callback
	_, cause := c.Ends()
	return cause == callbacks.CauseHeartbeat && len(p.Openers) > 0 && !p.open() && !c.KeptAlive()
}

// admins tells those who run the desk.
func (p *planner) admins(kind Kind) {
	for _, group := range p.Rules.Admins {
		for _, t := range p.Rules.Groups[group] {
			p.add(Planned{Target: t, Topic: Topic{Kind: kind}, Due: p.Now, Why: Why{Group: group}})
		}
	}
	for i := range p.Members {
		if m := &p.Members[i]; m.Roles.Admin {
			p.inform(m, Topic{Kind: kind})
		}
	}
}

// voided tells those who believe that they have signed and whose signature became void, each time
// it does: also those who have it open, and those who cannot sign again. Whoever can is asked to.
func (p *planner) voided() {
	times := make(map[string]int) // by person
	for i := range p.Signatures {
		given := &p.Signatures[i]
		if given.Live() || given.End.Lapse != callbacks.Void {
			continue
		}
		times[given.By.ID]++
		m := p.Circle.member(given.By.ID)
		if m == nil || callbacks.LastSignature(p.Signatures, m.Person) != given || !p.Queues.Sees(m.Signer, &p.Callback, p.Now) {
			continue
		}
		about := Topic{Kind: Void, Share: times[m.ID]}
		if channel := p.informedBy(m); slices.Contains(p.audience, m) && p.reached(m, channel) {
			p.sendAwake(m, channel, Planned{Topic: about, Due: p.Now, Latest: p.Now.Add(window)}, true)
		} else {
			p.inform(m, about)
		}
	}
}

// assigned tells somebody that the callback was given to them, and whoever had it that it is
// somebody else's now, or nobody's. Nobody is told what they did themselves.
func (p *planner) assigned() {
	a := &p.Assigned
	minute := int(a.At.Unix() / 60) // each time is told by itself, and what is given in one go together
	tell := func(who callbacks.Actor, kind Kind) {
		m := p.Circle.member(who.ID)
		if m != nil && who.ID != a.By.ID && !m.Settings.Muted(p.Callback.Queue, p.Now) && p.Queues.Sees(m.Signer, &p.Callback, p.Now) {
			p.inform(m, Topic{Kind: kind, Share: minute})
		}
	}
	tell(a.To, Assigned)
	tell(a.Before, TakenOver)
}

// outcome tells the requester what became of the request, unless they decided it.
func (p *planner) outcome() {
	for i := range p.Members {
		m := &p.Members[i]
		if p.asks(m.Person) && (p.Callback.Decision == nil || p.Callback.Decision.By.ID != m.ID) {
			p.inform(m, Topic{Kind: Decided})
		}
	}
}

// failed tells those who approved that the execution failed after that.
func (p *planner) failed() {
	for _, given := range p.Signatures {
		m := p.Circle.member(given.By.ID)
		if m != nil && given.Live() && given.Stance == callbacks.For && m.Settings.Failures && p.Queues.Sees(m.Signer, &p.Callback, p.Now) {
			p.inform(m, Topic{Kind: Failed})
		}
	}
}
