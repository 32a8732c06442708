package lists

import (
	"cmp"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/words"
)

// group is a run of rows under one heading.
type group struct {
	Name, Why string
	Tone      words.Tone
	Rows      []row
}

// row is a callback as a list shows it.
type row struct {
	*desk.Row
	words.Urgency
}

// rowOf is a row at a moment.
func rowOf(r *desk.Row, now time.Time) row {
	return row{Row: r, Urgency: words.UrgencyOf(&r.Callback, r.Usual, now)}
}

// grouped arranges a page of a list. Open callbacks are ordered by the time that they have to spare,
// most urgent first. In the other orders and lists the rows stay in their order, without headings.
func grouped(l List, now time.Time) []group {
	rows := make([]row, 0, len(l.Rows))
	for i := range l.Rows {
		rows = append(rows, rowOf(&l.Rows[i], now))
	}
	if l.Filter.Order != "" && l.Filter.Order != desk.OrderRisk || l.Filter.Scope == desk.ScopeHistory {
		return []group{{Rows: rows}}
	}
	groups := []group{
		{Name: "At risk", Why: "less time than decisions here usually take", Tone: words.ToneRisk},
		{Name: "Due soon", Why: "under 1 hour", Tone: words.ToneSoon},
		{Name: "Calm"},
		{Name: "Decided", Why: "on the way to Lambda"},
		{Name: "Ended", Why: "a person should look"},
	}
	for _, r := range rows {
		i := groupOf(r)
		groups[i].Rows = append(groups[i].Rows, r)
	}
	for i := range groups[:3] {
		slices.SortStableFunc(groups[i].Rows, func(a, b row) int { return leastSlack(a, b, now) })
	}
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.Rows) == 0 })
}

func groupOf(r row) int {
	switch {
	case r.State == callbacks.Decided:
		return 3
	case r.State != callbacks.Pending:
		return 4
	case r.Tone == words.ToneRisk, r.Tone == words.ToneOver:
		return 0
	case r.Tone == words.ToneSoon:
		return 1
	}
	return 2
}

// leastSlack sorts what has the least time to spare to the front, and what never ends to the back.
func leastSlack(a, b row, now time.Time) int {
	switch {
	case a.At.IsZero() && b.At.IsZero():
		return 0
	case a.At.IsZero():
		return 1
	case b.At.IsZero():
		return -1
	}
	return cmp.Compare(a.Slack(now).Milliseconds(), b.Slack(now).Milliseconds())
}

// neighbours returns the rows before and after one in the order of the page, nil at the ends, and its
// own place from 1; 0 if the page does not have it, or nobody counted those before it. A row that stands
// for others has the place of the first of them.
func neighbours(l List, now time.Time, of *callbacks.Callback) (before, after *desk.Row, place int) {
	rows := shownRows(l, now)
	i := slices.IndexFunc(rows, func(r *desk.Row) bool { return r.ID == of.ID })
	if i < 0 {
		if i = slices.IndexFunc(rows, func(r *desk.Row) bool { return r.Fold.Key == desk.Alike(of) }); i < 0 {
			return nil, nil, 0
		}
	} else {
		place = placeOf(rows, i)
	}
	if i > 0 {
		before = rows[i-1]
	}
	if i+1 < len(rows) {
		after = rows[i+1]
	}
	return before, after, place
}

// shownRows are the rows of a page that show one request each, in its order; a row that stands for others
// is one if it does not show them.
func shownRows(l List, now time.Time) (rows []*desk.Row) {
	for _, g := range grouped(l, now) {
		for _, r := range g.Rows {
			if !r.folds() || l.Unfolded.Key != r.Fold.Key {
				rows = append(rows, r.Row)
				continue
			}
			for i := range l.Unfolded.Rows {
				rows = append(rows, &l.Unfolded.Rows[i])
			}
		}
	}
	return rows
}

// placeOf counts up to a row; 0 if it stands behind more than anybody counted.
func placeOf(rows []*desk.Row, at int) int {
	place := 1
	for _, r := range rows[:at] {
		if r.Fold.Number > desk.MaxAlike {
			return 0
		}
		place += max(r.Fold.Number, 1)
	}
	return place
}

// panePath returns the address of the list with a callback open beside it.
func panePath(list views.Address, id callbacks.ID) string {
	return list.At("/").With("item", string(id)).String()
}

// pickable reports whether rows of a list can be selected: where what waits can be decided.
func pickable(s views.Shell, l List) bool {
	return s.Viewer.Roles.Reviewer && (l.Filter.Scope == desk.ScopeAvailable || l.Filter.Scope == desk.ScopeMine)
}

// picks reports whether a row has a box. What the reader may not sign now has none.
func picks(s views.Shell, r row) bool {
	return s.Viewer.Roles.Reviewer && r.State == callbacks.Pending && r.Signing.May
}

// doneMark says what became of what the reader decided last.
func doneMark(c *callbacks.Callback, viewer callbacks.Person) words.Mark {
	switch c.State {
	case callbacks.Pending:
		return words.Mark{Word: "Your signature is on record. It waits for others.", Icon: "check"}
	case callbacks.Decided:
		return decidedMark(c, viewer)
	case callbacks.Completed, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed, callbacks.TimedOut, callbacks.Closed:
	}
	return words.EndMark(c, viewer)
}

// decidedMark says how a decision is on its way to Lambda.
func decidedMark(c *callbacks.Callback, viewer callbacks.Person) words.Mark {
	if c.Problem != "" {
		return words.Mark{Word: words.Decision(c.Decision) + ", not delivered yet: " + words.AnswerFor(c.Problem, viewer), Icon: "retry", Tone: "problem"}
	}
	return words.Mark{Word: words.Decision(c.Decision) + ", delivering", Icon: "send", Tone: "delivering"}
}

// heldBy says whom a row is assigned to.
func heldBy(holder callbacks.Actor, viewer callbacks.Person) string {
	if holder.ID == viewer.ID {
		return "Yours"
	}
	return words.FirstName(holder.Name) + " has it"
}

// tagsOf returns the marks under a row's title, for what its colours and times do not say.
func tagsOf(r row, viewer callbacks.Person) []words.Mark {
	tags := workTags(r, viewer)
	if r.Acknowledged.ID != "" {
		tags = append(tags, words.Mark{Word: words.Actor(r.Acknowledged, viewer) + " acknowledged it", Icon: "eye"})
	}
	return tags
}

// workTags are those of the callback itself.
func workTags(r row, viewer callbacks.Person) []words.Mark {
	if r.State == callbacks.Decided {
		return []words.Mark{decidedMark(&r.Callback, viewer)}
	}
	var tags []words.Mark
	signed, ok := words.SignedMark(r.Row)
	if ok {
		tags = append(tags, signed)
	}
	if r.State != callbacks.Pending {
		return append(tags, words.EndMark(&r.Callback, viewer))
	}
	if r.Holder.ID != "" {
		tags = append(tags, words.Mark{Word: heldBy(r.Holder, viewer), Icon: "user"})
	}
	if r.HeartbeatsFail {
		tags = append(tags, words.Mark{Word: words.FailingHeartbeats(&r.Callback, viewer), Icon: "pulse", Tone: "risk"})
	}
	if r.Unattended && len(r.Reviewers) == 0 && r.Tone != words.ToneCalm {
		tags = append(tags, words.Mark{Word: "Nobody here", Icon: "eye", Tone: string(r.Tone)})
	}
	if words.NeverAnnounced(&r.Callback) {
		tags = append(tags, words.Mark{Word: "Never announced", Icon: "search"})
	}
	if r.Clocks.Timeout <= 0 {
		tags = append(tags, words.Mark{Word: "No timeout", Icon: "none"})
	}
	return tags
}
