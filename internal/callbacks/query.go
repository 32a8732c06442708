package callbacks

import "time"

// Scope is one of the lists that a person works with.
type Scope string

// The scopes. What a person may not see is in none of them.
const (
	ScopeAvailable Scope = "available" // pending in the person's queues
	ScopeMine      Scope = "mine"      // opened or decided by the person, and not ended yet
	// deliveries in trouble or ended badly, also the execution, and for admins heartbeats that are
	// refused: a person should look
	ScopeAttention Scope = "attention"
	ScopeHistory   Scope = "history" // what ended, newest first
	ScopeAll       Scope = "all"     // every state; for admins and auditors
)

// Order of a list.
type Order string

// The orders.
const (
	// what ends first comes first; what never ends by itself comes last
	OrderDeadline Order = "deadline"
	OrderNewest   Order = "newest" // by arrival, newest first
	// by end, newest first; of scopes whose callbacks have ended, and no filter's own
	OrderEnd Order = "end"
)

// Ends narrows a list by the deadline.
type Ends struct {
	From   time.Time     // not before; zero for no bound
	Before time.Time     // earlier than; zero for no bound
	Never  bool          // no clock runs
	Cause  DeadlineCause // this clock bites first; empty for any
	// Unattended keeps what is pending and will end by a missing heartbeat: nobody sends any, or
	// Lambda does not take them.
	Unattended bool
}

// Filter is what a person asks of a list; it lives in the page's address.
type Filter struct {
	Scope Scope
	// words of title, requester, function, name and tags; or a whole callback ID or execution ARN
	Search   string
	Function string // exact
	Queue    string // exact
	// exact; [SourceDiscovery] for what nobody announced, [SourceAnnounced] for all else
	Source         string
	States         []State
	Gone           bool // what is [Callback.Gone]
	Ends           Ends
	ReceivedFrom   time.Time
	ReceivedBefore time.Time
	Order          Order // empty: the scope's own, which for what has ended is by end, newest first
	After          *Cursor
	Limit          int // 1 to MaxPage
}

// Searched are the texts whose words [Filter.Search] finds.
func (c *Callback) Searched(tags []string) []string {
	return append([]string{c.Title, c.Requester.Name, c.Requester.Email, c.Function, c.Name}, tags...)
}

// MaxPage bounds a page of a list; PageSize is the usual one.
const (
	MaxPage  = 200
	PageSize = 50
)

// Query is a filter together with what its reader may see; only the service makes one.
type Query struct {
	Filter
	AllQueues bool     // the reader sees every queue
	Queues    []string // else these
	Person    string   // the reader's ID, for what is their own
	Operator  bool     // the reader also minds what failed after decisions of others
	Now       time.Time
}

// Cursor is the last row of a page. The next page begins behind it, whatever changed in between.
type Cursor struct {
	Key int64 // the row's place in the order, in milliseconds
	ID  ID
}

// Row is one line of a list.
type Row struct {
	Callback
	Reviewers []Actor // who is here now, longest first
}

// Page is a part of a list.
type Page struct {
	Rows []Row
	Next *Cursor // nil on the last page
}

// AuditQuery narrows the audit. Entries come newest first.
type AuditQuery struct {
	Callback ID
	ActorID  string
	Action   Action
	Before   int64 // only entries with a smaller Seq; 0 for all
	Limit    int   // 1 to MaxPage
}
