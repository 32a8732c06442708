package savedview

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
)

// Service keeps views by these rules. It may be used by any number of goroutines.
type Service struct {
	store Store
	now   func() time.Time
}

// New makes the service.
func New(store Store, now func() time.Time) *Service { return &Service{store, now} }

// Views are the views that a person sees: their own first, then those that others share with their
// groups, each in the order of their names.
func (s *Service) Views(ctx context.Context, p callbacks.Person) ([]View, error) {
	own, err := s.store.Own(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("read the views of %s: %w", p.ID, err)
	}
	if len(p.Groups) == 0 {
		return sorted(own), nil
	}
	found, err := s.store.Shared(ctx, p.Groups, MaxShared)
	if err != nil {
		return nil, fmt.Errorf("read the views shared with %s: %w", p.ID, err)
	}
	var shared []View
	for i := range found {
		if found[i].Owner.ID != p.ID && found[i].Stands() {
			shared = append(shared, found[i].View)
		}
	}
	return append(sorted(own), sorted(shared)...), nil
}

// Save keeps a filter as a new view. Its errors are [fault.List] with the fields name, group and list.
func (s *Service) Save(ctx context.Context, by callbacks.Person, name, group, query string) (View, error) {
	fresh := View{ID: callbacks.NewIDAt(s.now()), Name: name, Group: group, Query: query}
	if err := s.room(ctx, fresh.ID, group); err != nil {
		return View{}, err
	}
	return s.put(ctx, by, func([]View) (View, View, error) { return View{}, fresh, nil })
}

// Rename names a view of the person's and shares it with a group; with an empty one, it is theirs
// alone. Errors: those of Save, and [callbacks.ErrNotFound].
func (s *Service) Rename(ctx context.Context, by callbacks.Person, id callbacks.ID, name, group string) (View, error) {
	if err := s.room(ctx, id, group); err != nil {
		return View{}, err
	}
	return s.change(ctx, by, id, func(v *View) { v.Name, v.Group = name, group })
}

// Refilter gives a view of the person's another filter. Errors are those of Rename.
func (s *Service) Refilter(ctx context.Context, by callbacks.Person, id callbacks.ID, query string) (View, error) {
	return s.change(ctx, by, id, func(v *View) { v.Query = query })
}

// Delete deletes a view of the person's, or returns [callbacks.ErrNotFound].
func (s *Service) Delete(ctx context.Context, by callbacks.Person, id callbacks.ID) error {
	err := s.store.Change(ctx, by.ID, func(own []View) (Step, error) {
		_, err := find(own, id)
		return Step{Delete: id}, err
	})
	if err != nil {
		return fmt.Errorf("delete view %s: %w", id, err)
	}
	return nil
}

// change changes a view of the person's.
func (s *Service) change(ctx context.Context, by callbacks.Person, id callbacks.ID, change func(*View)) (View, error) {
	return s.put(ctx, by, func(own []View) (before, after View, err error) {
		before, err = find(own, id)
		after = before
		change(&after)
		return before, after, err
	})
}

// put checks and writes what of makes of the views of a person.
func (s *Service) put(ctx context.Context, by callbacks.Person, of func(own []View) (before, after View, err error)) (View, error) {
	var after View
	err := s.store.Change(ctx, by.ID, func(own []View) (Step, error) {
		before, changed, err := of(own)
		if err != nil {
			return Step{}, err
		}
		after = changed
		after.Owner, after.At = by.Actor(), s.now()
		return Step{Put: &after}, after.check(by, own, before)
	})
	if err != nil {
		return View{}, fmt.Errorf("keep a view: %w", err)
	}
	return after, nil
}

// room returns a [fault.List] if a view does not fit a group any more. Two at the same moment may pass
// the bound by one.
func (s *Service) room(ctx context.Context, id callbacks.ID, group string) error {
	if group == "" {
		return nil
	}
	found, err := s.store.Shared(ctx, []string{group}, MaxOfGroup)
	if err != nil {
		return fmt.Errorf("read the views of a group: %w", err)
	}
	if len(found) == MaxOfGroup && !slices.ContainsFunc(found, func(v Shared) bool { return v.ID == id }) {
		return fault.List{{Pointer: "group", Detail: fmt.Sprintf("This group has %d views, and no more fit.", MaxOfGroup)}}
	}
	return nil
}

func find(own []View, id callbacks.ID) (View, error) {
	i := slices.IndexFunc(own, func(v View) bool { return v.ID == id })
	if i < 0 {
		return View{}, callbacks.ErrNotFound
	}
	return own[i], nil
}
