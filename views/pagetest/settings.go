package pagetest

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/fault"
	"countersign/views/account"
	"countersign/views/viewstest"
)

// Settings are those of Dana, for whom Tomasz acts, and who acts for Priya soon.
func Settings() account.Settings {
	const day = 24 * time.Hour
	person := func(id, name string) callbacks.Actor {
		return callbacks.Actor{Kind: callbacks.ActorPerson, ID: id, Name: name}
	}
	dana, tomasz, priya := viewstest.Dana, person("u-tomasz", "Tomasz Wierzbicki"), person("u-priya", "Priya Raman")
	given := delegation.Delegation{
		ID: "d1", From: dana, To: tomasz, Queues: []string{"finance", "procurement"},
		Since: viewstest.Now.Add(-day), Until: viewstest.Now.Add(10 * day), MadeBy: dana, MadeAt: viewstest.Now.Add(-day),
	}
	got := delegation.Delegation{
		ID: "d2", From: priya, To: dana, Queues: []string{"finance"},
		Since: viewstest.Now.Add(27 * day), Until: viewstest.Now.Add(40 * day), MadeBy: person("u-ops", "Ops"), MadeAt: viewstest.Now,
	}
	over := given
	over.ID, over.Since, over.Until, over.EndedBy = "d3", viewstest.Now.Add(-9*day), viewstest.Now.Add(-8*day), tomasz
	return account.Settings{
		Reader: viewstest.Dana.ID, Notices: Notices(),
		Book: delegation.Book{
			Of: callbacks.Person{ID: dana.ID, Name: dana.Name}, Queues: []string{"finance", "procurement"}, Now: viewstest.Now,
			Delegations: []delegation.Delegation{given, got, over},
		},
	}
}

// SettingsWithFaults are the same after a delegation was refused, to an admin who searched.
func SettingsWithFaults() account.Settings {
	m := Settings()
	m.Admin, m.Search = true, "dan"
	m.Found = []delegation.Known{{ID: "u-dan", Name: "Dan Fisher", Email: "dan@harborline.example"}}
	m.Candidates = append([]delegation.Known{{ID: "u-daniela", Name: "Daniela Reyes"}}, m.Found...)
	m.Draft = account.DelegationDraft{Of: viewstest.Dana.ID, Who: "dan", Since: "2026-12-05", Until: "2027-12-12", Queues: []string{"finance"}}
	m.Faults = fault.List{{Pointer: "who", Detail: "Choose who you mean."}, {Pointer: "until", Detail: "At most 90 days ahead."}}
	m.SignInAgain = "Your groups were read 9 h ago; a delegation needs groups younger than 8 h."
	return m
}
