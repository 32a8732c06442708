package sqlstore_test

import (
	"testing"

	"countersign/internal/assignment/assignmenttest"
	"countersign/internal/batch/batchtest"
	"countersign/internal/delegation/delegationtest"
	"countersign/internal/delivery/deliverytest"
	"countersign/internal/desk/storetest"
	"countersign/internal/discovery/discoverytest"
	"countersign/internal/notice/noticetest"
	"countersign/internal/readquota/readquotatest"
	"countersign/internal/record/recordtest"
	"countersign/internal/rollout/rollouttest"
	"countersign/internal/savedview/savedviewtest"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/upkeep/upkeeptest"
)

// openSQLite is an empty store in a file of its own. That migrations make that file is what others
// prove: TestOpenAgain first.
func openSQLite(t testing.TB) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T) storetest.Store { return openSQLite(t) }
	storetest.RunStore(t, open)
	deliverytest.Run(t, open)
	upkeeptest.Run(t, open)
	discoverytest.Run(t, open)
	readquotatest.Run(t, open)
	rollouttest.Run(t, open)
	delegationtest.Run(t, open)
	batchtest.Run(t, open)
	assignmenttest.Run(t, func(t *testing.T) assignmenttest.Stores {
		s := openSQLite(t)
		return assignmenttest.Stores{Desk: s, Assignments: s.Assignments()}
	})
	savedviewtest.Run(t, func(t *testing.T) savedviewtest.Stores {
		s := openSQLite(t)
		return savedviewtest.Stores{People: s, Views: s.Views()}
	})
	storetest.RunPeople(t, open)
	recordtest.Run(t, func(t *testing.T) recordtest.Stores {
		s := openSQLite(t)
		return recordtest.Stores{Desk: s, Record: s.Decisions()}
	})
	noticetest.Run(t, func(t *testing.T) noticetest.Stores { return partsOf(openSQLite(t)) })
}

// partsOf are the parts of a store that the contract of notices needs.
func partsOf(s *sqlstore.Store) noticetest.Stores {
	return noticetest.Stores{Desk: s, Read: s, Tell: s.Tell, Notices: s.Notices(), Preferences: s.Notices(), Reports: s.Notices()}
}
