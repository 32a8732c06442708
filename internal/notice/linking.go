package notice

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"countersign/internal/callbacks"
)

// Directory knows the accounts of a channel, for linking them to people.
type Directory interface {
	// Account returns the account that has an address, with its ID and its name. If there is none,
	// the error is a [*Fault] with [NoPlace].
	Account(ctx context.Context, address string) (Account, error)
	// Tell sends an account one line.
	Tell(ctx context.Context, account, line string) error
}

// Links links accounts of one channel to people who are signed in. An account is taken for a
// person's own if the channel knows it by an address that the person's provider vouched for, and
// the person types a code that was sent to the account.
type Links struct {
	Channel   string
	Directory Directory
	Accounts  Accounts
	// Hash is a hash under a key of the desk. Replicas share it.
	Hash func([]byte) string
	Now  func() time.Time
	// Changed makes the worker read again who is reached how.
	Changed func()
}

// Accounts keeps the accounts of people; it is a part of [Preferences].
type Accounts interface {
	Link(ctx context.Context, a Account, by callbacks.Actor) error
	Unlink(ctx context.Context, channel, person string, by callbacks.Actor, now time.Time) error
	// Linked returns the account of a person on a channel, or [callbacks.ErrNotFound].
	Linked(ctx context.Context, channel, person string) (Account, error)
}

// Errors of linking.
var (
	// ErrNoAddress means that the provider vouches for no address of the person.
	ErrNoAddress = errors.New("the identity provider vouches for no address of the person")
	// ErrWrongCode means that a code is wrong or too old.
	ErrWrongCode = errors.New("the code is wrong or too old")
)

// codeLife is how long a code is good for at least; it is good for up to twice as long.
const codeLife = 10 * time.Minute

// Send sends a code to the account that has the address of a person. address is empty unless the
// person's provider vouched for it.
func (l *Links) Send(ctx context.Context, p callbacks.Person, address string) (Account, error) {
	account, err := l.account(ctx, address)
	if err != nil {
		return account, err
	}
	code := l.code(p.ID, account.Account, l.Now())
	return account, l.Directory.Tell(ctx, account.Account, "Your code to link this account to the approval desk: "+code+
		". It is good for 10 minutes. If you did not ask for it, do nothing.")
}

// Confirm links the account that has the address of a person, if the code is the one that was sent
// to it. Nothing is kept of a code: it follows from the person, the account and the time.
func (l *Links) Confirm(ctx context.Context, p callbacks.Person, address, code string) error {
	account, err := l.account(ctx, address)
	if err != nil {
		return err
	}
	now := l.Now()
	typed := []byte(strings.ToUpper(strings.Join(strings.Fields(code), "")))
	this, before := l.code(p.ID, account.Account, now), l.code(p.ID, account.Account, now.Add(-codeLife))
	if subtle.ConstantTimeCompare(typed, []byte(this))|subtle.ConstantTimeCompare(typed, []byte(before)) == 0 {
		return ErrWrongCode
	}
	account.Channel, account.Person, account.LinkedAt = l.Channel, p.ID, now
	if err := l.Accounts.Link(ctx, account, p.Actor()); err != nil {
		return err
	}
	l.Changed()
	return nil
}

// Unlink forgets the account of a person.
func (l *Links) Unlink(ctx context.Context, p callbacks.Person) error {
	if err := l.Accounts.Unlink(ctx, l.Channel, p.ID, p.Actor(), l.Now()); err != nil {
		return err
	}
	l.Changed()
	return nil
}

// Linked returns the account of a person, or [callbacks.ErrNotFound].
func (l *Links) Linked(ctx context.Context, p callbacks.Person) (Account, error) {
	return l.Accounts.Linked(ctx, l.Channel, p.ID)
}

func (l *Links) account(ctx context.Context, address string) (Account, error) {
	if address == "" {
		return Account{}, ErrNoAddress
	}
	return l.Directory.Account(ctx, address)
}

// code is the code of a person and an account for the span of time that holds now: 8 letters and
// digits, 40 bits.
func (l *Links) code(person, account string, now time.Time) string {
	span := now.Truncate(codeLife).UTC().Format(time.RFC3339)
	sum := sha256.Sum256([]byte(l.Hash([]byte("link\x00" + l.Channel + "\x00" + person + "\x00" + account + "\x00" + span))))
	return base32.StdEncoding.EncodeToString(sum[:5])
}
