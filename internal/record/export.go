package record

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
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

// File is what somebody asks to have written.
type File struct {
	Format Format
	Says   string // the filter in words, for the audit
	Out    io.Writer
	// Flush is called after each page with what it wrote, before the next one is read. An error ends
	// the export.
	Flush func(context.Context) error
}

// Export writes what [Service.List] lists of a filter, in its order, up to what is decided when it
// begins. It reads a page, writes it, and reads the next: it never holds more than a page, and no
// transaction or statement while it writes. What the person may see is asked anew for each page. The
// export is on record before its first line.
func (s *Service) Export(ctx context.Context, p callbacks.Person, f Filter, to File) error {
	now := s.Now()
	if f.Before.IsZero() || f.Before.After(now) {
		f.Before = now
	}
	if _, err := s.query(ctx, p, f); err != nil { // nothing is recorded for somebody who may not
		return err
	}
	err := s.Record(ctx, callbacks.AuditEntry{At: now, Actor: p.Actor(), Action: ActionExported, Detail: to.Says})
	if err != nil {
		return err
	}
	var after *desk.Cursor
	return to.write(ctx, columns, func(ctx context.Context) ([]line, bool, error) {
		page, err := s.page(ctx, p, f, after, exportPage)
		lines := make([]line, len(page.Decisions))
		for i := range page.Decisions {
			lines[i] = lineOf(&page.Decisions[i])
		}
		after = page.Next
		return lines, after != nil, err
	})
}

// write writes page after page, until there are no more.
func (f File) write(ctx context.Context, columns []string, next func(context.Context) (lines []line, more bool, err error)) error {
	to := lineWriters[f.Format](f.Out)
	if err := to.begin(columns); err != nil {
		return err
	}
	for more := true; more; {
		var lines []line
		var err error
		if lines, more, err = page(ctx, next); err != nil {
			return err
		}
		for _, l := range lines {
			if err := to.write(l); err != nil {
				return err
			}
		}
		if err := to.flush(); err != nil {
			return err
		}
		if err := f.Flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

func page(ctx context.Context, next func(context.Context) ([]line, bool, error)) ([]line, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	return next(ctx)
}

// line is what an export has of one thing: an object with the names of its fields, or the cells of a row.
type line interface{ cells() []string }

// lineWriter writes lines in a format.
type lineWriter interface {
	begin(columns []string) error
	write(l line) error
	flush() error
}

var lineWriters = map[Format]func(io.Writer) lineWriter{
	CSV:       func(w io.Writer) lineWriter { return &csvWriter{w: csv.NewWriter(w)} },
	JSONLines: func(w io.Writer) lineWriter { return jsonWriter{json.NewEncoder(w)} },
}

// Known reports whether there is such a format.
func (f Format) Known() bool { return lineWriters[f] != nil }

// utc is a time as exports have it, empty for none.
func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// jsonWriter writes an object a line.
type jsonWriter struct{ to *json.Encoder }

func (jsonWriter) begin([]string) error { return nil }
func (jsonWriter) flush() error         { return nil }

func (w jsonWriter) write(l line) error {
	if err := w.to.Encode(l); err != nil {
		return fmt.Errorf("write a line of an export: %w", err)
	}
	return nil
}

// csvWriter writes a row for each line, after the names of the columns.
type csvWriter struct{ w *csv.Writer }

func (c *csvWriter) begin(columns []string) error { return c.row(columns) }

func (c *csvWriter) write(l line) error { return c.row(l.cells()) }

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
