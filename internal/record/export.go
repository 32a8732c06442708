package record

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// ActionExported is the action of the audit for an export, written before its first line.
const ActionExported callbacks.Action = "record.exported"

// Format is the form of an export.
type Format string

// The formats.
const (
	CSV       Format = "csv"
	JSONLines Format = "jsonl"
)

// exportPage is how many decisions an export holds at a time.
const exportPage = 500

// pageTimeout bounds the reading of one page of an export.
const pageTimeout = 10 * time.Second

// Export is what somebody asks to have written.
type Export struct {
	Filter
	Format Format
	Says   string // the filter in words, for the audit
	Out    io.Writer
	// Flush is called after each page with what it wrote, before the next one is read. An error ends
	// the export.
	Flush func(context.Context) error
}

// Export writes what [Service.List] lists of the filter, newest first, up to what is decided when it
// begins. It reads a page, writes it, and reads the next: it never holds more than a page, and no
// transaction or statement while it writes. What the person may see is asked anew for each page. The
// export is on record before its first line.
func (s *Service) Export(ctx context.Context, p callbacks.Person, e Export) error {
	now := s.Now()
	if e.Before.IsZero() || e.Before.After(now) {
		e.Before = now
	}
	if _, err := s.query(ctx, p, e.Filter); err != nil { // nothing is recorded for somebody who may not
		return err
	}
	err := s.Record(ctx, callbacks.AuditEntry{At: now, Actor: p.Actor(), Action: ActionExported, Detail: e.Says})
	if err != nil {
		return err
	}
	lines := lineWriters[e.Format](e.Out)
	if err := lines.begin(); err != nil {
		return err
	}
	for after := (*desk.Cursor)(nil); ; {
		page, err := s.exportPage(ctx, p, e.Filter, after)
		if err != nil {
			return err
		}
		for i := range page.Decisions {
			if err := lines.write(&page.Decisions[i]); err != nil {
				return err
			}
		}
		if err := lines.flush(); err != nil {
			return err
		}
		if err := e.Flush(ctx); err != nil || page.Next == nil {
			return err
		}
		after = page.Next
	}
}

func (s *Service) exportPage(ctx context.Context, p callbacks.Person, f Filter, after *desk.Cursor) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	return s.page(ctx, p, f, after, exportPage)
}

// lineWriter writes decisions in a format.
type lineWriter interface {
	begin() error
	write(d *Decision) error
	flush() error
}

var lineWriters = map[Format]func(io.Writer) lineWriter{
	CSV:       func(w io.Writer) lineWriter { return &csvWriter{w: csv.NewWriter(w)} },
	JSONLines: func(w io.Writer) lineWriter { return jsonWriter{json.NewEncoder(w)} },
}

// Known reports whether there is such a format.
func (f Format) Known() bool { return lineWriters[f] != nil }

// line is a decision as an export has it. Times are RFC 3339 in UTC.
type line struct {
	DecidedAt       string          `json:"decidedAt"`
	Outcome         string          `json:"outcome"`
	Label           string          `json:"label"`
	Stance          string          `json:"stance"`
	DecidedBy       string          `json:"decidedBy"`
	DecidedByID     string          `json:"decidedById"`
	Via             string          `json:"via"`
	Rule            string          `json:"rule"`
	Queue           string          `json:"queue"`
	Function        string          `json:"function"`
	Name            string          `json:"name"`
	Title           string          `json:"title"`
	ID              string          `json:"id"`
	State           string          `json:"state"`
	EndedAt         string          `json:"endedAt,omitempty"`
	ExecutionFailed bool            `json:"executionFailed"`
	Signatures      []lineSignature `json:"signatures"`
}

type lineSignature struct {
	By        string `json:"by"`
	ByID      string `json:"byId"`
	ActingFor string `json:"actingFor,omitempty"`
	Stance    string `json:"stance"`
	At        string `json:"at"`
}

// utc is a time as exports have it, empty for none.
func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

func lineOf(d *Decision) line {
	l := line{
		DecidedAt: utc(d.At), Outcome: d.Outcome, Label: d.Label, Stance: string(d.Stance), DecidedBy: d.By.Name, DecidedByID: d.By.ID,
		Via: string(d.Via), Rule: d.Rule, Queue: d.Queue, Function: d.Function, Name: d.Name, Title: d.Title, ID: string(d.Callback),
		State: string(d.State), EndedAt: utc(d.EndedAt), ExecutionFailed: d.ExecutionFailed, Signatures: []lineSignature{},
	}
	for _, given := range d.Signatures {
		l.Signatures = append(l.Signatures, lineSignature{
			By: given.By.Name, ByID: given.By.ID, ActingFor: given.ActingFor, Stance: string(given.Stance), At: utc(given.At),
		})
	}
	return l
}

// jsonWriter writes an object a line.
type jsonWriter struct{ to *json.Encoder }

func (jsonWriter) begin() error { return nil }
func (jsonWriter) flush() error { return nil }

func (w jsonWriter) write(d *Decision) error {
	if err := w.to.Encode(lineOf(d)); err != nil {
		return fmt.Errorf("write a line of an export: %w", err)
	}
	return nil
}

// csvColumns are the names of the columns; those of times say their zone.
var csvColumns = []string{
	"decided_at_utc", "outcome", "label", "stance", "decided_by", "decided_by_id", "via", "rule", "queue", "function", "name", "title", "id",
	"state", "ended_at_utc", "execution_failed", "signatures",
}

// csvWriter writes a row for each decision, after the names of the columns.
type csvWriter struct{ w *csv.Writer }

func (c *csvWriter) begin() error { return c.row(csvColumns) }

func (c *csvWriter) write(d *Decision) error {
	l := lineOf(d)
	signatures := make([]string, len(l.Signatures))
	for i, given := range l.Signatures {
		signatures[i] = given.By
		if given.ActingFor != "" {
			signatures[i] += " for " + given.ActingFor
		}
		signatures[i] += ", " + given.Stance + ", " + given.At
	}
	return c.row([]string{
		l.DecidedAt, l.Outcome, l.Label, l.Stance, l.DecidedBy, l.DecidedByID, l.Via, l.Rule, l.Queue, l.Function, l.Name, l.Title, l.ID,
		l.State, l.EndedAt, strconv.FormatBool(l.ExecutionFailed), strings.Join(signatures, "; "),
	})
}

func (c *csvWriter) row(cells []string) error {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = textOf(cell)
	}
	if err := c.w.Write(texts); err != nil {
		return fmt.Errorf("write a row of an export: %w", err)
	}
	return nil
}

func (c *csvWriter) flush() error {
	c.w.Flush()
	return c.w.Error()
}

// What begins a formula, after what a cell can begin, and what a spreadsheet skips there. The wide
// forms count as the narrow ones in some of them.
const (
	formulaSigns = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
	separators   = ";,\t\r\n"
	skipped      = " \u00a0\u3000\ufeff\v\f\""
)

// textOf is a cell that a spreadsheet takes as text: with an apostrophe before each sign that would
// begin a formula. A sign inside does too if it follows a separator, because a spreadsheet whose
// separator is not the comma splits there.
func textOf(cell string) string {
	var b strings.Builder
	written, begins := 0, true
	for i, r := range cell {
		if begins && strings.ContainsRune(formulaSigns, r) {
			b.WriteString(cell[written:i] + "'")
			written, begins = i, false
		}
		begins = strings.ContainsRune(separators, r) || begins && strings.ContainsRune(skipped, r)
	}
	return b.String() + cell[written:]
}
