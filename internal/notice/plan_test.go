package notice_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
	"countersign/internal/replies"
)

// Plans of people: the push at once, the mail after ten minutes, the reminder at 80 % of the hour.
const (
	adaPush, adaMail, adaLast = "push ada's browser may_sign +0s", "email ada@example.com may_sign +10m0s", "push ada's browser needed@80 +48m0s"
	bobPush, bobMail, bobLast = "push bob's browser may_sign +0s", "email bob@example.com may_sign +10m0s", "push bob's browser needed@80 +48m0s"
	finance                   = "slack #finance may_sign +0s"
)

var everybody = []string{finance, adaPush, adaMail, adaLast, bobPush, bobMail, bobLast}

// two needs one of each group.
var two = callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"approvers"}, For: 1}, {From: []string{"controllers"}, For: 1}}}

// planCases are changes of a scene, and what is planned then.
var planCases = map[string]struct {
	change func(*scene)
	want   []string
}{
	"whoever may sign":       {func(*scene) {}, everybody},
	"no channel, no message": {func(sc *scene) { sc.circle.Styles = nil }, nil},
	"the requester is not asked": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{For: 1}}, Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester}})
		sc.s.Callback.Requester.Email = "ada@example.com"
	}, []string{finance, bobPush, bobMail, bobLast}},
	"nor whoever acts for the requester": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{For: 1}}, Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester}})
		ines := person("ines", "approvers").Person
		sc.member("ada", func(m *notice.Member) {
			m.Delegations = []callbacks.Delegation{{ID: "d", From: ines, To: "ada", Queues: []string{"finance"}, Since: t0.Add(-time.Hour), Until: t0.Add(time.Hour)}}
		})
	}, []string{finance, bobPush, bobMail, bobLast}},
	"admins, if all act for the requester": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{For: 1}}, Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester}})
		ines := person("ines", "approvers").Person
		for _, name := range []string{"ada", "bob"} {
			sc.member(name, func(m *notice.Member) {
				m.Delegations = []callbacks.Delegation{{ID: "d", From: ines, To: name, Queues: []string{"finance"}, Since: t0.Add(-time.Hour), Until: t0.Add(time.Hour)}}
			})
		}
	}, []string{finance, "slack #ops nobody +0s", "push ops's browser nobody +0s"}},
	"nor whoever acted for them since it arrived": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{For: 1}}, Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester}})
		ines := person("ines", "approvers").Person
		sc.s.Callback.ReceivedAt = t0.Add(-time.Minute)
		sc.member("ada", func(m *notice.Member) {
			m.Delegations = []callbacks.Delegation{{ID: "d", From: ines, To: "ada", Queues: []string{"finance"}, Since: t0.Add(-time.Hour), Until: t0.Add(-time.Second)}}
		})
	}, []string{finance, bobPush, bobMail, "push bob's browser needed@80 +47m48s"}},
	"a delegate is asked": {func(sc *scene) {
		from := person("cleo", "approvers").Person
		sc.circle.Members = sc.circle.Members[:0]
		sc.member("dee", func(m *notice.Member) {
			m.Delegations = []callbacks.Delegation{{ID: "d", From: from, To: "dee", Queues: []string{"finance"}, Since: t0.Add(-time.Hour), Until: t0.Add(time.Hour)}}
		})
		sc.circle.Everybody = false
	}, []string{finance, "email dee@example.com may_sign +10m0s", "push dee's browser may_sign +0s", "push dee's browser needed@80 +48m0s"}},
	"nobody without a role": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) { m.Roles = callbacks.Roles{} })
	}, []string{finance, bobPush, bobMail, bobLast}},
	"whoever signed is not asked again": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}})
		sc.sign("ada", "approvers")
	}, []string{finance, bobPush, bobMail, bobLast}},
	"only the group that is missing": {func(sc *scene) {
		sc.rule(two)
		sc.sign("ada", "approvers")
		sc.member("lea", func(m *notice.Member) { m.Groups = []string{"controllers"} })
	}, []string{"email lea@example.com may_sign! +10m0s", "push lea's browser may_sign! +0s", "push lea's browser needed@80 +48m0s"}},
	"once more, if theirs has become the last": {func(sc *scene) {
		sc.rule(two)
		sc.sign("ada", "approvers")
		sc.member("lea", func(m *notice.Member) { m.Groups = []string{"controllers"} })
		sc.told(notice.Push, "lea's browser", "lea", t0.Add(-time.Minute))
		sc.circle.Rules.Groups["controllers"] = []notice.Target{{Channel: notice.Slack, Place: "#control"}, {Channel: notice.Teams, Place: "room"}}
		sc.told(notice.Slack, "#control", "", t0.Add(-time.Minute))
		sc.circle.Styles[notice.Teams] = notice.Posted
		sc.told(notice.Teams, "room", "", t0.Add(-time.Minute))
	}, []string{
		"push lea's browser needed! +0s", "push lea's browser may_sign +-1m0s", "push lea's browser needed@80 +48m0s", "email lea@example.com may_sign +9m0s",
		"slack #control needed! +0s", "slack #control may_sign +0s", "teams room may_sign! +0s",
	}},
	"but not again in a group where more are missing": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}})
		sc.told(notice.Push, "bob's browser", "bob", t0)
		sc.sign("ada", "approvers")
		sc.s.Signatures[0].At = t0.Add(time.Second)
	}, []string{finance, bobPush, bobMail, bobLast}},
	"whoever's signature is void, and may sign again, hears so": {func(sc *scene) {
		sc.void("ada")
		sc.opened("ada", true)
	}, []string{finance, "push ada's browser void@1 +0s", bobPush, bobMail, bobLast}},
	"also if they were told to sign before": {func(sc *scene) {
		sc.void("ada")
		sc.told(notice.Push, "ada's browser", "ada", t0)
	}, append([]string{"push ada's browser void@1 +0s"}, everybody...)},
	"and each time": {func(sc *scene) {
		sc.void("ada")
		sc.void("ada")
		sc.opened("ada", false)
	}, []string{finance, "push ada's browser void@2 +0s", bobPush, bobMail, bobLast}},
	"but not once they have signed again": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}})
		sc.void("ada")
		sc.sign("ada", "approvers")
	}, []string{finance, bobPush, bobMail, bobLast}},
	"nor if they took it back themselves": {func(sc *scene) {
		sc.void("ada")
		sc.s.Signatures[0].End.Lapse = callbacks.Withdrawn
		sc.opened("ada", false)
	}, []string{finance, bobPush, bobMail, bobLast}},
	"a void signature whose place is gone": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"controllers"}, For: 1}}})
		sc.member("lea", func(m *notice.Member) { m.Groups = []string{"controllers"}; m.Places = nil })
		sc.void("ada")
	}, []string{"push ada's browser void@1 +0s"}},
	"in quiet hours it waits, if there is time": {func(sc *scene) {
		sc.s.Callback.Clocks.Timeout = 10 * time.Hour
		sc.member("ada", asleep)
		sc.member("bob", func(m *notice.Member) { m.Groups = nil })
		sc.void("ada")
		sc.opened("ada", false)
	}, []string{finance, "push ada's browser void@1 +2h0m0s"}},
	"it is left out if the request ends in them, and somebody is awake": {func(sc *scene) {
		sc.member("ada", asleep)
		sc.void("ada")
		sc.opened("ada", false)
	}, []string{finance, bobPush, bobMail, bobLast}},
	"and breaks through if nobody is": {func(sc *scene) {
		sc.member("ada", asleep)
		sc.member("bob", asleep)
		sc.void("ada")
		sc.opened("ada", false)
	}, []string{finance, "push ada's browser void@1 +0s", "push bob's browser may_sign! +0s"}},
	"but not to those who cannot sign again": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"controllers"}, For: 1}}})
		sc.member("lea", func(m *notice.Member) { m.Groups = []string{"controllers"}; m.Places = nil })
		sc.member("ada", asleep)
		sc.void("ada")
	}, []string{"push ada's browser void@1 +2h0m0s"}},
	"of a request that its signer may not see any more": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) { m.Groups = nil })
		sc.void("ada")
	}, []string{finance, bobPush, bobMail, bobLast}},
	"whoever opened it knows of it": {func(sc *scene) { sc.opened("ada", true) }, []string{finance, bobPush, bobMail, bobLast}},
	"opening ends the ladder": {func(sc *scene) {
		sc.s.Now = t0.Add(5 * time.Minute)
		sc.told(notice.Push, "ada's browser", "ada", t0)
		sc.told(notice.Push, "bob's browser", "bob", t0)
		sc.opened("ada", false)
	}, []string{"slack #finance may_sign +5m0s", bobPush, bobMail, bobLast}},
	"the ladder counts from when somebody was told": {func(sc *scene) {
		sc.s.Now = t0.Add(5 * time.Minute)
		sc.member("bob", func(m *notice.Member) { m.Groups = nil })
		sc.told(notice.Push, "ada's browser", "ada", t0)
	}, []string{"slack #finance may_sign +5m0s", adaPush, adaMail, adaLast}},
	"somebody who may sign only now is told now": {func(sc *scene) {
		sc.s.Now = t0.Add(20 * time.Minute)
		sc.member("ada", func(m *notice.Member) { m.Groups = nil })
	}, []string{"slack #finance may_sign +20m0s", "push bob's browser may_sign +20m0s", "email bob@example.com may_sign +30m0s", bobLast}},
	"a reminder that is over is left out": {func(sc *scene) {
		sc.s.Now = t0.Add(50 * time.Minute)
		sc.member("ada", func(m *notice.Member) { m.Groups = nil })
	}, []string{"slack #finance may_sign +50m0s", "push bob's browser may_sign +50m0s", "email bob@example.com may_sign +54m30s"}},
	"little time makes steps short": {func(sc *scene) {
		sc.s.Callback.Clocks.Timeout = 10 * time.Minute
	}, []string{finance, adaPush, "email ada@example.com may_sign +4m30s", "push ada's browser needed@80 +8m0s", bobPush, "email bob@example.com may_sign +4m30s", "push bob's browser needed@80 +8m0s"}},
	"an unattended heartbeat is told before half its time": {func(sc *scene) {
		sc.s.Callback.Clocks.HeartbeatTimeout = 5 * time.Minute
		sc.member("bob", func(m *notice.Member) { m.Groups = nil })
	}, []string{finance, adaPush, "email ada@example.com may_sign +2m15s", "push ada's browser needed@80 +4m0s"}},
	"a heartbeat that nobody keeps going any more": {func(sc *scene) {
		sc.s.Callback.Clocks.HeartbeatTimeout = 5 * time.Minute
		sc.member("bob", func(m *notice.Member) { m.Groups = nil })
		sc.opened("ada", false)
	}, []string{finance, "slack #finance needed! +0s", "push ada's browser needed! +0s"}},
	"a reminder counts from the last heartbeat": {func(sc *scene) {
		sc.s.Callback.Clocks.Timeout, sc.s.Callback.Clocks.HeartbeatTimeout = 10*time.Hour, 5*time.Minute
		sc.s.Callback.Clocks.LastHeartbeatAt, sc.s.Now = t0.Add(time.Hour), t0.Add(time.Hour)
		sc.circle.Rules.Queues = map[string]notice.QueueRules{"finance": {RemindAt: []int{80}}}
		sc.circle.Members, sc.circle.Everybody = nil, false
	}, []string{"slack #finance may_sign +1h0m0s", "slack #finance needed@80 +1h4m0s"}},
	"a request without an end has no reminder": {func(sc *scene) {
		sc.s.Callback.Clocks.Timeout = 0
	}, []string{finance, adaPush, adaMail, bobPush, bobMail}},
	"without a browser the mail comes at once": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) { delete(m.Places, notice.Push) })
	}, []string{finance, "email ada@example.com may_sign +0s", bobPush, bobMail, bobLast}},
	"a channel that is switched off": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) { m.Settings.Off = []string{notice.Push} })
	}, []string{finance, "email ada@example.com may_sign +0s", bobPush, bobMail, bobLast}},
	"a place that is off": {func(sc *scene) {
		sc.circle.Off[notice.Target{Channel: notice.Email, Place: "ada@example.com"}] = notice.Pause{Code: notice.NoPlace}
	}, []string{finance, adaPush, adaLast, bobPush, bobMail, bobLast}},
	"an address that nobody vouches for": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) { delete(m.Places, notice.Email) })
	}, []string{finance, adaPush, adaLast, bobPush, bobMail, bobLast}},
	"a muted queue": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) {
			m.Settings.Mutes = []notice.Mute{{Queue: "finance", Until: t0.Add(time.Minute)}}
		})
	}, []string{finance, bobPush, bobMail, bobLast}},
	"a mute that is over": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) { m.Settings.Mutes = []notice.Mute{{Queue: "finance", Until: t0}} })
	}, everybody},
	"many get mails only if they asked": {func(sc *scene) {
		sc.circle.Members = nil
		for i := range notice.FewEnough + 1 {
			sc.member(fmt.Sprintf("p%02d", i), func(m *notice.Member) {
				m.Groups, m.Places = []string{"approvers"}, map[string][]string{notice.Email: m.Places[notice.Email]}
				m.Settings.Mail = i == 0
			})
		}
	}, []string{finance, "email p00@example.com may_sign +0s"}},
	"quiet hours put it off": {func(sc *scene) {
		sc.s.Callback.Clocks.Timeout = 10 * time.Hour
		sc.member("ada", asleep)
		sc.member("bob", func(m *notice.Member) { m.Groups = nil })
	}, []string{finance, "push ada's browser may_sign +2h0m0s", "email ada@example.com may_sign +2h0m0s", "push ada's browser needed@80 +8h0m0s"}},
	"not what would end in them, while somebody is awake": {func(sc *scene) {
		sc.member("ada", asleep)
	}, []string{finance, bobPush, bobMail, bobLast}},
	"who muted the queue is not awake": {func(sc *scene) {
		sc.member("ada", asleep)
		sc.member("bob", func(m *notice.Member) { m.Settings.Mutes = []notice.Mute{{Queue: "finance", Until: t0.Add(time.Hour)}} })
	}, []string{finance, "push ada's browser may_sign! +0s"}},
	"but once if nobody is": {func(sc *scene) {
		for _, name := range []string{"ada", "bob"} {
			sc.member(name, asleep)
		}
	}, []string{finance, "push ada's browser may_sign! +0s", "push bob's browser may_sign! +0s"}},
	"a digest takes what is calm": {func(sc *scene) {
		sc.s.Callback.Clocks.Timeout = 48 * time.Hour
		sc.member("ada", func(m *notice.Member) { m.Settings.Digest = &notice.DailyDigest{Minute: 8 * 60} })
		sc.member("bob", func(m *notice.Member) { m.Groups = nil })
	}, []string{finance, adaPush, "email ada@example.com digest@20782 +19h0m0s", "push ada's browser needed@80 +38h24m0s"}},
	"and the next day's, if it waits still": {func(sc *scene) {
		sc.s.Callback.Clocks.Timeout = 100 * time.Hour
		sc.circle.Members = sc.circle.Members[:1]
		sc.circle.Everybody = false
		sc.member("ada", func(m *notice.Member) {
			m.Settings.Digest = &notice.DailyDigest{Minute: 8 * 60}
			delete(m.Places, notice.Push)
		})
		first := notice.Notice{
			Target: notice.Target{Channel: notice.Email, Place: "ada@example.com", Person: "ada"}, Topic: notice.Topic{Kind: notice.Digest, Share: 20782},
			PlannedAt: t0, ToldAt: t0.Add(19 * time.Hour),
		}
		sc.told(notice.Push, "old browser", "ada", t0)
		sc.s.Notices = append(sc.s.Notices, first)
		sc.s.Now = t0.Add(20 * time.Hour)
	}, []string{"slack #finance may_sign +20h0m0s", "email ada@example.com digest@20783 +43h0m0s", "email ada@example.com digest@20782 +19h0m0s"}},
	"and not what is not": {func(sc *scene) {
		sc.member("ada", func(m *notice.Member) { m.Settings.Digest = &notice.DailyDigest{Minute: 8 * 60} })
	}, everybody},
	"whoever it is assigned to": {func(sc *scene) { sc.assign("ada", "", "bob") },
		append([]string{"push ada's browser assigned@29925420 +0s"}, everybody...)},
	"and whoever had it": {func(sc *scene) { sc.assign("ada", "bob", "ada") },
		append([]string{"push bob's browser taken@29925420 +0s"}, everybody...)},
	"both, if an admin moves it":   {func(sc *scene) { sc.assign("ada", "bob", "ops") }, append([]string{"push ada's browser assigned@29925420 +0s", "push bob's browser taken@29925420 +0s"}, everybody...)},
	"nobody of what they did":      {func(sc *scene) { sc.assign("ada", "", "ada") }, everybody},
	"nor of what they may not see": {func(sc *scene) { sc.assign("ada", "cleo", "ada"); sc.member("cleo", func(*notice.Member) {}) }, everybody},
	"nor of a queue that they muted": {func(sc *scene) {
		sc.assign("ada", "bob", "ada")
		sc.member("bob", func(m *notice.Member) { m.Settings.Mutes = []notice.Mute{{Queue: "finance", Until: t0.Add(time.Hour)}} })
	}, []string{finance, adaPush, adaMail, adaLast}},
	"a decided request asks nobody": {func(sc *scene) {
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
	}, nil},
	"an escalation": {func(sc *scene) {
		sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"approvers"}, For: 1}}, Escalate: &callbacks.Escalation{After: 0.5, To: []string{"leads"}}})
		sc.circle.Rules.Groups["leads"] = []notice.Target{{Channel: notice.Teams, Place: "leads-room"}}
		sc.member("lea", func(m *notice.Member) { m.Groups = []string{"leads"} })
		sc.circle.Members = slices.DeleteFunc(sc.circle.Members, func(m notice.Member) bool { return m.ID == "ada" || m.ID == "bob" })
		sc.s.Now, sc.s.Callback.EscalatedAt = t0.Add(30*time.Minute), t0.Add(30*time.Minute)
	}, []string{"slack #finance may_sign +30m0s", "teams leads-room may_sign +30m0s", "push lea's browser may_sign +30m0s", "email lea@example.com may_sign +40m0s", "push lea's browser needed@80 +48m0s"}},
	"a route replaces the places of its channels": {func(sc *scene) {
		sc.circle.Members = nil
		sc.circle.Everybody = false
		sc.circle.Rules.Groups["approvers"] = append(sc.circle.Rules.Groups["approvers"], notice.Target{Channel: notice.Teams, Place: "room"})
		sc.circle.Rules.Routes = []notice.Route{
			{Queues: []string{"legal"}, To: []notice.Target{{Channel: notice.Slack, Place: "#legal"}}},
			{Tags: []string{"big"}, To: []notice.Target{{Channel: notice.Slack, Place: "#big-money"}}},
			{To: []notice.Target{{Channel: notice.Slack, Place: "#rest"}}},
		}
		sc.s.Content.Tags = []string{"big"}
	}, []string{"slack #big-money may_sign +0s", "teams room may_sign +0s"}},
	"reminders of a queue": {func(sc *scene) {
		sc.circle.Members, sc.circle.Everybody = nil, false
		sc.circle.Rules.Queues = map[string]notice.QueueRules{"finance": {RemindAt: []int{50, 80}}}
	}, []string{finance, "slack #finance needed@50 +30m0s", "slack #finance needed@80 +48m0s"}},
	"no reminder while somebody looks": {func(sc *scene) {
		sc.circle.Members, sc.circle.Everybody = nil, false
		sc.circle.Rules.Queues = map[string]notice.QueueRules{"finance": {RemindAt: []int{50, 80}}}
		sc.s.Now = t0.Add(31 * time.Minute)
		sc.opened("ada", true)
	}, []string{"slack #finance may_sign +31m0s", "slack #finance needed@80 +48m0s"}},
	"webhooks hear of everything": {func(sc *scene) {
		sc.circle.Members, sc.circle.Everybody = nil, false
		sc.circle.Rules.Events = []string{"erp", "lake", "legal-bot"}
		sc.circle.Rules.Routes = []notice.Route{
			{Queues: []string{"legal"}, To: []notice.Target{{Channel: notice.Webhooks, Place: "legal-bot"}}},
			{Queues: []string{"finance"}, To: []notice.Target{{Channel: notice.Webhooks, Place: "erp"}}},
		}
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
	}, []string{"webhooks erp may_sign +0s", "webhooks lake may_sign +0s"}},
	"also that little time is left": {func(sc *scene) {
		sc.circle.Members, sc.circle.Everybody = nil, false
		sc.circle.Rules = notice.Rules{Events: []string{"erp"}, Queues: map[string]notice.QueueRules{"finance": {RemindAt: []int{80}}}}
		sc.s.Now = t0.Add(48 * time.Minute)
	}, []string{"webhooks erp may_sign! +48m0s"}},
	"too few could sign": {func(sc *scene) {
		sc.rule(two)
		sc.circle.Members = slices.DeleteFunc(sc.circle.Members, func(m notice.Member) bool { return m.ID != "ops" })
	}, []string{finance, "slack #ops nobody +0s", "push ops's browser nobody +0s"}},
	"a delivery that needs an admin": {func(sc *scene) {
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
		callbackstest.Ended(callbacks.Undeliverable, t0)(&sc.s.Callback)
	}, []string{"slack #ops attention +0s", "push ops's browser attention +0s"}},
	"heartbeats that an operator has to fix": {func(sc *scene) {
		sc.circle.Members = sc.circle.Members[2:]
		sc.circle.Everybody = false
		sc.s.Callback.Problem = replies.Denied
	}, []string{finance, "slack #ops attention +0s", "push ops's browser attention +0s"}},
	"an execution that failed": {func(sc *scene) {
		sc.sign("ada")
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
		callbackstest.Ended(callbacks.Completed, t0)(&sc.s.Callback)
		sc.s.Callback.ExecutionFailed = true
	}, []string{"push ada's browser failed +0s"}},
	"of which somebody wants to hear nothing": {func(sc *scene) {
		sc.sign("ada")
		sc.member("ada", func(m *notice.Member) { m.Settings.Failures = false })
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
		callbackstest.Ended(callbacks.Completed, t0)(&sc.s.Callback)
		sc.s.Callback.ExecutionFailed = true
	}, nil},
	"the requester hears the outcome": {func(sc *scene) {
		sc.member("ines", func(m *notice.Member) { delete(m.Places, notice.Push) })
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
		callbackstest.Ended(callbacks.Completed, t0)(&sc.s.Callback)
	}, []string{"email ines@example.com decided +0s"}},
	"not before it is certain": {func(sc *scene) {
		sc.member("ines", func(*notice.Member) {})
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
	}, nil},
	"nor by name alone": {func(sc *scene) {
		sc.member("ines", func(m *notice.Member) { m.Name, m.EmailVerified = "Ines Calloway", false })
		callbackstest.DecidedBy("ada", t0)(&sc.s.Callback)
		callbackstest.Ended(callbacks.Completed, t0)(&sc.s.Callback)
	}, nil},
}

func TestPlan(t *testing.T) {
	t.Parallel()
	for name, tc := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sc := newScene()
			tc.change(sc)
			slices.Sort(tc.want)
			if diff := cmp.Diff(tc.want, words(sc.circle.Plan(&sc.s))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestPlan_Delegator: a delegate is told for whom they could sign, not for whom else they act.
func TestPlan_Delegator(t *testing.T) {
	t.Parallel()
	sc := newScene()
	sc.circle.Members, sc.circle.Everybody = nil, false
	sc.member("dee", func(m *notice.Member) {
		for _, from := range []notice.Member{person("bea", "warehouse"), person("cleo", "approvers")} {
			m.Delegations = append(m.Delegations, callbacks.Delegation{
				ID: from.ID, From: from.Person, To: "dee", Queues: []string{"finance"}, Since: t0.Add(-time.Hour), Until: t0.Add(time.Hour),
			})
		}
	})
	for _, n := range sc.circle.Plan(&sc.s).Notices {
		if n.Person == "dee" && n.Why.For != "Cleo" {
			t.Errorf("%s because of %q", n.Kind, n.Why.For)
		}
	}
}
