package record

import (
	"context"
	"errors"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/people"
)

// TestEntryOf: the stance is that of the outcome that was chosen, also where nobody signed.
func TestEntryOf(t *testing.T) {
	t.Parallel()
	c := callbacks.Case{Callback: callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0))}
	c.Outcomes = []callbacks.Outcome{{Name: "later", Label: "Ask again", Kind: callbacks.Success, Stated: callbacks.Against}}
	c.Decision.Outcome, c.Decision.Label = "later", "Ask again"
	if e := EntryOf(&c); e.Stance != callbacks.Against || e.Via != "" || len(e.Signers) != 1 {
		t.Errorf("stated against: %+v", e)
	}
	c.Outcomes, c.Decision.Kind = nil, callbacks.Failure
	if e := EntryOf(&c); e.Stance != callbacks.Against {
		t.Errorf("a failure that the request does not offer any more: %+v", e)
	}
}

// store notes what it is asked.
type store struct{ asked []Query }

func (s *store) Decisions(_ context.Context, q Query) (Page, error) {
	s.asked = append(s.asked, q)
	return Page{}, nil
}

type crowd struct{}

func (crowd) FindPeople(_ context.Context, key string, _ int) ([]people.Profile, error) {
	if strings.HasPrefix("ada lovelace", key) {
		return []people.Profile{{ID: "ada"}, {ID: "adam"}}, nil
	}
	return nil, nil
}

// TestList: what a query asks of the store is what its reader may see, and nothing else.
func TestList(t *testing.T) {
	t.Parallel()
	key := people.ID("issuer", "subject")
	own := []string{"finance", "ops"}
	for name, test := range map[string]struct {
		all    bool
		filter Filter
		want   *Query // nil if nothing is asked
	}{
		"own queues":       {want: &Query{Queues: own}},
		"one of them":      {filter: Filter{Queue: "ops"}, want: &Query{Queues: []string{"ops"}}},
		"another":          {filter: Filter{Queue: "security"}},
		"all":              {all: true, want: &Query{AllQueues: true, Queues: own}},
		"all, one":         {all: true, filter: Filter{Queue: "security"}, want: &Query{Queues: []string{"security"}}},
		"a name":           {filter: Filter{Person: "  ADA "}, want: &Query{Queues: own, People: []string{"ada", "adam"}}},
		"nobody":           {filter: Filter{Person: "zoe"}},
		"nothing readable": {filter: Filter{Person: "!"}},
		"a key":            {filter: Filter{Person: key}, want: &Query{Queues: own, People: []string{key}}},
	} {
		s := &store{}
		service := New(Config{Store: s, People: crowd{}, Visible: func(context.Context, callbacks.Person) ([]string, bool, error) {
			return own, test.all, nil
		}})
		_, err := service.List(t.Context(), callbacks.Person{}, test.filter, nil, 10)
		callbackstest.Must(t, err)
		if test.want == nil {
			callbackstest.Same(t, name, s.asked, nil)
			continue
		}
		test.want.Filter, test.want.Limit = test.filter, 10
		callbackstest.Same(t, name, s.asked, []Query{*test.want})
	}
}

// TestList_Refused: somebody without a role gets the refusal, and nothing is asked.
func TestList_Refused(t *testing.T) {
	t.Parallel()
	refused := errors.New("no role")
	s := &store{}
	service := New(Config{Store: s, Visible: func(context.Context, callbacks.Person) ([]string, bool, error) { return nil, true, refused }})
	if _, err := service.List(t.Context(), callbacks.Person{}, Filter{}, nil, 10); !errors.Is(err, refused) || len(s.asked) > 0 {
		t.Errorf("%v, asked %v", err, s.asked)
	}
}
