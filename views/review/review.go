package review

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/notice"
	"countersign/views"
	"countersign/views/payload"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// Review is everything that is shown of one callback, in any state.
type Review struct {
	desk.Sheet
	Description untrusted.SafeHTML // of Sheet.Content.Description
	// one for each outcome, with the comment of Draft; none if the reader may not decide
	Previews     []desk.Preview
	ReviewLimits callbacks.ReviewLimits
	// of the function in the Lambda console; empty if there is no link
	ConsoleURL string
	Draft      Draft         // what the reader entered before, after a refused decision
	Next       *Next         // on decided and ended callbacks
	List       views.Address // the list that the reader came from
	Told       []notice.Notice
	Work       assignment.Standing // whose it is
	Stands     Stands              // in that list, on a page of its own
}

// Stands is where a callback stands in a list.
type Stands struct {
	desk.Around
	Of views.Count // how many callbacks the list holds
}

// placeWords says where a callback stands: "3 of 9"; it is empty if the list does not hold it.
func (m Stands) placeWords() string {
	if m.Place == 0 {
		return ""
	}
	return strconv.Itoa(m.Place) + " of " + m.Of.String()
}

// Draft is a decision that was not recorded.
type Draft struct {
	Outcome string
	Comment string
	Answer  callbacks.Answer // for a free outcome
	Fields  form.Posted      // of the outcomes' forms; nil if none was posted
	Again   bool             // Fields are the answer of the reader's void signature
	Pressed string           // the button of a form that was pressed; empty if none was
	Faults  fault.List       // what has to change before it can be recorded
	Waited  bool             // it waited for a new sign-in of its person
	Asker   AskerDraft       // an admin's other form
	// Withdrawal is the reason for which the reader wanted to withdraw their signature.
	Withdrawal string
	Policy     PolicyDraft // an admin's form of the present rules
}

// Next is what the reader can do after this callback.
type Next struct {
	Row  *desk.Row // nil if nothing else waits
	Held int       // how many were skipped because somebody else reviews them
}

// Confirm is the second step of a decision without scripts: it shows the exact bytes again, with a
// button.
type Confirm struct {
	Callback callbacks.Callback
	Payload  []byte        // of the request
	Usual    time.Duration // as [desk.Sheet] has it
	Preview  desk.Preview
	Comment  string        // as typed
	Fields   form.Posted   // of the outcomes' forms, as they were posted
	Stale    bool          // what was shown before differs from what would be sent now
	Sends    bool          // what the page before said: whether the signature decides
	List     views.Address // the list that the reader came from
}

// mayDecide reports whether the callback is pending and the reader may decide it.
func mayDecide(m Review) bool { return m.Callback.State == callbacks.Pending && len(offered(m)) > 0 }

// payloadOf is the request's payload, whose masked values the reader may reveal if they may sign.
func payloadOf(m Review) payload.Document {
	return payload.DocumentOf(&m.Content, m.Callback.State == callbacks.Pending && m.Refused == nil)
}

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

// listScope returns the scope of the list that a page was opened from.
func listScope(list views.Address) desk.Scope {
	switch scope := desk.Scope(list.Query.Get("scope")); scope {
	case desk.ScopeMine, desk.ScopeAttention, desk.ScopeHistory, desk.ScopeAll:
		return scope
	case desk.ScopeAvailable:
	}
	return desk.ScopeAvailable
}

// listPath returns the address of the list. The table of all callbacks has a page of its own.
func listPath(list views.Address) string {
	list = list.With("item", "")
	if listScope(list) == desk.ScopeAll {
		return list.At("/admin/callbacks").String()
	}
	return list.At("/").String()
}

// linkTitle returns the sender's title of a link.
func linkTitle(l callbacks.Link) string {
	if l.Title != "" {
		return l.Title
	}
	return l.URL
}

// announcedBy says who announced a callback, if anybody did.
func announcedBy(c *callbacks.Callback) string {
	if words.NeverAnnounced(c) {
		return "Found in the history, never announced"
	}
	return c.Source
}

// templateOf is what a template made of the page's request; nil if it made nothing that is there. Once
// the function has announced the request, that is the payload at most.
func templateOf(m Review) *callbacks.TemplateUse {
	use := m.Content.Template
	switch {
	case use == nil || m.Callback.Found():
		return use
	case !use.Payload:
		return nil
	}
	of := *use
	of.LeftOut = slices.DeleteFunc(slices.Clone(use.LeftOut), func(l callbacks.LeftOut) bool {
		return l.Field != "payload" && !strings.HasPrefix(l.Field, "payload/")
	})
	return &of
}
