package callbacks

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func person(groups []string, roles Roles) Person {
	return Person{ID: "u-9", Subject: "u-9", Name: "Teo Vance", Email: "teo@harborline.example", EmailVerified: true, Groups: groups, Roles: roles}
}

var queues = Queues{
	DefaultQueue: {Name: DefaultQueue, Groups: []string{"reviewers"}},
	"finance":    {Name: "finance", Groups: []string{"finance-approvers"}, FourEyes: true, KeepAlive: KeepAliveQueued},
	"releases":   {Name: "releases", Groups: []string{"release-managers"}, RejectAs: Success},
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
			names, all := queues.Visible(Signer{Person: tt.p}, t0)
			if !slices.Equal(names, tt.names) || all != tt.all {
				t.Errorf("got %v, %v; want %v, %v", names, all, tt.names, tt.all)
			}
			for name := range queues {
				if want := tt.all || slices.Contains(tt.names, name); queues.MaySee(Signer{Person: tt.p}, name, t0) != want {
					t.Errorf("MaySee(%s) does not agree with Visible", name)
				}
			}
		})
	}
}

// TestDelegateSees: a delegate sees the queues that a delegation names, while it is in force, the
// delegator may see them, and the delegator's groups are still known.
func TestDelegateSees(t *testing.T) {
	t.Parallel()
	teo := person(nil, Roles{})
	mara := person([]string{"finance-approvers"}, Roles{Reviewer: true})
	mara.ID, mara.GroupsReadAt = "p-mara", t0.Add(-29*24*time.Hour)
	for name, tt := range map[string]struct {
		change func(*Delegation)
		after  time.Duration
		sees   bool
	}{
		"InForce":       {nil, 0, true},
		"NotYet":        {nil, -2 * time.Hour, false},
		"Over":          {nil, time.Hour, false},
		"AnotherQueue":  {func(d *Delegation) { d.Queues = []string{"releases"} }, 0, false},
		"LeftTheGroup":  {func(d *Delegation) { d.From.Groups = nil }, 0, false},
		"LostTheRole":   {func(d *Delegation) { d.From.Roles = Roles{Auditor: true} }, 0, false},
		"GroupsUnknown": {func(d *Delegation) { d.From.GroupsReadAt = t0.Add(-31 * 24 * time.Hour) }, 0, false},
		"ToSomeoneElse": {func(d *Delegation) { d.To = "p-dana" }, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := Delegation{
				ID: "d", From: mara, To: teo.ID, Queues: []string{"finance", "gone"},
				Since: t0.Add(-time.Hour), Until: t0.Add(time.Hour),
			}
			if tt.change != nil {
				tt.change(&d)
			}
			s, now := Signer{Person: teo, Delegations: []Delegation{d}}, t0.Add(tt.after)
			names, all := queues.Visible(s, now)
			if want := map[bool][]string{true: {"finance"}}[tt.sees]; !slices.Equal(names, want) || all {
				t.Errorf("sees %v, want %v", names, want)
			}
			if queues.MaySee(s, "finance", now) != tt.sees || queues.MaySee(s, "gone", now) {
				t.Error("MaySee does not agree with Visible")
			}
		})
	}
}

// TestMayTakePart has a row for each condition of the gate, beside one that passes it.
func TestMayTakePart(t *testing.T) {
	t.Parallel()
	finance := []string{"finance-approvers"}
	reviewer := person(append([]string{"release-managers"}, finance...), Roles{Reviewer: true})
	ines := Requester{Name: "Ines Calloway", Email: "ines@harborline.example"}
	with := func(change func(*Person)) Person {
		p := reviewer
		change(&p)
		return p
	}
	unverified := func(p *Person) { p.EmailVerified = false }
	stated := func(by string) Requester { r := ines; r.StatedBy = by; return r }
	for name, tt := range map[string]struct {
		p       Person
		c       Callback
		refused ReasonCode
	}{
		"Reviewer":             {reviewer, Callback{Request: Request{Queue: "finance", Requester: ines}}, ""},
		"AdminOfTheQueue":      {person(finance, Roles{Admin: true}), Callback{Request: Request{Queue: "finance", Requester: ines}}, ""},
		"AdminElsewhere":       {person(nil, Roles{Admin: true}), Callback{Request: Request{Queue: "finance", Requester: ines}}, "queue"},
		"ReviewerElsewhere":    {person([]string{"release-managers"}, Roles{Reviewer: true}), Callback{Request: Request{Queue: "finance", Requester: ines}}, "queue"},
		"Auditor":              {person(finance, Roles{Auditor: true}), Callback{Request: Request{Queue: "finance", Requester: ines}}, "role"},
		"OwnRequestNoFourEyes": {reviewer, Callback{Request: Request{Queue: "releases", Requester: Requester{Name: "Teo Vance"}}}, ""},
		"UnverifiedNoFourEyes": {with(unverified), Callback{Request: Request{Queue: "releases"}}, ""},
		"FoundNoFourEyes":      {reviewer, Callback{Request: Request{Queue: "releases", Source: SourceDiscovery}}, ""},
		"QueueNotConfigured":   {person(finance, Roles{Admin: true}), Callback{Request: Request{Queue: "gone"}}, "queue"},

		"Found":            {reviewer, Callback{Request: Request{Queue: "finance", Source: SourceDiscovery}}, "unannounced"},
		"ByTemplate":       {reviewer, Callback{Request: Request{Queue: "finance", Source: SourceDiscovery, Requester: ines}}, ""},
		"OwnByTemplate":    {reviewer, Callback{Request: Request{Queue: "finance", Source: SourceDiscovery, Requester: Requester{Email: "TEO@harborline.example"}}}, "requester"},
		"NameByTemplate":   {reviewer, Callback{Request: Request{Queue: "finance", Source: SourceDiscovery, Requester: Requester{Name: "Ines Calloway"}}}, "unknown"},
		"FoundAndStated":   {reviewer, Callback{Request: Request{Queue: "finance", Source: SourceDiscovery, Requester: stated("u-1")}}, ""},
		"NoRequester":      {reviewer, Callback{Request: Request{Queue: "finance"}}, "unknown"},
		"BareName":         {reviewer, Callback{Request: Request{Queue: "finance", Requester: Requester{Name: "Ines Calloway"}}}, "unknown"},
		"WholeTextAsName":  {reviewer, Callback{Request: Request{Queue: "finance", Requester: Requester{Name: "Vance, Teo <teo@harborline.example>"}}}, "unknown"},
		"UnreadableEmail":  {reviewer, Callback{Request: Request{Queue: "finance", Requester: Requester{Email: `"a b"@harborline.example`}}}, "unknown"},
		"OwnRequest":       {reviewer, Callback{Request: Request{Queue: "finance", Requester: Requester{Name: "X", Email: "TEO@harborline.example"}}}, "requester"},
		"StatedByOneself":  {reviewer, Callback{Request: Request{Queue: "finance", Requester: stated("u-9")}}, "stated"},
		"StatedByNobody":   {with(func(p *Person) { p.Subject = "" }), Callback{Request: Request{Queue: "finance", Requester: ines}}, ""},
		"StatedByAnother":  {reviewer, Callback{Request: Request{Queue: "finance", Requester: stated("u-1")}}, ""},
		"Unverified":       {with(unverified), Callback{Request: Request{Queue: "finance", Requester: ines}}, "unverified"},
		"NoAddress":        {with(func(p *Person) { p.Email = "" }), Callback{Request: Request{Queue: "finance", Requester: ines}}, "unverified"},
		"AddressNotClear":  {with(func(p *Person) { p.Email = `"a b"@harborline.example` }), Callback{Request: Request{Queue: "finance", Requester: ines}}, "unverified"},
		"SubjectSettles":   {with(unverified), Callback{Request: Request{Queue: "finance", Requester: Requester{ID: "u-1", Name: "Ines"}}}, ""},
		"UnverifiedIsThem": {with(unverified), Callback{Request: Request{Queue: "finance", Requester: Requester{Email: "teo@harborline.example"}}}, "requester"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.c.Requirement = queues[tt.c.Queue].Bind(&tt.c, &Content{})
			err := queues.Gate(&tt.c, nil, t0).MayTakePart(Signer{Person: tt.p})
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

// TestQueueBinds: a callback keeps what its queue asked for when it arrived. Four eyes stay when the
// queue gives them up, and do not come when it gets them: an admin applies the present policy.
func TestQueueBinds(t *testing.T) {
	t.Parallel()
	teo := person([]string{"finance-approvers", "release-managers"}, Roles{Reviewer: true})
	later := Queues{
		"finance":  {Name: "finance", Groups: []string{"finance-approvers"}},
		"releases": {Name: "releases", Groups: []string{"release-managers"}, FourEyes: true},
	}
	for name, tt := range map[string]struct {
		exclude []Exclusion
		may     ReasonCode
		present []Exclusion
	}{
		"finance":  {[]Exclusion{ExcludeRequester}, CodeRequester, nil},
		"releases": {nil, "", []Exclusion{ExcludeRequester}},
	} {
		c := New(Callback{Request: Request{
			Source: "expenses", Queue: name, Requester: Requester{Name: "Teo Vance", Email: "teo@harborline.example"},
		}}, t0)
		c.Requirement = queues[name].Bind(&c, &Content{})
		if diff := cmp.Diff(OneSignature.with(func(t *Terms) { t.Exclude = tt.exclude }), c.Requirement); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		for _, q := range []Queues{queues, later} {
			checkRefusal(t, q.Gate(&c, nil, t0).MayTakePart(Signer{Person: teo}), tt.may)
		}
		if present := later.PresentPolicy(&c, &Content{}); present == nil || !slices.Equal(present.Exclude, tt.present) {
			t.Errorf("%s: the present policy is %+v", name, present)
		}
	}
}

// TestMayTakePartInEveryState: whether a person may sign does not depend on whether somebody did.
func TestMayTakePartInEveryState(t *testing.T) {
	t.Parallel()
	for _, state := range []State{Pending, Decided, Completed, TimedOut} {
		c := Callback{State: state, Requirement: OneSignature, Request: Request{Queue: "releases"}}
		if err := queues.Gate(&c, nil, t0).MayTakePart(Signer{Person: person([]string{"release-managers"}, Roles{Reviewer: true})}); err != nil {
			t.Errorf("%s: %v", state, err)
		}
		if c.State != state {
			t.Errorf("%s became %s", state, c.State)
		}
	}
}

func TestWantsRequester(t *testing.T) {
	t.Parallel()
	known := Requester{Email: "ines@harborline.example"}
	for name, tt := range map[string]struct {
		c    Callback
		want bool
	}{
		"Unknown":     {Callback{Request: Request{Queue: "finance"}, State: Pending}, true},
		"Known":       {Callback{Request: Request{Queue: "finance", Requester: known}, State: Pending}, false},
		"Found":       {Callback{Request: Request{Queue: "finance", Source: SourceDiscovery}, State: Pending}, true},
		"ByTemplate":  {Callback{Request: Request{Queue: "finance", Source: SourceDiscovery, Requester: known}, State: Pending}, false},
		"Stated":      {Callback{Request: Request{Queue: "finance", Requester: Requester{ID: "u-1", StatedBy: "u-2"}}, State: Pending}, true},
		"Decided":     {Callback{Request: Request{Queue: "finance"}, State: Decided}, false},
		"TwoEyes":     {Callback{Request: Request{Queue: "releases"}, State: Pending}, false},
		"NoSuchQueue": {Callback{Request: Request{Queue: "gone"}, State: Pending}, false},
	} {
		tt.c.Requirement = queues[tt.c.Queue].Bind(&tt.c, &Content{})
		if got := tt.c.WantsRequester(); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
