package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
)

// Bounds of batches.
const (
	// MaxItems is how many callbacks one selection holds.
	MaxItems = 200
	// SelectionAge is how long a selection can be confirmed. What it shows is that old.
	SelectionAge = 15 * time.Minute
	// MaxRun is how long after the confirmation items are still signed. The rest is named instead:
	// its person looked at it too long ago.
	MaxRun = 5 * time.Minute
	// Margin is how much time an item needs to have left to be part of a batch.
	Margin = time.Minute
	// MaxSelections is how many selections of a person are kept that they did not confirm.
	MaxSelections = 10
)

// Batch is what one person decides in one go.
type Batch struct {
	ID callbacks.ID
	// By is the person as they were when they selected, and from the confirmation on as they were
	// then.
	By      callbacks.Person
	Stance  callbacks.Stance
	Comment string // the same for each item, once it was shown with them
	// List is the query of the list in which the items were selected.
	List    string
	MadeAt  time.Time
	BegunAt time.Time // zero until it is confirmed
	StopAt  time.Time // when its person asked to stop it; zero if they did not
	EndedAt time.Time // zero until each item has a result
	Items   []Item    // nearest deadline first
}

// Item is one callback of a batch.
type Item struct {
	Callback callbacks.ID
	Outcome  string // name of the one outcome that fits the stance; empty if there is no such
	// Revision names the request and the outcome as the person saw them when they selected, as
	// desk.Preview.Revision does.
	Revision string
	// Seen names the bytes with the comment that the person was shown before they confirmed, as
	// desk.Preview.Seen does, and PreparedAt is the time in them. Empty for an item that was not
	// included.
	Seen       string
	PreparedAt time.Time
	Result     Result
	// Code and Why say why it was refused: Why is one sentence. Both are empty for other results.
	Code callbacks.ReasonCode
	Why  string
	At   time.Time // of the result
}

// Result is what became of an item.
type Result string

// The results.
const (
	Waiting   Result = ""          // nothing yet
	Signed    Result = "signed"    // the person's signature decided it
	Overtaken Result = "overtaken" // somebody else or a clock was faster
	Changed   Result = "changed"   // it is not what the person saw
	Refused   Result = "refused"   // the person may not, or it cannot be sent
	Stopped   Result = "stopped"   // the person stopped the batch before
	Late      Result = "late"      // MaxRun was over
)

// Errors of batches.
var (
	// ErrBegun means that the batch was confirmed before: its page shows what came of it.
	ErrBegun = errors.New("the batch has begun already")
	// ErrOld means that the selection was read too long ago. Nothing was recorded.
	ErrOld = errors.New("the selection is too old")
	// ErrEmpty means that no item can go. Nothing was recorded.
	ErrEmpty = errors.New("no item of the selection can be decided in a batch")
	// ErrOther means that the page which was confirmed showed something else than is on record.
	// Nothing was recorded.
	ErrOther = errors.New("the page shows another selection")
	// ErrTooMany means that more than MaxItems are selected.
	ErrTooMany = errors.New("too many callbacks are selected")
)

// Begun reports whether the batch was confirmed.
func (b *Batch) Begun() bool { return !b.BegunAt.IsZero() }

// Ended reports whether each item has a result.
func (b *Batch) Ended() bool { return !b.EndedAt.IsZero() }

// Shown names what a page shows before it is confirmed: which items are included, with what bytes, and
// the comment.
func (b *Batch) Shown() string {
	shown := fmt.Appendf(nil, "%q %q", b.ID, b.Comment)
	for i := range b.Items {
		shown = fmt.Appendf(shown, " %q %q", b.Items[i].Callback, b.Items[i].Seen)
	}
	sum := sha256.Sum256(shown)
	return hex.EncodeToString(sum[:])
}

// Count returns how many items have a result.
func (b *Batch) Count(r Result) (n int) {
	for i := range b.Items {
		if b.Items[i].Result == r {
			n++
		}
	}
	return n
}

// Index returns the position of a callback, or -1.
func (b *Batch) Index(id callbacks.ID) int {
	return slices.IndexFunc(b.Items, func(i Item) bool { return i.Callback == id })
}
