package record

import (
	"context"
	"regexp"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/people"
)

// Store finds decisions. Implementations pass the contract of package recordtest.
type Store interface {
	// Decisions returns one page of at most the query's limit.
	Decisions(ctx context.Context, q Query) (Page, error)
}

// People finds who signed in.
type People interface {
	// FindPeople returns at most limit people of whom a name, from each word on, or an address begins
	// with key.
	FindPeople(ctx context.Context, key string, limit int) ([]people.Profile, error)
}

// Config is what the service needs.
type Config struct {
	Store  Store
	People People
	// Visible says which queues a person may see now, or that they see all; an error for somebody
	// without a role.
	Visible func(context.Context, callbacks.Person) (queues []string, all bool, err error)
	// Entries reads the audit, newest first, and Titles the titles of the callbacks of entries. Both are
	// for people who may read the audit, and an error for all others.
	Entries func(context.Context, callbacks.Person, desk.AuditQuery) ([]callbacks.AuditEntry, error)
	Titles  func(context.Context, callbacks.Person, []callbacks.AuditEntry) (map[callbacks.ID]string, error)
	// Record writes an audit entry.
	Record func(context.Context, callbacks.AuditEntry) error
	Now    func() time.Time
}

// Service reads the record for people.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// maxPeople is how many people a name may mean. Others are left out: a name that fits so many is no
// name yet.
const maxPeople = 20

// List returns a page of the decisions that a person may see.
func (s *Service) List(ctx context.Context, p callbacks.Person, f Filter, after *desk.Cursor, limit int) (Page, error) {
	if limit <= 0 || limit > desk.MaxPage {
		limit = desk.PageSize
	}
	return s.page(ctx, p, f, after, limit)
}

func (s *Service) page(ctx context.Context, p callbacks.Person, f Filter, after *desk.Cursor, limit int) (Page, error) {
	q, err := s.query(ctx, p, f)
	if err != nil || !q.AllQueues && len(q.Queues) == 0 || q.People != nil && len(q.People) == 0 {
		return Page{}, err
	}
	q.After, q.Limit = after, limit
	return s.Store.Decisions(ctx, q)
}

// query restricts a filter to what the person may see, and finds the people that it names.
func (s *Service) query(ctx context.Context, p callbacks.Person, f Filter) (Query, error) {
	queues, all, err := s.Visible(ctx, p)
	if err != nil {
		return Query{}, err
	}
	q := Query{Filter: f, AllQueues: all, Queues: queues}
	if q.Queue != "" && (all || slices.Contains(queues, q.Queue)) {
		q.AllQueues, q.Queues = false, []string{q.Queue}
	} else if q.Queue != "" {
		q.Queues = nil
	}
	if f.Person != "" {
		q.People, err = s.named(ctx, f.Person)
	}
	return q, err
}

// personKey is the form of [people.ID].
var personKey = regexp.MustCompile(`^[a-z2-7]{32}$`)

// named are the keys of the people whom a text may mean: that of one person, if it is their key, else
// of all whose name or address begins like it. It is never nil.
func (s *Service) named(ctx context.Context, text string) ([]string, error) {
	keys := []string{}
	if personKey.MatchString(text) {
		return append(keys, text), nil
	}
	key := people.Key(text)
	if key == "" {
		return keys, nil
	}
	found, err := s.People.FindPeople(ctx, key, maxPeople)
	for i := range found {
		keys = append(keys, found[i].ID)
	}
	return keys, err
}
