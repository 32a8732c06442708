package review

import (
	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// Review is everything that is shown of one callback, whatever its state is.
type Review struct {
	callbacks.Sheet
	Description untrusted.SafeHTML // of Sheet.Content.Description
	// one for each outcome with the comment of Draft; none when the reader may not decide
	Previews []callbacks.Preview
	Budget   callbacks.Budget
	// of the function in the Lambda console, empty when there is none to link to
	ConsoleURL string
	Draft      Draft         // what the reader typed before, after a refused decision
	Next       *Next         // on decided and ended callbacks
	List       views.Address // the list that the reader came from
}

// Draft is a decision that was not recorded.
type Draft struct {
	Outcome string
	Comment string
	Faults  callbacks.Invalid // what has to change first
	Waited  bool              // for a new sign-in of its person
	Asker   AskerDraft        // an admin's other form
}

// Next is what to do after this callback.
type Next struct {
	Row  *callbacks.Row // nil when nothing else waits
	Held int            // how many were passed over because somebody else holds them
}

// Confirm is the second step of a decision without scripts: the exact bytes once more, and a
// button.
type Confirm struct {
	Callback callbacks.Callback
	Payload  []byte // of the request
	Preview  callbacks.Preview
	Comment  string        // as typed
	Stale    bool          // what was shown before is not what would be sent now
	List     views.Address // the list that the reader came from
}

// mayDecide reports whether the reader has a decision to make.
func mayDecide(m Review) bool { return m.Callback.State == callbacks.Pending && len(m.Previews) > 0 }

func skipName(m Review) string {
	if mayDecide(m) {
		return "Skip to the decision"
	}
	return "Skip to the callback"
}

func skipTo(m Review) string {
	if mayDecide(m) {
		return "decision"
	}
	return "item"
}

// listScope is the scope of the list that a page was opened from.
func listScope(list views.Address) callbacks.Scope {
	switch scope := callbacks.Scope(list.Query.Get("scope")); scope {
	case callbacks.ScopeMine, callbacks.ScopeAttention, callbacks.ScopeHistory, callbacks.ScopeAll:
		return scope
	case callbacks.ScopeAvailable:
	}
	return callbacks.ScopeAvailable
}

// listPath goes back to the list. The table of all callbacks has a page of its own.
func listPath(list views.Address) string {
	list = list.With("item", "")
	if listScope(list) == callbacks.ScopeAll {
		return list.At("/admin/callbacks").String()
	}
	return list.At("/").String()
}

// linkTitle is what a sender calls a link.
func linkTitle(l callbacks.Link) string {
	if l.Title != "" {
		return l.Title
	}
	return l.URL
}

// announcedBy is who announced a callback, where somebody did.
func announcedBy(c *callbacks.Callback) string {
	if words.NeverAnnounced(c) {
		return "Found in the history, never announced"
	}
	return c.Source
}
