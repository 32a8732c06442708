// Package personal is what people settle for themselves about notices: over which channels they are
// told, in what order, when not, and with which browsers. It sends tests, too.
package personal

import (
	"context"
	"errors"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// testLimit is how long a test may take: a person waits for it.
const testLimit = 10 * time.Second

// Service changes what people chose. Every method is about the person who asks and nobody else.
type Service struct {
	Preferences notice.Preferences
	Setup       *notice.Setup // has at least one channel
	// Forget makes the worker read again what people chose.
	Forget func()
	Now    func() time.Time
}

// Book is what one person chose.
type Book struct {
	Settings notice.Settings
	Browsers []notice.Subscription // the latest first
	// Channels are those over which the desk reaches single people.
	Channels []string
	// Address is where mails go: the one that the identity provider vouches for. Empty if it
	// vouches for none.
	Address string
	// Stopped is why nothing is sent to that address, although it may be switched on; nil if nothing
	// keeps mails from it.
	Stopped *notice.Pause
	// Account is the one in Slack that the person linked; nil if they linked none.
	Account *notice.Account
	Now     time.Time
}

// Offers reports whether the desk has a channel.
func (b *Book) Offers(channel string) bool { return slices.Contains(b.Channels, channel) }

// On reports whether a person gets messages over a channel.
func (b *Book) On(channel string) bool { return !slices.Contains(b.Settings.Off, channel) }

// Book returns what a person chose.
func (s *Service) Book(ctx context.Context, p callbacks.Person) (*Book, error) {
	b := &Book{Address: address(p), Now: s.Now()}
	for _, name := range notice.PersonalChannels {
		if s.Setup.Channels[name] != nil {
			b.Channels = append(b.Channels, name)
		}
	}
	var err error
	if b.Settings, err = s.Preferences.Settings(ctx, p.ID); err != nil {
		return nil, err
	}
	if b.Browsers, err = s.Preferences.Subscriptions(ctx, p.ID); err != nil {
		return nil, err
	}
	if b.Account, err = known(s.Preferences.Linked(ctx, notice.Slack, p.ID)); err != nil {
		return nil, err
	}
	if b.Address != "" {
		b.Stopped, err = known(s.Preferences.Stopped(ctx, notice.Email, b.Address, b.Now))
	}
	return b, err
}

// known is what was read; nil if there is none.
func known[T any](found T, err error) (*T, error) {
	if errors.Is(err, callbacks.ErrNotFound) {
		return nil, nil
	}
	return &found, err
}

// address is where a person's mails go.
func address(p callbacks.Person) string {
	if !p.EmailVerified {
		return ""
	}
	return p.Email
}

// Change changes what a person chose. It returns a fault.List if the result cannot be kept, and the
// error of the change, which may run twice. Mutes that are over go.
func (s *Service) Change(ctx context.Context, p callbacks.Person, change func(*notice.Settings) error) error {
	now := s.Now()
	if err := s.Preferences.ChangeSettings(ctx, p.ID, now, func(kept *notice.Settings) error {
		if err := change(kept); err != nil {
			return err
		}
		kept.Mutes = slices.DeleteFunc(kept.Mutes, func(m notice.Mute) bool { return !m.Until.After(now) })
		return kept.Check(now)
	}); err != nil {
		return err
	}
	s.Forget()
	return nil
}

// Subscribe keeps a browser of a person, and switches pushes on.
func (s *Service) Subscribe(ctx context.Context, p callbacks.Person, b notice.Subscription) error {
	b.Person = p.ID
	if err := s.Preferences.Subscribe(ctx, b, p.Actor()); err != nil {
		return err
	}
	return s.Change(ctx, p, func(kept *notice.Settings) error {
		Switch(kept, notice.Push, true)
		return nil
	})
}

// Unsubscribe deletes a browser of a person. It returns [callbacks.ErrNotFound] for those of others.
func (s *Service) Unsubscribe(ctx context.Context, p callbacks.Person, id string) error {
	if err := s.owns(ctx, p, id); err != nil {
		return err
	}
	if err := s.Preferences.Unsubscribe(ctx, id, p.Actor(), s.Now()); err != nil {
		return err
	}
	s.Forget()
	return nil
}

// owns returns [callbacks.ErrNotFound] unless a browser is the person's.
func (s *Service) owns(ctx context.Context, p callbacks.Person, id string) error {
	b, err := s.Preferences.Subscription(ctx, id)
	if err == nil && b.Person != p.ID {
		return callbacks.ErrNotFound
	}
	return err
}

// Switch switches a channel on or off. Mails that are switched on are asked for.
func Switch(s *notice.Settings, channel string, on bool) {
	s.Off = slices.DeleteFunc(s.Off, func(name string) bool { return name == channel })
	if !on {
		s.Off = append(s.Off, channel)
	}
	if channel == notice.Email {
		s.Mail = on
	}
}

// Tested is what became of a test.
type Tested struct {
	At    time.Time
	Took  time.Duration
	Fault *notice.Fault // nil if the test was taken
}

// Test sends a test to a place of a person and waits for what the other side says. browser is the
// ID of a browser for pushes. It returns [callbacks.ErrNotFound] if the person has no such place.
func (s *Service) Test(ctx context.Context, p callbacks.Person, channel, browser string) (Tested, error) {
	over, house := s.Setup.Channels[channel], s.Setup.House
	if over == nil {
		return Tested{}, callbacks.ErrNotFound
	}
	place, err := s.place(ctx, p, channel, browser)
	if err != nil {
		return Tested{}, err
	}
	kept, err := s.Preferences.Settings(ctx, p.ID)
	if err != nil {
		return Tested{}, err
	}
	at, id := s.Now(), string(callbacks.NewID())
	ctx, cancel := context.WithTimeout(ctx, testLimit)
	defer cancel()
	_, err = over.Deliver(ctx, notice.Envelope{To: place, Message: notice.Message{
		ID: id, State: id, Kind: notice.Test, At: at, Zone: kept.Zone(), Expires: at.Add(time.Hour),
		Desk: house.Name, Home: house.Home, Settings: house.Home + notice.SettingsPath,
	}})
	done := Tested{At: at, Took: s.Now().Sub(at)}
	switch {
	case err == nil:
		return done, s.resume(context.WithoutCancel(ctx), p, channel, place)
	case !errors.As(err, &done.Fault):
		done.Fault = &notice.Fault{Code: notice.Refused, Err: err}
	}
	return done, nil
}

// resume ends what stopped a place of a person that takes messages again.
func (s *Service) resume(ctx context.Context, p callbacks.Person, channel, place string) error {
	now := s.Now()
	stopped, err := known(s.Preferences.Stopped(ctx, channel, place, now))
	if err != nil || stopped == nil {
		return err
	}
	if err := s.Preferences.Pause(ctx, notice.Pause{Channel: channel, Place: place, Person: p.ID, At: now, Until: now, By: p.Actor()}); err != nil {
		return err
	}
	s.Forget()
	return nil
}

// place is where a person is reached over a channel.
func (s *Service) place(ctx context.Context, p callbacks.Person, channel, browser string) (string, error) {
	switch channel {
	case notice.Push:
		return browser, s.owns(ctx, p, browser)
	case notice.Slack:
		linked, err := s.Preferences.Linked(ctx, notice.Slack, p.ID)
		return linked.Account, err
	case notice.Email:
		if to := address(p); to != "" {
			return to, nil
		}
	}
	return "", callbacks.ErrNotFound
}
