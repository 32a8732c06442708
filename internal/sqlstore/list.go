package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/sqlstore/engine"
)

// order is the column by which a list is sorted. num breaks ties.
type order struct {
	column string
	desc   bool
	risk   bool // less the usual time of the queue
	queue  bool // the name of the queue comes first, in the same direction
}

var orders = map[desk.Order]order{
	desk.OrderRisk:       {column: "deadline", risk: true},
	desk.OrderDeadline:   {column: "deadline"},
	desk.OrderLatest:     {column: "deadline", desc: true},
	desk.OrderNewest:     {column: "received_at", desc: true},
	desk.OrderOldest:     {column: "received_at"},
	desk.OrderEnd:        {column: "ended_at", desc: true},
	desk.OrderEndedFirst: {column: "ended_at"},
	desk.OrderQueue:      {column: "deadline", queue: true},
	desk.OrderQueueLast:  {column: "deadline", queue: true, desc: true},
}

// words are how an order compares places, and the direction of its keys.
func (o order) words() (compare, direction string) {
	if o.desc {
		return "<", " desc"
	}
	return ">", ""
}

// place is the position of a callback in a list.
type place struct {
	Key int64
	Num int64
}

// List implements desk.Store.
func (s *Store) List(ctx context.Context, q desk.Query) (desk.Page, error) {
	w, err := s.walk(ctx, q)
	if err != nil || len(w.arms) == 0 {
		return desk.Page{}, err
	}
	limit := min(max(q.Limit, 1), desk.MaxPage)
	// one more shows whether there is a next page
	text, args := pageText(s.dialect, w, orders[q.SortedBy()], q.After, limit+1)
	statement := s.db.NewRaw(text, args...)
	key := fmt.Sprint(q.Now.Unix(), q.Folds(), " ", statement) // the people reviewing depend on the time
	shared, err := share(ctx, s.readings, key, func(ctx context.Context) (listing, error) {
		if q.Folds() {
			return s.folded(ctx, q, w, limit)
		}
		return s.list(ctx, q, statement, limit)
	})
	if err != nil {
		return desk.Page{}, err
	}
	page := shared.page
	page.Rows = slices.Clone(page.Rows) // so that the caller may sort them
	signatures, err := s.signatures(ctx, slices.Collect(maps.Values(shared.signed)), q.Person)
	for i, num := range shared.signed {
		page.Rows[i].Signatures = signatures[num]
	}
	return page, err
}

// listing is a page as every reader sees it: without signatures, because readers see their own that
// ended, too.
type listing struct {
	page   desk.Page
	signed map[int]int64 // by their place in the page, the callbacks whose signatures wait for others
}

// list reads a page of at most limit callbacks. The statement finds the places of the page and one
// more.
func (s *Store) list(ctx context.Context, q desk.Query, statement *bun.RawQuery, limit int) (listing, error) {
	var places []place
	if err := statement.Scan(ctx, &places); err != nil {
		return listing{}, fmt.Errorf("list callbacks: %w", s.unavailable(err))
	}
	more := len(places) > limit
	if more {
		places = places[:limit]
	}
	found, err := s.page(ctx, q, places)
	if err == nil && more {
		last := len(places) - 1
		found.page.Next = &desk.Cursor{Key: places[last].Key, ID: found.page.Rows[last].ID}
		if q.SortedBy().ByQueue() {
			found.page.Next.Queue = found.page.Rows[last].Queue
		}
	}
	return found, err
}

// walk plans a query. Functions, and what asks the same, are indexed within their queue, so a
// person who can read all queues gets one condition for each queue; so does one who reads by risk,
// where each queue has its own usual time, or by queue. Announced callbacks that are gone are
// indexed by function alone.
func (s *Store) walk(ctx context.Context, q desk.Query) (walk, error) {
	queues, all := q.Visible()
	byFunction := q.Gone && q.Source == callbacks.SourceAnnounced
	if all && ((q.Function != "" || q.Alike != "") && !byFunction || len(q.Usual) > 0 || q.SortedBy().ByQueue()) {
		if err := s.db.NewRaw(queuesText(s.dialect)).Scan(ctx, &queues); err != nil {
			return walk{}, fmt.Errorf("list queues: %w", s.unavailable(err))
		}
		slices.Sort(queues)
		queues, all = slices.Compact(queues), false
	}
	return s.walkOf(q, queues, all), nil
}

// pageText returns the statement that finds the places of one page. Each arm comes sorted from its
// index.
func pageText(d *engine.Dialect, w walk, o order, after *desk.Cursor, limit int) (string, []any) {
	return placesText(d, "num", w, o, after, limit)
}

// placesText is pageText with more columns.
func placesText(d *engine.Dialect, columns string, w walk, o order, after *desk.Cursor, limit int) (string, []any) {
	if o.queue {
		return queueText(d, columns, w, o, after, limit)
	}
	if o.queue {
		return queueText(d, columns, w, o, after, limit)
	}
	if o.risk {
		return riskText(d, columns, w, o.desc, after, limit)
	}
	compare, direction := o.words()
	if after != nil {
		w = w.with(where("("+o.column+", num) "+compare+" (?, (select num from callbacks where id = ?))", after.Key, storable(string(after.ID))))
	}
	tail := fmt.Sprintf(" order by key%s, num%s limit %d", direction, direction, limit)
	return union(d, o.column+" as key, "+columns, w, tail)
}

// riskText is pageText in the order by risk. Within a queue that is the order by end, so an arm of
// one queue comes sorted from its index, with keys that are earlier by the usual time of the queue;
// an arm of several is sorted.
func riskText(d *engine.Dialect, columns string, w walk, desc bool, after *desk.Cursor, limit int) (string, []any) {
	compare, direction := order{desc: desc}.words()
	tail := fmt.Sprintf(" order by key%s, num%s limit %d", direction, direction, limit)
	var texts []string
	var args []any
	for _, a := range w.arms {
		early := w.early(a)
		if after != nil {
			a = a.and(behind(a, early, after, compare))
		}
		one := walk{from: w.from, arms: []arm{a}}
		within := ""
		if !a.mixed {
			within = fmt.Sprintf(" order by deadline%s, num%s limit %d", direction, direction, limit)
		}
		text, of := union(d, "deadline - "+early.text+" as key, "+columns, one, within)
		switch {
		case !a.mixed:
			text = "select key, " + columns + " from (" + text + ") as arm"
		case len(w.arms) > 1:
			text = d.Arm(text, tail)
		}
		texts, args = append(texts, text), append(append(args, early.args...), of...)
	}
	return strings.Join(texts, " union all ") + tail, args
}

// behind are the callbacks of an arm behind a place.
func behind(a arm, early condition, after *desk.Cursor, compare string) condition {
	const place = "(select num from callbacks where id = ?))"
	id := storable(string(after.ID))
	if !a.mixed {
		return where("(deadline, num) "+compare+" (?, "+place, after.Key+a.usual.Milliseconds(), id)
	}
	return where("(deadline - "+early.text+", num) "+compare+" (?, "+place, append(slices.Clone(early.args), after.Key, id)...)
}

// queueText is pageText in an order by queue: one arm after the other, as the names of their queues
// go, each sorted by its index. Arms of several queues are sorted.
func queueText(d *engine.Dialect, columns string, w walk, o order, after *desk.Cursor, limit int) (string, []any) {
	compare, direction := o.words()
	tail := fmt.Sprintf("deadline%s, num%s limit %d", direction, direction, limit)
	names := queuesOf(w)
	var texts []string
	var args []any
	for _, a := range w.arms {
		place := fmt.Sprint(slices.Index(names, a.queue))
		if a.mixed {
			place = "queue"
		}
		if after != nil {
			if !a.mixed && a.queue != after.Queue && (a.queue < after.Queue) != o.desc {
				continue
			}
			a = a.and(behindQueue(a, after, compare))
		}
		within := " order by " + tail
		if a.mixed {
			within = " order by queue" + direction + ", " + tail
		}
		text, of := union(d, place+" as place, deadline as key, "+columns, walk{from: w.from, arms: []arm{a}}, within)
		texts, args = append(texts, "select * from ("+text+") as arm"), append(args, of...)
	}
	if len(texts) == 0 { // nothing comes behind
		return union(d, "deadline as key, "+columns, walk{from: w.from, arms: []arm{w.arms[0].and(where("1 = 0"))}}, " limit 1")
	}
	return "select key, " + columns + " from (" + strings.Join(texts, " union all ") + ") as listed order by place" + direction + ", " + strings.Replace(tail, "deadline", "key", 1), args
}

// queuesOf are the names of the queues of arms, sorted; none if the arms are of several.
func queuesOf(w walk) (names []string) {
	for _, a := range w.arms {
		if !a.mixed {
			names = append(names, a.queue)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// behindQueue are the callbacks of an arm behind a place, in an order by queue.
func behindQueue(a arm, after *desk.Cursor, compare string) condition {
	const last = "(select num from callbacks where id = ?))"
	id := storable(string(after.ID))
	switch {
	case a.mixed:
		return where("(queue, deadline, num) "+compare+" (?, ?, "+last, storable(after.Queue), after.Key, id)
	case a.queue == after.Queue:
		return where("(deadline, num) "+compare+" (?, "+last, after.Key, id)
	}
	return where("1 = 1")
}

// Around implements desk.Store.
func (s *Store) Around(ctx context.Context, q desk.Query, limit int) (desk.Around, error) {
	w, err := s.walk(ctx, q)
	if err != nil || len(w.arms) == 0 {
		return desk.Around{}, err
	}
	text, args := aroundText(s.dialect, w, orders[q.SortedBy()], q.After, limit)
	statement := s.db.NewRaw(text, args...)
	return share(ctx, s.readings, statement.String(), func(ctx context.Context) (desk.Around, error) {
		var found struct {
			Before, After sql.NullString
			Ahead, Here   int
		}
		if err := statement.Scan(ctx, &found); err != nil {
			return desk.Around{}, fmt.Errorf("look around a callback: %w", s.unavailable(err))
		}
		around := desk.Around{Before: callbacks.ID(found.Before.String), After: callbacks.ID(found.After.String)}
		if found.Here > 0 && found.Ahead < limit {
			around.Place = found.Ahead + 1
		}
		return around, nil
	})
}

// aroundText finds the rows next to a place, each by one step along the indexes, and counts those
// before it up to limit.
func aroundText(d *engine.Dialect, w walk, o order, at *desk.Cursor, limit int) (text string, args []any) {
	back := o
	back.desc = !o.desc
	add := func(before, part string, partArgs []any, after string) {
		text += before + part + after
		args = append(args, partArgs...)
	}
	for _, side := range []struct {
		order
		name string
	}{{back, "before"}, {o, "after"}} {
		part, partArgs := pageText(d, w, side.order, at, 1)
		add("(select id from callbacks where num = (select num from (", part, partArgs, ") as beside)) as "+side.name+", ")
	}
	part, partArgs := pageText(d, w, back, at, limit)
	add("(select count(*) from (", part, partArgs, ") as ahead) as ahead, ")
	part, partArgs = countText(d, w.with(where("num = (select num from callbacks where id = ?)", storable(string(at.ID)))), 1)
	add("(", part, partArgs, ") as here")
	return "select " + text, args
}

// page reads the callbacks at the places, in their order, the people reviewing them, and whose they
// are.
func (s *Store) page(ctx context.Context, q desk.Query, places []place) (listing, error) {
	if len(places) == 0 {
		return listing{}, nil
	}
	at := make(map[int64]int, len(places))
	nums := make([]int64, len(places))
	for i, p := range places {
		at[p.Num], nums[i] = i, p.Num
	}
	var found []callbackRow
	if err := s.db.NewSelect().Model(&found).Where("num in (?)", bun.List(nums)).Scan(ctx); err != nil {
		return listing{}, fmt.Errorf("read callbacks: %w", s.unavailable(err))
	}
	slices.SortFunc(found, func(a, b callbackRow) int { return cmp.Compare(at[a.Num], at[b.Num]) })
	reviewers, err := s.reviewers(ctx, nums, q)
	if err != nil {
		return listing{}, err
	}
	holders, err := s.holders(ctx, found)
	if err != nil {
		return listing{}, err
	}
	known, err := s.known(ctx, q, nums)
	if err != nil {
		return listing{}, err
	}
	l := listing{page: desk.Page{Rows: make([]desk.Row, 0, len(found))}, signed: map[int]int64{}}
	for i := range found {
		c, err := found[i].callback()
		if err != nil {
			return listing{}, err
		}
		num := found[i].Num
		if found[i].SignatureCount > 0 && !found[i].Decision.Valid {
			l.signed[i] = num
		}
		l.page.Rows = append(l.page.Rows, desk.Row{Callback: c, Reviewers: reviewers[num], Holder: holders[num], Acknowledged: known[num]})
	}
	return l, nil
}

// reviewers returns the people who have a callback open now, the longest first, each once however
// many tabs they have.
func (s *Store) reviewers(ctx context.Context, nums []int64, q desk.Query) (map[int64][]callbacks.Actor, error) {
	var open []reviewRow
	err := s.db.NewSelect().Model(&open).Where("callback in (?)", bun.List(nums)).
		Where("closed_at = 0 and renewed_at > ?", millis(q.Now.Add(-callbacks.ReviewLease))).OrderExpr("opened_at, id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read reviewers: %w", s.unavailable(err))
	}
	here := map[int64][]callbacks.Actor{}
	for i := range open {
		num, by := open[i].Callback, open[i].by()
		if !slices.ContainsFunc(here[num], func(a callbacks.Actor) bool { return a.ID == by.ID }) {
			here[num] = append(here[num], by)
		}
	}
	return here, nil
}

// holders returns whom the open ones of some callbacks are assigned to.
func (s *Store) holders(ctx context.Context, found []callbackRow) (map[int64]callbacks.Actor, error) {
	var open []int64
	for i := range found {
		if callbacks.State(found[i].State).Open() {
			open = append(open, found[i].Num)
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	return s.named(ctx, `select callback, person, name from assignments where callback in (?) and person <> ''`, open)
}

// known returns who acknowledged some callbacks that were asked for because they need attention.
func (s *Store) known(ctx context.Context, q desk.Query, nums []int64) (map[int64]callbacks.Actor, error) {
	if q.Scope != desk.ScopeAttention || !q.Acknowledged {
		return nil, nil
	}
	return s.named(ctx, `select callback, person, name from acknowledgments where callback in (?)`, nums)
}

// named reads a person for each of some callbacks.
func (s *Store) named(ctx context.Context, text string, nums []int64) (map[int64]callbacks.Actor, error) {
	var all []struct {
		Callback     int64
		Person, Name string
	}
	if err := s.db.NewRaw(text, bun.List(nums)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("read whose callbacks are: %w", s.unavailable(err))
	}
	people := make(map[int64]callbacks.Actor, len(all))
	for _, a := range all {
		people[a.Callback] = callbacks.Actor{Kind: callbacks.ActorPerson, ID: a.Person, Name: a.Name}
	}
	return people, nil
}
