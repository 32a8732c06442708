package pagetest

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/record"
	"countersign/views/decisions"
	"countersign/views/viewstest"
)

// Decisions are a page of the record with every kind of line.
func Decisions() decisions.Record {
	ines := callbacks.Actor{Kind: callbacks.ActorPerson, ID: "ines", Name: "Ines Calloway"}
	at := viewstest.Now
	line := func(id, title, outcome, label string, stance callbacks.Stance, state callbacks.State, ago time.Duration) record.Decision {
		return record.Decision{
			Entry: record.Entry{
				At: at.Add(-ago), Queue: "finance", Function: "expense-approval", By: viewstest.Dana, Outcome: outcome, Label: label,
				Stance: stance, Rule: "expenses over $5,000", Via: callbacks.ViaWeb,
			},
			Callback: callbacks.ID(id), Title: title, Name: "manager-approval", State: state, EndedAt: at.Add(time.Second - ago),
			Signatures: []record.Signature{{By: viewstest.Dana, Stance: stance, At: at.Add(-ago)}},
		}
	}
	first := line("d1", "Expense report EXP-2291: $7,846.20, Osaka customer onsite", "approve", "Approve", callbacks.For, callbacks.Completed, time.Minute)
	first.Signatures = append(first.Signatures, record.Signature{By: ines, ActingFor: "Priya Raman", Stance: callbacks.For, At: at})
	failed := line("d2", "Rotate signing key of partner-gateway", "approve", "Approve", callbacks.For, callbacks.Completed, time.Hour)
	failed.ExecutionFailed = true
	late := line("d3", "Refund $214.00 for order A-77092", "reject", "Reject", callbacks.Against, callbacks.Lost, 26*time.Hour)
	custom := line("d4", "", "later", "Ask again after the audit", callbacks.Against, callbacks.Decided, 400*24*time.Hour)
	custom.Rule, custom.Queue = "", "support"
	return decisions.Record{Page: record.Page{Decisions: []record.Decision{first, failed, late, custom}}, Queues: []string{"finance", "support"}, Next: "cursor"}
}

// DecisionsFound are what a filter found that fits little.
func DecisionsFound() decisions.Record {
	m := Decisions()
	m.Filter = record.Filter{Person: "Dana", Rule: "expenses over $5,000", Stance: callbacks.For, From: viewstest.Now}
	m.Days, m.Zone, m.Paged = [2]string{"2026-11-01", "2026-11-24"}, "America/New_York", true
	m.Decisions, m.Through = m.Decisions[:1], viewstest.Now.Add(-300*24*time.Hour)
	return m
}
