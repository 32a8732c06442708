package lists

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
	"countersign/views/components"
	"countersign/views/viewstest"
)

// outline is a list as its headings and IDs.
func outline(groups []group) []string {
	var lines []string
	for _, g := range groups {
		if g.Name != "" {
			lines = append(lines, g.Name+":")
		}
		for _, r := range g.Rows {
			lines = append(lines, string(r.ID))
		}
	}
	return lines
}

func TestGroupedByTimeLeft(t *testing.T) {
	t.Parallel()
	rows := viewstest.Rows()
	slices.Reverse(rows)
	got := outline(grouped(List{Rows: rows, Filter: desk.Filter{Scope: desk.ScopeMine}}, viewstest.Now))
	want := []string{"At risk:", "vendor", "mails", "Due soon:", "exp2291", "deploy", "refund", "Calm:", "exp2288", "aurora", "erase", "ledger"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestGroupedByUsualTime: what has less time than decisions usually take is at risk, however much that is,
// and first is what has the least to spare.
func TestGroupedByUsualTime(t *testing.T) {
	t.Parallel()
	rows := viewstest.Rows()
	for i := range rows {
		rows[i].Usual = map[callbacks.ID]time.Duration{"exp2288": 6 * time.Hour, "mails": 5 * time.Minute}[rows[i].ID]
	}
	want := []string{"At risk:", "exp2288", "vendor", "Due soon:", "mails", "exp2291"}
	if got := outline(grouped(List{Rows: rows, Filter: desk.Filter{Scope: desk.ScopeMine}}, viewstest.Now)); !slices.Equal(got[:len(want)], want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestGroupedByWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	got := outline(grouped(List{Rows: viewstest.EndedRows(), Filter: desk.Filter{Scope: desk.ScopeAttention}}, viewstest.Now))
	want := []string{"Decided:", "exp2291decided", "Ended:", "exp2291completed", "exp2291lost", "exp2291undeliverable", "exp2291timed_out", "exp2291closed"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestGroupedKeepsOtherOrders(t *testing.T) {
	t.Parallel()
	rows := viewstest.Rows()
	slices.Reverse(rows)
	for _, f := range []desk.Filter{{Order: desk.OrderNewest}, {Order: desk.OrderDeadline}, {Scope: desk.ScopeHistory}} {
		got := outline(grouped(List{Rows: rows, Filter: f}, viewstest.Now))
		if len(got) != len(rows) || got[0] != "ledger" || got[len(got)-1] != "vendor" {
			t.Errorf("%+v: %v", f, got)
		}
	}
}

func TestNeighbours(t *testing.T) {
	t.Parallel()
	l := List{Rows: viewstest.Rows(), Filter: desk.Filter{Scope: desk.ScopeMine}}
	id := func(r *desk.Row) callbacks.ID {
		if r == nil {
			return ""
		}
		return r.ID
	}
	for _, tc := range []struct {
		of, before, after callbacks.ID
		place             int
	}{
		{"vendor", "", "mails", 1}, {"deploy", "exp2291", "refund", 4}, {"ledger", "erase", "", len(l.Rows)}, {"elsewhere", "", "", 0},
	} {
		if before, after, place := neighbours(l, viewstest.Now, &callbacks.Callback{ID: tc.of}); id(before) != tc.before || id(after) != tc.after || place != tc.place {
			t.Errorf("beside %s: %q and %q at %d, want %q and %q at %d", tc.of, id(before), id(after), place, tc.before, tc.after, tc.place)
		}
	}
}

// TestGroupedByFailingHeartbeats: a row whose heartbeats fail stands at risk, first by their clock.
func TestGroupedByFailingHeartbeats(t *testing.T) {
	t.Parallel()
	rows := viewstest.Rows()
	viewstest.FailHeartbeats(&rows[2].Callback, replies.Denied)
	l := List{Rows: rows, Filter: desk.Filter{Scope: desk.ScopeMine}}
	want := []string{"At risk:", "exp2291", "vendor", "mails", "Due soon:"}
	if got := outline(grouped(l, viewstest.Now)); !slices.Equal(got[:len(want)], want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestRowOfSignatures: the strokes and a tag say that somebody has signed, or signed in vain.
func TestRowOfSignatures(t *testing.T) {
	t.Parallel()
	waiting, ended := viewstest.Rows()[2], viewstest.EndedRows()[4]
	waiting.Signing = desk.Signing{Has: 1, Needs: 3, May: true}
	ended.Signing = desk.Signing{Has: 1, Needs: 2}
	for want, r := range map[string]desk.Row{
		"1 1 of 3 signed": waiting, "x 1 of 2, too late": ended, "0 ": viewstest.Rows()[5],
	} {
		tag := ""
		if tags := tagsOf(row{Row: &r}, viewstest.Mara); r.Signing.Needs > 0 {
			tag = tags[0].Word
		}
		if got := components.RowStrokes(&r) + " " + tag; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
