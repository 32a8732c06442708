package desk

import (
	"context"
	"maps"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/form"
)

// query restricts a filter to what the person may see.
func (s *Service) query(ctx context.Context, p callbacks.Person, f Filter) (Query, callbacks.Signer, error) {
	reader, err := s.Signer(ctx, p)
	now := s.now()
	switch {
	case err != nil:
		return Query{}, reader, err
	case !p.Roles.Any() && !reader.Acts(now):
		return Query{}, reader, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "You have no role here."}
	case f.Scope == ScopeAll && !p.Roles.SeesAll():
		return Query{}, reader, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "This list is for admins and auditors."}
	}
	if f.Limit <= 0 || f.Limit > MaxPage {
		f.Limit = PageSize
	}
	// Whole seconds, so that many readers at once ask the same question.
	q := Query{Filter: f, Person: p.ID, Operator: p.Roles.Admin, Now: now.Truncate(time.Second)}
	q.Queues, q.AllQueues = s.queues.Visible(reader, now)
	if f.Scope == ScopeMine {
		q.Signs = s.signs(reader, now)
	}
	if q.Escalated, err = s.escalatedTo(ctx, reader); err != nil {
		return Query{}, reader, err
	}
	if f.SortedBy() == OrderRisk || f.Ends.AtRisk || f.Scope == ScopeMine { // no snooze hides what is at risk
		q.Usual, err = s.usualIn(ctx, s.named(q), usualHour(f.After, now))
	}
	return q, reader, err
}

// named are the queues that a query can find something in, apart from what was escalated to the
// reader. Those that are not configured any more have no usual time.
func (s *Service) named(q Query) []string {
	queues, all := q.Visible()
	if all {
		queues = slices.Sorted(maps.Keys(s.queues))
	}
	return queues
}

// signs are the queues in which a person signs, in their own right or in that of a delegator.
func (s *Service) signs(p callbacks.Signer, now time.Time) []string {
	p.Roles = callbacks.Roles{Reviewer: p.Roles.Reviewer || p.Roles.Admin}
	names, _ := s.queues.Visible(p, now)
	return names
}

// maxAudiences bounds the audiences of a list. Rules name few, and each version of them may name
// others.
const maxAudiences = 500

// escalatedTo returns the audiences that a person is part of, of the escalations on record: also of
// those that no rule in force names any more.
func (s *Service) escalatedTo(ctx context.Context, p callbacks.Signer) ([]string, error) {
	if p.Roles.SeesAll() || !p.Roles.Any() { // they see every queue, or sign by delegation alone
		return nil, nil
	}
	all, err := s.lists.Audiences(ctx, maxAudiences)
	if err != nil {
		return nil, err
	}
	var own []string
	for _, audience := range all { // shared with other readers
		if p.InAudience(audience) {
			own = append(own, audience)
		}
	}
	return own, nil
}

// Reads returns the queues whose ended callbacks the person may see now, as [Service.List] does with
// [ScopeHistory]; all means every queue.
func (s *Service) Reads(ctx context.Context, p callbacks.Person) (queues []string, all bool, err error) {
	q, _, err := s.query(ctx, p, Filter{Scope: ScopeHistory})
	queues, all = q.Visible()
	return queues, all, err
}

// Visible returns the names of the queues that the person may see now, sorted.
func (s *Service) Visible(ctx context.Context, p callbacks.Person) ([]string, error) {
	reader, err := s.Signer(ctx, p)
	if err != nil {
		return nil, err
	}
	names, all := s.queues.Visible(reader, s.now())
	if all {
		names = slices.Sorted(maps.Keys(s.queues))
	}
	return names, nil
}

// Hears returns what says which invalidations are for a person: those of the queues that they may
// see, and of what was escalated to them.
func (s *Service) Hears(reader callbacks.Signer) func(callbacks.Invalidation) bool {
	return func(n callbacks.Invalidation) bool {
		return s.queues.MaySee(reader, n.Queue, s.now()) || reader.InAudience(n.Audience)
	}
}

// Callback reads a callback. It reads nothing of what its sender wrote at length.
func (s *Service) Callback(ctx context.Context, p callbacks.Person, id callbacks.ID) (callbacks.Callback, error) {
	return s.see(ctx, p, id)
}

// List reads one page of the callbacks that the person may see.
func (s *Service) List(ctx context.Context, p callbacks.Person, f Filter) (Page, error) {
	q, _, err := s.query(ctx, p, f)
	if err != nil {
		return Page{}, err
	}
	page, err := s.lists.List(ctx, q)
	if err != nil {
		return Page{}, err
	}
	if err := s.addUsual(ctx, q, &page); err != nil {
		return Page{}, err
	}
	return page, s.addSigning(ctx, p, q.Now, page.Rows)
}

// addSigning says in the rows of a page what their reader may do. Delegations that ended since a request
// arrived still exclude, as they do on its page: they are read once for all rows, and for each row by
// itself if they are too many, because fewer may lead to the reader in its queue and time.
func (s *Service) addSigning(ctx context.Context, p callbacks.Person, now time.Time, rows []Row) error {
	from := now
	for i := range rows {
		from = callbacks.Earliest(from, rows[i].ReceivedAt)
	}
	all, err := s.signerSince(ctx, p, "", from, s.now())
	if err != nil {
		return err
	}
	for i := range rows {
		row, reader := &rows[i], all
		if all.MoreDelegations {
			if reader, err = s.signerOf(ctx, p, &row.Callback); err != nil {
				return err
			}
		}
		row.Signing = signing(s.gate(&row.Callback, row.Signatures, now), reader)
	}
	return nil
}

// addUsual says in the rows of a page what decisions usually take, and in its cursor when that was.
func (s *Service) addUsual(ctx context.Context, q Query, page *Page) (err error) {
	hour := usualHour(q.After, q.Now)
	usual := q.Usual
	if usual == nil {
		if usual, err = s.usualIn(ctx, queuesOf(page.Rows), hour); err != nil {
			return err
		}
	}
	for i := range page.Rows {
		page.Rows[i].Usual = usual[page.Rows[i].Queue]
	}
	if page.Next != nil && q.SortedBy() == OrderRisk {
		next := *page.Next // shared with other readers
		next.Hour, page.Next = hour, &next
	}
	return nil
}

// queuesOf are the queues of the open rows of a page, each once.
func queuesOf(rows []Row) (queues []string) {
	for i := range rows {
		if rows[i].State.Open() && !slices.Contains(queues, rows[i].Queue) {
			queues = append(queues, rows[i].Queue)
		}
	}
	return queues
}

// signing is what a list says of the signatures to its reader.
func signing(g callbacks.Gate, reader callbacks.Signer) Signing {
	leading := g.Standing().Leading()
	return Signing{
		Has: leading.Has, Needs: leading.Needs, May: g.MaySign(reader, leading.Proposal) == nil,
		Signed: slices.ContainsFunc(g.Signatures, func(given callbacks.Signature) bool {
			return given.Live() && given.By.ID == reader.ID
		}),
		Void: voided(g.Callback, g.Signatures, reader.Person) != nil,
	}
}

// Count counts what a filter finds and stops at limit.
func (s *Service) Count(ctx context.Context, p callbacks.Person, f Filter, limit int) (int, error) {
	q, _, err := s.query(ctx, p, f)
	if err != nil {
		return 0, err
	}
	return s.lists.Count(ctx, q, limit)
}

// Functions returns at most limit names of functions with open callbacks that the person may see.
func (s *Service) Functions(ctx context.Context, p callbacks.Person, limit int) ([]string, error) {
	q, _, err := s.query(ctx, p, Filter{Scope: ScopeAvailable})
	if err != nil {
		return nil, err
	}
	return s.lists.Functions(ctx, q, limit)
}

func heldByOthers(reviewers []callbacks.Actor, person string) bool {
	for _, r := range reviewers {
		if r.ID == person {
			return false
		}
	}
	return len(reviewers) > 0
}

// Audit reads audit entries, newest first. Only admins and auditors may call it; a callback's own
// entries are part of its sheet.
func (s *Service) Audit(ctx context.Context, p callbacks.Person, q AuditQuery) ([]callbacks.AuditEntry, error) {
	if !p.Roles.SeesAll() {
		return nil, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "The audit is for admins and auditors."}
	}
	if q.Limit <= 0 || q.Limit > MaxPage {
		q.Limit = PageSize
	}
	entries, err := s.records.Audit(ctx, q)
	if err != nil {
		return nil, err
	}
	return entries, s.hideMasked(ctx, entries)
}

// hideMasked leaves out what tells of masked values in entries about callbacks that have some, or whose queue
// masks values by now: the size and the hash of what was sent, against which a reader could try out what a
// value is, and the values of changes. The audit keeps them. It reads no payload, and so hides every change.
func (s *Service) hideMasked(ctx context.Context, entries []callbacks.AuditEntry) error {
	tells := func(f callbacks.Facts) bool { return f.Decision != nil || len(f.Changes) > 0 }
	var telling []callbacks.ID
	for _, e := range entries {
		if tells(e.Facts) && !slices.Contains(telling, e.Callback) {
			telling = append(telling, e.Callback)
		}
	}
	masked, err := s.records.Masked(ctx, telling)
	if err != nil {
		return err
	}
	for i := range entries {
		if e := &entries[i]; s.queues.Masks(e.Queue, &callbacks.Content{}) || slices.Contains(masked, e.Callback) {
			e.Facts.Decision, e.Facts.Changes = unhashed(e.Facts.Decision), unvalued(e.Facts.Changes)
		}
	}
	return nil
}

// unvalued are changes without values. What no schema names is called by its name, which may be masked too:
// such a change has no widget.
func unvalued(changes []form.Change) []form.Change {
	changes = slices.Clone(changes)
	for i, c := range changes {
		switch {
		case c.Kind == form.Reordered:
		case c.Widget == "":
			changes[i] = form.Change{Title: "Answer", Kind: form.Replaced}
		default:
			changes[i] = form.Change{Pointer: c.Pointer, Title: c.Title, Kind: form.Replaced, Widget: c.Widget}
		}
	}
	return changes
}

// Titles reads the titles of the callbacks that audit entries are about. One without a title has
// its name there.
func (s *Service) Titles(
	ctx context.Context, p callbacks.Person, entries []callbacks.AuditEntry,
) (map[callbacks.ID]string, error) {
	if !p.Roles.SeesAll() {
		return nil, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "The audit is for admins and auditors."}
	}
	var ids []callbacks.ID
	for _, e := range entries {
		if e.Callback != "" && !slices.Contains(ids, e.Callback) {
			ids = append(ids, e.Callback)
		}
	}
	return s.records.Titles(ctx, ids)
}
