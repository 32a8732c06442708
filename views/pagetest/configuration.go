package pagetest

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/rollout"
	"countersign/views/admin"
	"countersign/views/viewstest"
)

// Configuration is the page of a desk of some replicas, of which the last runs another version if
// there is more than one. problem is why the first refused a newer file.
func Configuration(replicas int, problem ...string) admin.Configuration {
	const ours, theirs = callbacks.ConfigVersion("6a1f09c2d4e87b35"), callbacks.ConfigVersion("0b77aa31c9d05e12")
	m := admin.Configuration{Desk: admin.Desk{
		File: "/etc/countersign/countersign.yaml", Version: ours, Reviewers: []string{"approvers"},
		Queues:    []callbacks.Queue{{Name: "finance", Groups: []string{"finance-approvers"}, FourEyes: true}},
		Sources:   []admin.Source{{Name: "expenses", Secrets: 1}},
		Functions: []admin.Function{{Name: "expense-approval", Watched: true, Queue: "finance"}},
	}}
	m.Versions = []rollout.Version{{Version: ours, FirstSeenAt: viewstest.Now, FirstSeenBy: "desk-a:8080"}}
	for i := range replicas {
		m.Replicas = append(m.Replicas, rollout.Replica{
			Name: "desk-" + string(rune('a'+i)) + ":8080", Version: ours,
			LoadedAt: viewstest.Now.Add(-time.Hour), SeenAt: viewstest.Now.Add(-12 * time.Second),
		})
	}
	m.Self = m.Replicas[0].Name
	m.Replicas[0].Problem, m.Replicas[0].ProblemAt = problem, viewstest.Now
	if last := replicas - 1; last > 0 {
		m.Replicas[last].Version = theirs
		m.Versions = append(m.Versions, rollout.Version{
			Version: theirs, FirstSeenAt: viewstest.Now.Add(-time.Hour), FirstSeenBy: m.Replicas[last].Name,
		})
	}
	return m
}
