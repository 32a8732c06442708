package notice

import (
	"slices"

	"countersign/internal/callbacks"
)

// Circle is who may be told and how: the people that the desk has seen, what they chose, and what
// the operator configured. It is made anew every few seconds and never changed.
type Circle struct {
	Queues  callbacks.Queues
	Rules   Rules
	Styles  map[string]Style // of the channels that are configured
	Members []Member
	// Everybody says that Members are all the people seen, so that too few of them mean something.
	Everybody bool
	// Off are places that get nothing until further notice, with the reason.
	Off map[Target]Pause
}

// Member is a person and how they are reached.
type Member struct {
	callbacks.Signer
	Settings Settings
	// Places are where the person is reached, by channel.
	Places map[string][]string
}

// Rules are what the operator says of messages.
type Rules struct {
	Groups map[string][]Target // places, by group
	// Routes replace places of groups for some requests: the first one that matches does.
	Routes []Route
	// Events are the webhooks that hear of every callback, if no route names them.
	Events []string
	Admins []string // groups
	Queues map[string]QueueRules
}

// Route leads messages about some requests to places of its own. An empty list matches everything.
type Route struct {
	Queues, Functions, Sources, Tags []string
	// Risk says that it leads only what says that a request is at risk: reminders, and that nobody
	// else is likely to sign it in time.
	Risk bool
	To   []Target
}

// QueueRules are what messages of one queue may say, and when they remind.
type QueueRules struct {
	Title    TitleRule
	Fields   []FieldRule
	RemindAt []int // parts of the time, in percent
}

// TitleRule says where the title of a request may be said.
type TitleRule string

// The rules for titles.
const (
	TitleInside     TitleRule = ""           // on every channel but push, which lock screens show
	TitleEverywhere TitleRule = "everywhere" // with the fields, also in pushes
	TitleNowhere    TitleRule = "nowhere"
)

// FieldRule lets one value of the payload out.
type FieldRule struct {
	Label   string
	Pointer string // JSON pointer
}

// matches reports whether a route is for a request.
func (r *Route) matches(s *Situation) bool {
	c := &s.Callback
	one := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	tagged := len(r.Tags) == 0 || slices.ContainsFunc(r.Tags, func(tag string) bool { return slices.Contains(s.Content.Tags, tag) })
	return one(r.Queues, c.Queue) && one(r.Functions, c.Function) && one(r.Sources, c.Source) && tagged
}

// places are where the members of a group are told of a request together, or only that it is at
// risk. A route that matches replaces the places of its channels; without a match, they are those
// of the group.
func (r *Rules) places(group string, s *Situation, risk bool) []Target {
	own := slices.Clone(r.Groups[group])
	for i := range r.Routes {
		route := &r.Routes[i]
		if route.Risk && !risk || !route.matches(s) {
			continue
		}
		own = slices.DeleteFunc(own, func(t Target) bool {
			return slices.ContainsFunc(route.To, func(to Target) bool { return to.Channel == t.Channel })
		})
		for _, to := range route.To {
			if to.Channel != Webhooks {
				own = append(own, to)
			}
		}
		break
	}
	return own
}

// events are the webhooks that hear of a request: those of the first route that matches and names
// any, or else those that no route names.
func (r *Rules) events(s *Situation) (names []string) {
	routed := make(map[string]bool)
	found := false
	for i := range r.Routes {
		matches := r.Routes[i].matches(s)
		for _, to := range r.Routes[i].To {
			if to.Channel == Webhooks {
				routed[to.Place] = true
				if matches && !found {
					names = append(names, to.Place)
				}
			}
		}
		found = found || len(names) > 0
	}
	for _, name := range r.Events {
		if !routed[name] {
			names = append(names, name)
		}
	}
	return names
}

// member is the person with a key; nil if they are not known.
func (c *Circle) member(id string) *Member {
	for i := range c.Members {
		if c.Members[i].ID == id {
			return &c.Members[i]
		}
	}
	return nil
}

// off reports whether a place of a group, or a place without its person, gets nothing until further
// notice.
func (c *Circle) off(t Target) bool {
	_, off := c.Off[t]
	return off
}

// reached reports whether a member has a place on a channel that is configured and that they did
// not switch off.
func (c *Circle) reached(m *Member, channel string) bool {
	_, configured := c.Styles[channel]
	return configured && len(m.Places[channel]) > 0 && !slices.Contains(m.Settings.Off, channel)
}

// mayHear reports whether a place that was told of a callback may hear what becomes of it, although
// it is asked for nothing now. People may leave groups, places may be given to others, and routes
// may change.
func (c *Circle) mayHear(t Target, about Kind, s *Situation) bool {
	switch {
	case t.Channel == Webhooks:
		return slices.Contains(c.Rules.events(s), t.Place)
	case t.Person == "":
		if about == Attention || about == Nobody { // for admins, whose places no route replaces
			return slices.ContainsFunc(c.Rules.Admins, func(group string) bool { return slices.Contains(c.Rules.Groups[group], t) })
		}
		return slices.ContainsFunc(c.hearing(&s.Callback), func(group string) bool {
			return slices.Contains(c.Rules.places(group, s, false), t) || slices.Contains(c.Rules.places(group, s, true), t)
		})
	}
	m := c.member(t.Person)
	if m == nil || !slices.Contains(m.Places[t.Channel], t.Place) {
		return false
	}
	return about == Decided && s.asks(m.Person) || c.Queues.Sees(m.Signer, &s.Callback, s.Now)
}

// hearing are the groups whose places may hear of a callback.
func (c *Circle) hearing(cb *callbacks.Callback) []string {
	return append(slices.Clone(c.Queues[cb.Queue].Groups), asked(&cb.Requirement.Terms)...)
}

// asked are the groups that terms name.
func asked(t *callbacks.Terms) (groups []string) {
	for _, threshold := range t.Signatures {
		groups = append(groups, threshold.From...)
	}
	if t.Escalate != nil {
		groups = append(groups, t.Escalate.To...)
	}
	return groups
}

// gathers says how the messages of a place are gathered: a person's as far as the channel allows, a
// group's only by mail, where every message would be one more.
func (c *Circle) gathers(t Target) Gathering {
	switch style := c.Styles[t.Channel]; {
	case style == Event, style == Posted, style == InPlace && t.Person == "":
		return Alone
	case style == Appended, style == InPlace: // a chat makes no sound for a message that changes
		return Batch
	}
	return Joining
}
