package sqlstore

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/savedview"
	"countersign/internal/sqlstore/views"
)

// exerciseViews runs every method of the store of saved views.
func exerciseViews(t *testing.T, s *views.Store) {
	t.Helper()
	ctx, check := t.Context(), passing(t)
	v := savedview.View{ID: callbacks.NewIDAt(callbackstest.T0), Owner: callbackstest.Person("ada"), Name: "Deploys", Group: "ops", Query: "queue=ops"}
	for _, step := range []savedview.Step{{Put: &v}, {Delete: v.ID}} {
		check(s.Change(ctx, "ada", func([]savedview.View) (savedview.Step, error) { return step, nil }))
	}
	_, err := s.Own(ctx, "ada")
	check(err)
	_, err = s.Shared(ctx, []string{"ops", "finance"}, 10)
	check(err)
}
