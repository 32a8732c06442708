package notice_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// t0 is a Tuesday at 13:00 UTC.
var t0 = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// scene is what a plan is made of: a request that ends an hour after t0, and who may sign it.
type scene struct {
	circle notice.Circle
	s      notice.Situation
}

// person is a member of some groups, reached by push and mail.
func person(name string, groups ...string) notice.Member {
	settings := notice.NewSettings()
	return notice.Member{
		Signer: callbacks.Signer{Person: callbacks.Person{
			ID: name, Subject: name, Name: strings.ToUpper(name[:1]) + name[1:], Email: name + "@example.com", EmailVerified: true,
			Groups: groups, GroupsReadAt: t0, Roles: callbacks.Roles{Reviewer: true},
		}},
		Settings: settings,
		Places:   map[string][]string{notice.Push: {name + "'s browser"}, notice.Email: {name + "@example.com"}},
	}
}

func newScene() *scene {
	ops := person("ops", "platform-team")
	ops.Roles = callbacks.Roles{Admin: true}
	c := callbackstest.NewCallback(callbackstest.Queue("finance"), callbackstest.ReceivedAt(t0), callbackstest.Timeout(time.Hour))
	c.Clocks.StartedAt = t0
	c.Requester = callbacks.Requester{Name: "Ines Calloway", Email: "ines@example.com"}
	c.Requirement = callbacks.OneSignature
	return &scene{
		circle: notice.Circle{
			Queues: callbacks.Queues{"finance": {Name: "finance", Groups: []string{"approvers", "controllers"}}},
			Rules: notice.Rules{
				Groups: map[string][]notice.Target{
					"approvers":     {{Channel: notice.Slack, Place: "#finance"}},
					"platform-team": {{Channel: notice.Slack, Place: "#ops"}},
				},
				Admins: []string{"platform-team"},
			},
			Styles: map[string]notice.Style{
				notice.Slack: notice.InPlace, notice.Email: notice.Appended, notice.Push: notice.Replaced,
				notice.Teams: notice.Appended, notice.Webhooks: notice.Event,
			},
			Members:   []notice.Member{person("ada", "approvers"), person("bob", "approvers"), ops},
			Everybody: true, Off: map[notice.Target]notice.Pause{},
		},
		s: notice.Situation{Callback: c, Now: t0},
	}
}

// member changes a member, who may be new.
func (sc *scene) member(name string, change func(*notice.Member)) {
	i := slices.IndexFunc(sc.circle.Members, func(m notice.Member) bool { return m.ID == name })
	if i < 0 {
		i = len(sc.circle.Members)
		sc.circle.Members = append(sc.circle.Members, person(name))
	}
	change(&sc.circle.Members[i])
}

// asleep gives a member quiet hours for two hours from now on.
func asleep(m *notice.Member) { m.Settings.Quiet = &notice.Quiet{From: 12 * 60, Until: 15 * 60} }

// rule binds the request.
func (sc *scene) rule(t callbacks.Terms) {
	sc.s.Callback.Requirement = callbacks.Requirement{Rule: "r", Terms: t}
}

// sign adds a signature of a member for the request.
func (sc *scene) sign(name string, groups ...string) {
	sc.s.Signatures = append(sc.s.Signatures, callbacks.Signature{
		By: callbacks.Actor{Kind: callbacks.ActorPerson, ID: name, Name: name}, Groups: groups, GroupsReadAt: t0, InQueue: true, NotRequester: true,
		Proposal: callbacks.Proposal{Hash: "h", Outcome: "approve", Kind: callbacks.Success, Stance: callbacks.For}, At: t0,
	})
	sc.s.Callback.SignatureCount++
}

// void adds a signature of a member that became void.
func (sc *scene) void(name string) {
	sc.sign(name, "approvers")
	sc.s.Signatures[len(sc.s.Signatures)-1].End = &callbacks.SignatureEnd{Lapse: callbacks.Void, At: t0, Why: "An admin said who asks for this after it was signed."}
}

// assign says whose work the request is, whose it was and who says so.
func (sc *scene) assign(to, before, by string) {
	who := func(id string) callbacks.Actor { return callbacks.Actor{ID: id, Name: id} }
	sc.s.Assigned = assignment.Assignment{To: who(to), Before: who(before), By: who(by), At: t0}
}

// opened says that a member has opened the request, and perhaps looks at it.
func (sc *scene) opened(name string, open bool) {
	sc.s.Openers = append(sc.s.Openers, notice.Opener{Person: name, Name: name, OpenedAt: t0, Open: open})
}

// told says that a place was told.
func (sc *scene) told(channel, place, who string, planned time.Time) {
	sc.s.Notices = append(sc.s.Notices, notice.Notice{
		Target: notice.Target{Channel: channel, Place: place, Person: who}, Topic: notice.Topic{Kind: notice.MaySign}, PlannedAt: planned, ToldAt: planned,
	})
}

// words are the notices of a plan, a line each: channel, place, kind and when it is due after t0.
func words(p notice.Plan) []string {
	var all []string
	for _, n := range p.Notices {
		kind := string(n.Kind)
		if n.Share > 0 {
			kind += fmt.Sprintf("@%d", n.Share)
		}
		if n.Urgent && n.Share == 0 {
			kind += "!"
		}
		all = append(all, fmt.Sprintf("%s %s %s +%s", n.Channel, n.Place, kind, n.Due.Sub(t0)))
	}
	slices.Sort(all)
	return all
}
