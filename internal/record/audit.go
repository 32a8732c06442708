package record

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// ActionAuditExported is the action of the audit for an export of the audit itself, written before its
// first line.
const ActionAuditExported callbacks.Action = "audit.exported"

// AuditFilter is what a reader asks of the audit. Its action is exact; empty ones ask for nothing.
type AuditFilter struct {
	Callback callbacks.ID
	// a name or an address, or its beginning; or exactly the key of a person, the name of a source or of
	// a worker
	Actor        string
	Action       callbacks.Action
	From, Before time.Time // when it was recorded
	System       bool      // also what senders and the desk itself did
}

// HidesSystem reports whether the audit leaves out what no person did. It does until the filter says what
// it looks for.
func (f AuditFilter) HidesSystem() bool {
	return !f.System && f.Callback == "" && f.Actor == "" && f.Action == ""
}

// Stretch is one line of the audit: an entry, or several that follow each other and say the same.
type Stretch struct {
	callbacks.AuditEntry           // the newest
	Since                time.Time // of the oldest; zero for a single entry
	Count                int
}

// folded are actions that come in long stretches and of which each says the same.
var folded = []callbacks.Action{
	callbacks.ActionHeartbeat, callbacks.ActionHeartbeatFailed, callbacks.ActionReviewOpened, callbacks.ActionReviewReleased,
	callbacks.ActionReviewConfirmed, callbacks.ActionAttemptFailed,
}

// goesOn reports whether an older entry belongs to the stretch: it has the same action of the same actor
// about the same callback, such as a heartbeat that was not taken. A visit, that somebody opened a
// callback and left it, is one stretch.
func (s *Stretch) goesOn(older *callbacks.AuditEntry) bool {
	visit := func(a callbacks.Action) bool {
		return a == callbacks.ActionReviewOpened || a == callbacks.ActionReviewReleased || a == callbacks.ActionReviewConfirmed
	}
	same := s.Action == older.Action && s.Detail == older.Detail && s.Facts.Reply == older.Facts.Reply && s.Facts.Failed == older.Facts.Failed
	return slices.Contains(folded, older.Action) && s.Callback == older.Callback && s.Actor.ID == older.Actor.ID &&
		(same || visit(s.Action) && visit(older.Action))
}

// AuditPage is a part of the audit, newest first.
type AuditPage struct {
	Stretches []Stretch
	Titles    map[callbacks.ID]string // of their callbacks
	Next      int64                   // the Seq behind which the next page begins; 0 on the last one
	// Through is set if the page ended because it had read MaxAudited entries: the time of the last of
	// them. The last stretch may go on behind it.
	Through time.Time
}

// MaxAudited is how many entries one page of the audit reads. Long stretches make a shorter page.
const MaxAudited = 1000

// add puts an entry into the page, and reports whether it has room for it.
func (p *AuditPage) add(e *callbacks.AuditEntry) bool {
	if n := len(p.Stretches); n > 0 && p.Stretches[n-1].goesOn(e) {
		last := &p.Stretches[n-1]
		last.Count, last.Since = last.Count+1, e.At
	} else if n == desk.PageSize {
		return false
	} else {
		p.Stretches = append(p.Stretches, Stretch{AuditEntry: *e, Count: 1})
	}
	p.Next = e.Seq
	return true
}

// Audit returns a page of the audit, for a person who may read it. It reads on until the page is full of
// whole stretches.
func (s *Service) Audit(ctx context.Context, p callbacks.Person, f AuditFilter, before int64) (AuditPage, error) {
	q, err := s.auditQuery(ctx, f)
	if err != nil {
		return AuditPage{}, err
	}
	var page AuditPage
	q.Before = before
	for looked := 0; page.Through.IsZero(); {
		entries, err := s.Entries(ctx, p, q)
		if err != nil {
			return AuditPage{}, err
		}
		whole := true
		for i := 0; i < len(entries) && whole; i++ {
			whole = page.add(&entries[i])
		}
		if !whole {
			break
		}
		if len(entries) < q.Limit {
			page.Next = 0
			break
		}
		q.Before = page.Next
		if looked += len(entries); looked >= MaxAudited {
			page.Through = entries[len(entries)-1].At
		}
	}
	entries := make([]callbacks.AuditEntry, len(page.Stretches))
	for i := range page.Stretches {
		entries[i] = page.Stretches[i].AuditEntry
	}
	page.Titles, err = s.Titles(ctx, p, entries)
	return page, err
}

// auditQuery finds the people whom a filter names.
func (s *Service) auditQuery(ctx context.Context, f AuditFilter) (q desk.AuditQuery, err error) {
	q = desk.AuditQuery{Callback: f.Callback, Action: f.Action, People: f.HidesSystem(), From: f.From, Until: f.Before, Limit: desk.MaxPage}
	if f.Actor != "" {
		q.Actors, err = s.named(ctx, f.Actor)
	}
	if f.Actor != "" && !slices.Contains(q.Actors, f.Actor) {
		q.Actors = append(q.Actors, f.Actor)
	}
	return q, err
}

// ExportAudit writes the entries that [Service.Audit] lists of a filter, each by itself, up to what is
// recorded when it begins. say says an entry in words. Otherwise it does as [Service.Export] does.
func (s *Service) ExportAudit(ctx context.Context, p callbacks.Person, f AuditFilter, say func(callbacks.AuditEntry) string, to File) error {
	now := s.Now()
	if f.Before.IsZero() || f.Before.After(now) {
		f.Before = now
	}
	q, err := s.auditQuery(ctx, f)
	if err != nil {
		return err
	}
	first := q
	first.Limit = 1
	if _, err := s.Entries(ctx, p, first); err != nil { // nothing is recorded for somebody who may not
		return err
	}
	err = s.Record(ctx, callbacks.AuditEntry{At: now, Actor: p.Actor(), Action: ActionAuditExported, Detail: to.Says})
	if err != nil {
		return err
	}
	return to.write(ctx, auditColumns, func(ctx context.Context) ([]line, bool, error) {
		entries, err := s.Entries(ctx, p, q)
		if err != nil || len(entries) == 0 {
			return nil, false, err
		}
		titles, err := s.Titles(ctx, p, entries)
		lines := make([]line, len(entries))
		for i, e := range entries {
			lines[i] = auditLine{
				e.Seq, utc(e.At), string(e.Actor.Kind), e.Actor.Name, e.Actor.ID, string(e.Action), string(e.Callback),
				strings.TrimSpace(titles[e.Callback]), e.Queue, string(e.From), string(e.To), say(e),
			}
		}
		q.Before = entries[len(entries)-1].Seq
		return lines, len(entries) == q.Limit, err
	})
}

// auditColumns are the names of the columns of an export of the audit.
var auditColumns = []string{
	"entry", "at_utc", "actor_kind", "actor", "actor_id", "action", "callback", "title", "queue", "from_state", "to_state", "detail",
}

// auditLine is an entry of the audit as an export has it.
type auditLine struct {
	Entry     int64  `json:"entry"`
	At        string `json:"at"`
	ActorKind string `json:"actorKind"`
	Actor     string `json:"actor"`
	ActorID   string `json:"actorId"`
	Action    string `json:"action"`
	Callback  string `json:"callback,omitempty"`
	Title     string `json:"title,omitempty"`
	Queue     string `json:"queue,omitempty"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
	Detail    string `json:"detail,omitempty"`
}

func (l auditLine) cells() []string {
	return []string{
		strconv.FormatInt(l.Entry, 10), l.At, l.ActorKind, l.Actor, l.ActorID, l.Action, l.Callback, l.Title, l.Queue, l.From, l.To, l.Detail,
	}
}
