package callbacks

import (
	"errors"
	"slices"
	"testing"
)

func person(groups []string, roles Roles) Person {
	return Person{Subject: "u-9", Name: "Teo Vance", Email: "teo@harborline.example", Groups: groups, Roles: roles}
}

func TestQueuesVisible(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		p     Person
		names []string
		all   bool
	}{
		"NoRole":        {person([]string{"finance-approvers"}, Roles{}), nil, false},
		"Reviewer":      {person([]string{"finance-approvers", "reviewers"}, Roles{Reviewer: true}), []string{"default", "finance"}, false},
		"OtherReviewer": {person([]string{"strangers"}, Roles{Reviewer: true}), nil, false},
		"Admin":         {person(nil, Roles{Admin: true}), nil, true},
		"Auditor":       {person(nil, Roles{Auditor: true}), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names, all := queues.Visible(tt.p)
			if !slices.Equal(names, tt.names) || all != tt.all {
				t.Errorf("got %v, %v; want %v, %v", names, all, tt.names, tt.all)
			}
			for name := range queues {
				if want := tt.all || slices.Contains(tt.names, name); queues.MaySee(tt.p, name) != want {
					t.Errorf("MaySee(%s) does not agree with Visible", name)
				}
			}
		})
	}
}

func TestMayDecide(t *testing.T) {
	t.Parallel()
	finance := []string{"finance-approvers"}
	reviewer := person([]string{"finance-approvers", "release-managers"}, Roles{Reviewer: true})
	for queue, refused := range map[string]bool{"finance": true, "releases": false} {
		if err := queues.MayDecide(reviewer, &Callback{Queue: queue, Source: SourceDiscovery}); (err != nil) != refused {
			t.Errorf("found in %s: %v", queue, err)
		}
	}
	for name, tt := range map[string]struct {
		p         Person
		queue     string
		requester Requester
		refused   string
	}{
		"Reviewer":             {person(finance, Roles{Reviewer: true}), "finance", Requester{Name: "Ines"}, ""},
		"AdminOfTheQueue":      {person(finance, Roles{Admin: true}), "finance", Requester{}, ""},
		"AdminElsewhere":       {person(nil, Roles{Admin: true}), "finance", Requester{}, "queue"},
		"Auditor":              {person(finance, Roles{Auditor: true}), "finance", Requester{}, "role"},
		"OwnRequestByEmail":    {person(finance, Roles{Reviewer: true}), "finance", Requester{Name: "Somebody", Email: "TEO@harborline.example"}, "requester"},
		"OwnRequestByName":     {person(finance, Roles{Reviewer: true}), "finance", Requester{Name: "teo vance"}, "requester"},
		"NamesakeElsewhere":    {person(finance, Roles{Reviewer: true}), "finance", Requester{Name: "Teo Vance", Email: "teo@other.example"}, ""},
		"AddressIsTheSubject":  {Person{Subject: "ines@harborline.example", Groups: finance, Roles: Roles{Reviewer: true}}, "finance", Requester{Name: "Ines", Email: "Ines@harborline.example"}, "requester"},
		"AddressNotGiven":      {Person{Subject: "8f1", Name: "Ines Calloway", Groups: finance, Roles: Roles{Reviewer: true}}, "finance", Requester{Name: "Ines Calloway", Email: "ines@harborline.example"}, "requester"},
		"OwnRequestNoFourEyes": {person([]string{"release-managers"}, Roles{Reviewer: true}), "releases", Requester{Name: "Teo Vance"}, ""},
		"QueueNotConfigured":   {person(finance, Roles{Admin: true}), "gone", Requester{}, "queue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := queues.MayDecide(tt.p, &Callback{Queue: tt.queue, Requester: tt.requester})
			var refusal *Refusal
			switch {
			case tt.refused == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.refused != "" && (!errors.As(err, &refusal) || refusal.Code != tt.refused || !errors.Is(err, ErrForbidden)):
				t.Errorf("got %v, want a refusal %q", err, tt.refused)
			}
		})
	}
}
