package views

import (
	"countersign/internal/callbacks"
)

// Review is everything that is shown of one callback, whatever its state is.
type Review struct {
	callbacks.Sheet
	Description SafeHTML            // of Sheet.Content.Description
	Previews    []callbacks.Preview // one for each outcome with the comment of Draft; none when the reader may not decide
	Budget      callbacks.Budget
	ConsoleURL  string  // of the function in the Lambda console, empty when there is none to link to
	Draft       Draft   // what the reader typed before, after a refused decision
	Next        *Next   // on decided and ended callbacks
	List        Address // the list that the reader came from
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

// Confirm is the second step of a decision without scripts: the exact bytes once more, and a button.
type Confirm struct {
	Callback callbacks.Callback
	Payload  []byte // of the request
	Preview  callbacks.Preview
	Comment  string  // as typed
	Stale    bool    // what was shown before is not what would be sent now
	List     Address // the list that the reader came from
}

// SafeHTML is HTML that a sanitiser let through. Only [Sanitise] makes it.
type SafeHTML struct{ html string }

// Sanitiser drops from HTML whatever could run, load or restyle: *bluemonday.Policy is one.
type Sanitiser interface {
	SanitizeBytes(html []byte) []byte
}

// Sanitise makes HTML safe to put into a page, and marks what cannot be seen in its text.
func Sanitise(s Sanitiser, html []byte) SafeHTML {
	return SafeHTML{html: marked(s.SanitizeBytes(html))}
}

// String is the HTML.
func (h SafeHTML) String() string { return h.html }

// Size is how long it is in bytes.
func (h SafeHTML) Size() int { return len(h.html) }

// Empty reports whether there is nothing to show.
func (h SafeHTML) Empty() bool { return h.html == "" }
