package notice_test

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// TestPlan_Next: an escalation and heartbeats that may stop are looked at again.
func TestPlan_Next(t *testing.T) {
	t.Parallel()
	sc := newScene()
	if next := sc.circle.Plan(&sc.s).Next; !next.IsZero() {
		t.Errorf("planned again at %v, although nothing can change by itself", next)
	}
	sc.s.Callback.Requirement.Escalate = &callbacks.Escalation{After: 0.5, To: []string{"leads"}}
	if next, want := sc.circle.Plan(&sc.s).Next, t0.Add(30*time.Minute+time.Second); !next.Equal(want) {
		t.Errorf("planned again at %v, want %v", next, want)
	}
	calm := sc.circle.Plan(&sc.s).Sight
	sc.s.Callback.Clocks.HeartbeatTimeout = time.Minute
	if next, want := sc.circle.Plan(&sc.s).Next, t0.Add(7500*time.Millisecond); !next.Equal(want) {
		t.Errorf("planned again at %v, want %v", next, want)
	}
	beating := sc.circle.Plan(&sc.s).Sight
	sc.s.Now = t0.Add(15 * time.Second)
	sc.s.Callback.Clocks.LastHeartbeatAt = sc.s.Now
	sc.told(notice.Slack, "#finance", "", t0)
	if calm == beating || sc.circle.Plan(&sc.s).Sight != beating {
		t.Error("messages are drawn again although a heartbeat changes nothing in them")
	}
	sc.opened("ada", false)
	if sc.circle.Plan(&sc.s).Sight == beating {
		t.Error("nothing is drawn although nobody attends to it any more")
	}
}

// TestPlan_MuteEnds: whoever hears nothing for a while is planned when that ends.
func TestPlan_MuteEnds(t *testing.T) {
	t.Parallel()
	sc := newScene()
	sc.member("ada", func(m *notice.Member) {
		m.Settings.Mutes = []notice.Mute{{Queue: "finance", Until: t0.Add(time.Minute)}}
	})
	if next, want := sc.circle.Plan(&sc.s).Next, t0.Add(time.Minute); !next.Equal(want) {
		t.Errorf("planned again at %v, want %v", next, want)
	}
}
