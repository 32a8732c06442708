package savedviews

import (
	"context"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/savedview"
	"countersign/views"
)

// Frame is what the page with an address shows of a person's views.
func (h *Handlers) Frame(ctx context.Context, p callbacks.Person, address views.Address) (views.Saved, error) {
	all, err := h.Service.Views(ctx, p)
	if err != nil {
		return views.Saved{}, err
	}
	var saved views.Saved
	for i := range all {
		if v := shown(&all[i], p); v.Own() || v.Path != "" {
			saved.Views = append(saved.Views, v)
		}
	}
	now, err := query.ParseSaved(address.Query.Encode())
	if err != nil || now.View == "" {
		return saved, nil // the page of no list
	}
	for _, v := range saved.Views {
		if v.ID == string(now.View) && v.Path != "" {
			saved.Open = &views.OpenView{SavedView: v, Now: now.Saved()}
		}
	}
	return saved, nil
}

// shown is a view as a person sees it. They cannot open one whose list is not theirs to see, nor one
// that was saved by rules which hold no more.
func shown(v *savedview.View, p callbacks.Person) views.SavedView {
	one := views.SavedView{ID: string(v.ID), Name: v.Name, Group: v.Group}
	if v.Owner.ID != p.ID {
		one.Owner = v.Owner.Name
	}
	l, err := query.ParseSaved(v.Query)
	if err != nil || l.Scope == desk.ScopeAll && !p.Roles.SeesAll() {
		return one
	}
	one.Query, one.Path = l.Saved(), start(l, v.ID).String()
	return one
}
