package pagetest

import (
	"net/url"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/assignments"
	"countersign/views/viewstest"
)

// Assignment is the page of a callback that Dana has and Mara snoozed, with faults in both forms.
func Assignment() assignments.Assignment {
	c := viewstest.Pending().Callback
	return assignments.Assignment{
		Callback: c, May: true, People: []callbacks.Person{{ID: "p1", Name: "Priya Raman", Email: "priya@harborline.example"}}, More: true,
		Back: views.Address{Path: c.ID.Path()}, Query: url.Values{"scope": {"mine"}},
		Standing: assignment.Standing{
			Assignment:   assignment.Assignment{To: viewstest.Dana, By: viewstest.Priya, Reason: "She knows the vendor", At: viewstest.Now.Add(-time.Hour)},
			SnoozedUntil: viewstest.Now.Add(time.Hour), Latest: viewstest.Now.Add(5 * time.Hour),
		},
		Draft: assignments.Draft{Faults: fault.List{{Pointer: "reason", Detail: "Say why."}, {Pointer: "to", Detail: "Teo may not sign this."}, {Pointer: "until", Detail: "Too late."}}},
	}
}

// Unassigned is the page of a callback that nobody has.
func Unassigned() assignments.Assignment {
	m := Assignment()
	m.Standing = assignment.Standing{Latest: m.Latest}
	m.Draft, m.More = assignments.Draft{}, false
	return m
}

// Move is the page on which an admin moves what Dana has.
func Move() assignments.Move {
	return assignments.Move{
		Who: "dan", Found: []callbacks.Person{{ID: "p2", Name: "Dana Fischer", Email: "dana@harborline.example"}}, From: "p2", Name: "Dana Fischer",
		Queues: []string{"finance"}, Rows: []desk.Row{{Callback: viewstest.Pending().Callback}}, More: true,
		Faults: fault.List{{Pointer: "reason", Detail: "Say why they move: it goes on record."}}, Moved: &assignment.Moved{Done: 3, Left: 1, More: true},
	}
}
