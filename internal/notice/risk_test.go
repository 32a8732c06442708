package notice_test

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// TestPlan_Risk: a route for what is at risk leads that elsewhere, and nothing else.
func TestPlan_Risk(t *testing.T) {
	t.Parallel()
	urgent := notice.Target{Channel: notice.Slack, Place: "#urgent"}
	reminder := "slack #urgent needed@50 +30m0s"
	for name, tt := range map[string]struct {
		change func(*scene)
		want   []string
	}{
		"reminders": {func(*scene) {}, []string{finance, reminder}},
		"of other queues": {func(sc *scene) {
			sc.circle.Rules.Routes[0].Queues = []string{"legal"}
		}, []string{finance, "slack #finance needed@50 +30m0s"}},
		"behind a route for all": {func(sc *scene) {
			all := notice.Route{To: []notice.Target{{Channel: notice.Slack, Place: "#rest"}}}
			sc.circle.Rules.Routes = append([]notice.Route{all}, sc.circle.Rules.Routes...)
		}, []string{"slack #rest may_sign +0s", "slack #rest needed@50 +30m0s"}},
		"a missing heartbeat": {func(sc *scene) {
			sc.s.Callback.Clocks.HeartbeatTimeout = 5 * time.Minute
			sc.opened("ada", false)
		}, []string{finance, "slack #urgent needed! +0s", "slack #urgent needed@50 +2m30s"}},
		"the last place": {func(sc *scene) {
			sc.rule(callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"controllers"}, For: 1}, {From: []string{"approvers"}, For: 1}}})
			sc.told(notice.Slack, "#finance", "", t0.Add(-time.Minute))
			sc.sign("cleo", "controllers")
		}, []string{finance, "slack #urgent needed! +0s", reminder}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sc := newScene()
			sc.circle.Members, sc.circle.Everybody = nil, false
			sc.circle.Rules.Queues = map[string]notice.QueueRules{"finance": {RemindAt: []int{50}}}
			sc.circle.Rules.Routes = []notice.Route{{Risk: true, To: []notice.Target{urgent}}}
			tt.change(sc)
			callbackstest.Same(t, "plan", words(sc.circle.Plan(&sc.s)), tt.want)
		})
	}
}

// TestRisk: the place for what is at risk hears how it ended, and the one that was asked too.
func TestRisk(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		r.setup.Rules.Queues = map[string]notice.QueueRules{"finance": {RemindAt: []int{50}}}
		r.setup.Rules.Routes = []notice.Route{{Risk: true, To: []notice.Target{{Channel: notice.Slack, Place: "#urgent"}}}}
		c := r.announce(time.Hour)
		r.run(40*time.Minute, time.Minute)
		r.approve(person("bob", "approvers").Person, c.ID)
		r.run(time.Minute, 10*time.Second)
		wantDecided(r, r.slack.at("#finance"), c.ID)
		wantDecided(r, r.slack.at("#urgent"), c.ID)
	})
}

// TestPlan_QueueRemoved: once the queue is not configured any more nobody can sign, so admins alone are
// told, whatever groups the rule names.
func TestPlan_QueueRemoved(t *testing.T) {
	t.Parallel()
	sc := newScene()
	sc.rule(two)
	sc.circle.Queues = nil
	callbackstest.Same(t, "told", words(sc.circle.Plan(&sc.s)), []string{"push ops's browser nobody +0s", "slack #ops nobody +0s"})
}
