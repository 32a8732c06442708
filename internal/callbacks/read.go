package callbacks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Sheet is everything about one callback that its page shows.
type Sheet struct {
	Callback Callback
	Content  Content
	Reviews  []Review     // open ones, longest first
	Delivery *Delivery    // of a decided callback, if there is one
	Audit    []AuditEntry // newest first, the latest MaxPage
	Refused  error        // why its reader may not decide it, a *[Refusal]; nil if they may
	// WantsRequester says that an admin may name the requester, because four eyes need to know.
	WantsRequester bool
	// FreshUntil is the time from which the reader has to sign in again before they decide, unless
	// their groups are read again before then; zero for never.
	FreshUntil time.Time

	Signatures  []Signature  // all, in the order in which they were given
	Standing    Standing     // what those that count add up to
	Delegations []Delegation // to the reader, in force
	// Why says whether the reader may sign for the proposal that needs the fewest signatures.
	Why Explanation
	// Void is the last signature of the reader, if it is void and they have to sign again.
	Void *Signature
	// Policy is what the present policy would ask, if that is not what binds the callback, for an
	// admin who may apply it.
	Policy *Requirement
}

// Sheet reads the page of a callback.
func (s *Service) Sheet(ctx context.Context, p Person, id ID) (Sheet, error) {
	c, reader, err := s.seeAs(ctx, p, id)
	if err != nil {
		return Sheet{}, err
	}
	content, err := s.content(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{
		Callback: c, Content: content, Delegations: reader.Delegations,
		Refused: s.queues.MayDecide(reader, &c, s.now()), WantsRequester: s.queues.WantsRequester(&c),
		FreshUntil: s.freshUntil(p),
	}
	if sheet.Signatures, err = s.signatures(ctx, &c); err != nil {
		return Sheet{}, err
	}
	s.weigh(&sheet, reader)
	if sheet.Reviews, err = s.store.Reviews(ctx, id); err != nil {
		return Sheet{}, fmt.Errorf("reviews of %s: %w", id, err)
	}
	if sheet.Audit, err = s.store.Audit(ctx, AuditQuery{Callback: id, Limit: MaxPage}); err != nil {
		return Sheet{}, fmt.Errorf("audit of %s: %w", id, err)
	}
	if c.Decision != nil {
		switch d, err := s.store.Delivery(ctx, id); {
		case err == nil:
			sheet.Delivery = &d
		case !errors.Is(err, ErrNotFound):
			return Sheet{}, fmt.Errorf("delivery of %s: %w", id, err)
		}
	}
	return sheet, nil
}

// weigh says what the signatures of a sheet add up to, and what its reader may do about it.
func (s *Service) weigh(sheet *Sheet, p Signer) {
	gate := s.queues.Gate(&sheet.Callback, sheet.Signatures, s.now())
	sheet.Standing = gate.Standing()
	sheet.Why = gate.Explain(p, sheet.Standing.Leading().Proposal)
	last := lastOf(sheet.Signatures, p.Person)
	if last != nil && sheet.Callback.State == Pending && !last.Live() && last.End.Lapse == Void {
		sheet.Void = last
	}
	if p.Roles.Admin {
		sheet.Policy = s.unbound(&sheet.Callback, &sheet.Content)
	}
}

// signatures reads the signatures of a callback, if it has any.
func (s *Service) signatures(ctx context.Context, c *Callback) ([]Signature, error) {
	if c.SignatureCount == 0 {
		return nil, nil
	}
	all, err := s.store.Signatures(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("signatures of %s: %w", c.ID, err)
	}
	return all, nil
}

// Content reads a callback and what its sender wrote. The reader needs the rights that
// [Service.Sheet] needs.
func (s *Service) Content(ctx context.Context, p Person, id ID) (Callback, Content, error) {
	c, err := s.see(ctx, p, id)
	if err != nil {
		return Callback{}, Content{}, err
	}
	content, err := s.content(ctx, id)
	return c, content, err
}

func (s *Service) content(ctx context.Context, id ID) (Content, error) {
	content, err := s.store.Content(ctx, id)
	if err != nil {
		return Content{}, fmt.Errorf("content of %s: %w", id, err)
	}
	return content, nil
}

// query restricts a filter to what the person may see.
func (s *Service) query(ctx context.Context, p Person, f Filter) (Query, Signer, error) {
	reader, err := s.Signer(ctx, p)
	now := s.now()
	switch {
	case err != nil:
		return Query{}, reader, err
	case !p.Roles.Any() && !reader.Acts(now):
		return Query{}, reader, &Refusal{Code: CodeRole, Reason: "You have no role here."}
	case f.Scope == ScopeAll && !p.Roles.SeesAll():
		return Query{}, reader, &Refusal{Code: CodeRole, Reason: "This list is for admins and auditors."}
	}
	if f.Limit <= 0 || f.Limit > MaxPage {
		f.Limit = PageSize
	}
	// Whole seconds, so that many readers at once ask the same question.
	q := Query{Filter: f, Person: p.ID, Operator: p.Roles.Admin, Now: now.Truncate(time.Second)}
	q.Queues, q.AllQueues = s.queues.Visible(reader, now)
	q.Escalated = s.queues.audiences(p)
	return q, reader, nil
}

// Visible returns the names of the queues that the person may see now, sorted.
func (s *Service) Visible(ctx context.Context, p Person) ([]string, error) {
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

// List reads one page of the callbacks that the person may see.
func (s *Service) List(ctx context.Context, p Person, f Filter) (Page, error) {
	q, reader, err := s.query(ctx, p, f)
	if err != nil {
		return Page{}, err
	}
	page, err := s.store.List(ctx, q)
	for i := range page.Rows {
		row := &page.Rows[i]
		row.Signing = s.queues.Gate(&row.Callback, row.Signatures, q.Now).signing(reader)
	}
	return page, err
}

// Count counts what a filter finds and stops at limit.
func (s *Service) Count(ctx context.Context, p Person, f Filter, limit int) (int, error) {
	q, _, err := s.query(ctx, p, f)
	if err != nil {
		return 0, err
	}
	return s.store.Count(ctx, q, limit)
}

// Functions returns at most limit names of functions with open callbacks that the person may see.
func (s *Service) Functions(ctx context.Context, p Person, limit int) ([]string, error) {
	q, _, err := s.query(ctx, p, Filter{Scope: ScopeAvailable})
	if err != nil {
		return nil, err
	}
	return s.store.Functions(ctx, q, limit)
}

// Next returns the first callback of the filter that nobody else holds and that the person has not
// just left. held counts the callbacks skipped because others hold them. next is nil if there is
// none.
func (s *Service) Next(ctx context.Context, p Person, f Filter, leaving ID) (next *Row, held int, err error) {
	f.After, f.Limit = nil, PageSize
	page, err := s.List(ctx, p, f)
	if err != nil {
		return nil, 0, err
	}
	for i := range page.Rows {
		row := &page.Rows[i]
		switch {
		case row.ID == leaving || row.State != Pending:
		case heldByOthers(row.Reviewers, p.ID):
			held++
		default:
			return row, held, nil
		}
	}
	return nil, held, nil
}

func heldByOthers(reviewers []Actor, person string) bool {
	for _, r := range reviewers {
		if r.ID == person {
			return false
		}
	}
	return len(reviewers) > 0
}

// Audit reads audit entries, newest first. Only admins and auditors may call it; a callback's own
// entries are part of its sheet.
func (s *Service) Audit(ctx context.Context, p Person, q AuditQuery) ([]AuditEntry, error) {
	if !p.Roles.Admin && !p.Roles.Auditor {
		return nil, &Refusal{Code: CodeRole, Reason: "The audit is for admins and auditors."}
	}
	if q.Limit <= 0 || q.Limit > MaxPage {
		q.Limit = PageSize
	}
	return s.store.Audit(ctx, q)
}

// Titles reads the titles of the callbacks that audit entries are about. One without a title has
// its name there.
func (s *Service) Titles(ctx context.Context, p Person, entries []AuditEntry) (map[ID]string, error) {
	if !p.Roles.Admin && !p.Roles.Auditor {
		return nil, &Refusal{Code: CodeRole, Reason: "The audit is for admins and auditors."}
	}
	var ids []ID
	for _, e := range entries {
		if e.Callback != "" && !slices.Contains(ids, e.Callback) {
			ids = append(ids, e.Callback)
		}
	}
	return s.store.Titles(ctx, ids)
}
