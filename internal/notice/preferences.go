package notice

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Preferences keeps what people chose, and the browsers and accounts over which they are reached.
// Implementations pass the contract of package noticetest.
type Preferences interface {
	// Settings returns the settings of a person; those of [NewSettings] if they chose none.
	Settings(ctx context.Context, person string) (Settings, error)
	// ChangeSettings changes the settings of a person as they are by then, so that two changes at the
	// same time both count. If change fails, it returns the error and writes nothing. change may run
	// twice.
	ChangeSettings(ctx context.Context, person string, now time.Time, change func(*Settings) error) error

	// Subscribe keeps a browser of a person. An endpoint that is known changes hands: the browser
	// belongs to whoever signed in there last. A person has at most [MaxSubscriptions]; the oldest
	// one goes. It writes [Subscription.Added].
	Subscribe(ctx context.Context, s Subscription, by callbacks.Actor) error
	// Subscription returns a browser by its ID, or [callbacks.ErrNotFound].
	Subscription(ctx context.Context, id string) (Subscription, error)
	// Subscriptions returns the browsers of a person, the latest first.
	Subscriptions(ctx context.Context, person string) ([]Subscription, error)
	// Unsubscribe deletes a browser and writes [Subscription.Removed]. Deleting what is gone is no
	// error and writes nothing.
	Unsubscribe(ctx context.Context, id string, by callbacks.Actor, now time.Time) error

	// Link keeps the account of a person on a channel and replaces an earlier one. An account that
	// is linked to somebody else changes hands. It writes [Account.Linked].
	Link(ctx context.Context, a Account, by callbacks.Actor) error
	// Unlink deletes the account of a person on a channel and writes [Account.Unlinked]. Deleting
	// what is gone is no error and writes nothing.
	Unlink(ctx context.Context, channel, person string, by callbacks.Actor, now time.Time) error
	// Linked returns the account of a person on a channel, or [callbacks.ErrNotFound].
	Linked(ctx context.Context, channel, person string) (Account, error)

	// Stopped returns the pause of a place that holds, or [callbacks.ErrNotFound].
	Stopped(ctx context.Context, channel, place string, now time.Time) (Pause, error)
	// Pause is that of [Store].
	Pause(ctx context.Context, p Pause) error

	Census
}

// Census is the part of [Preferences] about all people at once.
type Census interface {
	// Reachable returns what people chose and how they are reached, by person, for all who chose
	// something, of the people seen since a time: at most limit, the latest seen first.
	Reachable(ctx context.Context, since time.Time, limit int) (map[string]Reach, error)
	// ForgetPeople deletes the settings, browsers and accounts of up to limit people who were last seen
	// before a time. It writes [Subscription.Removed] and [Account.Unlinked].
	ForgetPeople(ctx context.Context, before time.Time, limit int, by callbacks.Actor, now time.Time) error
}

// MaxSubscriptions is how many browsers of one person are kept.
const MaxSubscriptions = 10

// Subscription is a browser that takes pushes for a person. The endpoint and the keys are the
// browser's; whoever knows them all can send it pushes, so they are never shown.
type Subscription struct {
	ID       string
	Person   string
	Endpoint string
	P256DH   string // public key, base64url
	Auth     string // base64url
	Browser  string // what it says it is: untrusted text
	MadeAt   time.Time
}

// Account is the account of a person on a channel, as they linked it when signed in.
type Account struct {
	Channel  string
	Person   string
	Account  string // the channel's own ID
	Name     string // as the channel shows it: untrusted text
	LinkedAt time.Time
}

// Reach is what a person chose and how they are reached.
type Reach struct {
	// Settings are nil if the person chose none.
	Settings      *Settings
	Subscriptions []string // IDs
	Accounts      []Account
}
