package record

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// endless is a store of n decisions, each as long as they get, which it makes as they are asked for.
// It counts those that were given out and not yet flushed.
type endless struct {
	n, given int
	held     int // since the last flush
	most     int
	asked    []Query
}

func (s *endless) Decisions(_ context.Context, q Query) (Page, error) {
	s.asked = append(s.asked, q)
	var page Page
	for len(page.Decisions) < q.Limit && s.given < s.n {
		s.given++
		page.Decisions = append(page.Decisions, Decision{Entry: Entry{At: callbackstest.T0, Label: "=cmd()"}, Title: "Refund"})
	}
	if s.given < s.n {
		page.Next = &desk.Cursor{Key: int64(s.given), ID: "x"}
	}
	s.held += len(page.Decisions)
	s.most = max(s.most, s.held)
	return page, nil
}

func exporting(s Store, audit *[]callbacks.AuditEntry) *Service {
	return New(Config{
		Store: s, People: crowd{}, Now: func() time.Time { return callbackstest.T0 },
		Visible: func(context.Context, callbacks.Person) ([]string, bool, error) { return nil, true, nil },
		Record: func(_ context.Context, e callbacks.AuditEntry) error {
			*audit = append(*audit, e)
			return nil
		},
	})
}

// counter counts the lines that are written to it.
type counter struct{ lines int }

func (c *counter) Write(b []byte) (int, error) {
	c.lines += bytes.Count(b, []byte("\n"))
	return len(b), nil
}

// TestExport_HoldsOnePage: however long an export is, it holds a page at a time, and reads the next one
// only once the last was taken.
func TestExport_HoldsOnePage(t *testing.T) {
	t.Parallel()
	const n = 50_000
	for _, format := range []Format{CSV, JSONLines} {
		s, out := &endless{n: n}, &counter{}
		var audit []callbacks.AuditEntry
		flush := func(context.Context) error { s.held = 0; return nil }
		callbackstest.Must(t, exporting(s, &audit).Export(t.Context(), callbacks.Person{}, Filter{}, File{Format: format, Out: out, Flush: flush}))
		header := 0
		if format == CSV {
			header = 1
		}
		if out.lines != n+header || s.most > exportPage {
			t.Errorf("%s: %d lines, %d decisions held at once", format, out.lines, s.most)
		}
	}
}

// TestExport_OnRecord: the entry comes before the first line, and an export is of what was decided when
// it began.
func TestExport_OnRecord(t *testing.T) {
	t.Parallel()
	var audit []callbacks.AuditEntry
	s := &endless{n: 1}
	p := callbacks.Person{ID: "audrey", Name: "Audrey"}
	export := File{Format: CSV, Says: "As CSV: all decisions.", Out: writes(func() {
		if len(audit) != 1 {
			t.Error("written before it was on record")
		}
	}), Flush: func(context.Context) error { return nil }}
	callbackstest.Must(t, exporting(s, &audit).Export(t.Context(), p, Filter{}, export))
	want := callbacks.AuditEntry{At: callbackstest.T0, Actor: p.Actor(), Action: ActionExported, Detail: "As CSV: all decisions."}
	callbackstest.Same(t, "on record", audit, []callbacks.AuditEntry{want})
	if before := s.asked[0].Before; !before.Equal(callbackstest.T0) {
		t.Errorf("up to %v", before)
	}
}

type writes func()

func (w writes) Write(b []byte) (int, error) { w(); return len(b), nil }

// TestExport_Gone: a reader who takes no more ends the reading.
func TestExport_Gone(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	var audit []callbacks.AuditEntry
	s := &endless{n: 10 * exportPage}
	err := exporting(s, &audit).Export(t.Context(), callbacks.Person{}, Filter{}, File{Format: CSV, Out: io.Discard, Flush: func(context.Context) error { return gone }})
	if !errors.Is(err, gone) || s.given > exportPage {
		t.Errorf("%v after %d decisions", err, s.given)
	}
}

// TestCSV_NoFormula: whatever a stranger wrote, no cell begins a formula, and what is no formula stays
// as it is.
func TestCSV_NoFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x",
		" =1": " '=1", "\u00a0=1": "\u00a0'=1", "\n=1": "\n'=1", "\ufeff=1": "\ufeff'=1", "\t=1": "'\t'=1", "\r=1": "'\r'=1", "\tx": "'\tx",
		// Another separator, and lines.
		"x;=HYPERLINK(1)": "x;'=HYPERLINK(1)", "x; =1;@b": "x; '=1;'@b", "x,-1": "x,'-1", "x\t+1": "x\t'+1", "x\n=1": "x\n'=1", "x\r\n=1": "x\r\n'=1",
		`x;"=1"`: `x;"'=1"`, `x;""=1`: `x;""'=1`, "x;=1\xff": "x;'=1\xff",
	} {
		if got := textOf(cell); got != want {
			t.Errorf("%q is written as %q, want %q", cell, got, want)
		}
	}
	for _, cell := range []string{"", "a=b", "2026-12-01T08:00:00.000Z", "«=»", "\xff", "'=1", "東京", "a; b, c\nd", "a;b=1", "1-1; 2+2"} {
		if got := textOf(cell); got != cell {
			t.Errorf("%q is written as %q", cell, got)
		}
	}
	var out strings.Builder
	w := &csvWriter{csv.NewWriter(&out)}
	d := Decision{Title: "x;=HYPERLINK(\"x\")", Name: "@a", Entry: Entry{Label: "+", Rule: "-r", By: callbacks.Actor{Name: "=x"}, Queue: "\tq", Function: "\rf"}}
	d.Signatures = []Signature{{By: callbacks.Actor{Name: "=evil"}}, {By: callbacks.Actor{Name: "=evil"}}}
	callbackstest.Must(t, w.write(lineOf(&d)))
	callbackstest.Must(t, w.flush())
	cells, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	callbackstest.Must(t, err)
	for _, cell := range cells[0] {
		if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.Contains(cell, ";=") || strings.Contains(cell, "; =") {
			t.Errorf("cell %q", cell)
		}
	}
}

// TestLines: both formats say the same, times in UTC.
func TestLines(t *testing.T) {
	t.Parallel()
	at := callbackstest.T0.In(time.FixedZone("CET", 3600)).Add(123 * time.Millisecond)
	d := Decision{
		Entry:    Entry{At: at, Label: "Approve", Outcome: "approve", Stance: callbacks.For, By: callbacks.Actor{ID: "ada", Name: "Ada"}, Via: callbacks.ViaWeb},
		Callback: "c1", Title: "A \"title\",\nwith lines", State: callbacks.Completed, EndedAt: at,
		Signatures: []Signature{{By: callbacks.Actor{ID: "bob", Name: "Bob"}, ActingFor: "Ines", Stance: callbacks.For, At: at}},
	}
	var rows, objects strings.Builder
	c, j := lineWriters[CSV](&rows), lineWriters[JSONLines](&objects)
	for _, w := range []lineWriter{c, j} {
		callbackstest.Must(t, w.begin(columns))
		callbackstest.Must(t, w.write(lineOf(&d)))
		callbackstest.Must(t, w.flush())
	}
	stamp := callbackstest.T0.UTC().Format("2006-01-02T15:04:05") + ".123Z"
	cells, err := csv.NewReader(strings.NewReader(rows.String())).ReadAll()
	callbackstest.Must(t, err)
	callbackstest.Same(t, "the row", cells, [][]string{columns, {
		stamp, "approve", "Approve", "for", "Ada", "ada", "web", "", "", "", "", d.Title, "c1", "completed", stamp, "false", "Bob for Ines, for, " + stamp,
	}})
	var object map[string]any
	callbackstest.Must(t, json.Unmarshal([]byte(objects.String()), &object))
	if object["decidedAt"] != stamp || object["title"] != d.Title || strings.Count(objects.String(), "\n") != 1 {
		t.Errorf("the line: %s", objects.String())
	}
}
