package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/handlers/preferences"
	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/channels/webpush"
	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/static"
	"countersign/views"
	"countersign/views/account"
	view "countersign/views/preferences"
)

// savedWithin is how long the settings say that a change was saved.
const savedWithin = time.Minute

// ownNotices is how a person is told, for their own settings; nil while the desk has no channel.
func (s *server) ownNotices(c echo.Context, queues []string) (*view.Notices, error) {
	if s.Personal == nil {
		return nil, nil
	}
	book, err := s.Personal.Book(c.Request().Context(), s.person(c))
	if err != nil {
		return nil, err
	}
	m := &view.Notices{Book: book, Queues: queues, Zone: zone(c).String(), Focus: draftText(c.QueryParams(), "channel")}
	if s.Push != nil {
		m.PushKey = s.Push.PublicKey()
	}
	for _, b := range book.Browsers {
		m.Browsers = append(m.Browsers, view.Browser{ID: b.ID, Name: b.Browser, MadeAt: b.MadeAt, Current: s.Push != nil && s.Push.Current(b.ID)})
	}
	if seconds, err := strconv.ParseInt(c.QueryParam("saved"), 10, 64); err == nil {
		if at := time.Unix(seconds, 0); s.Now().Sub(at).Abs() < savedWithin {
			m.Saved = at
		}
	}
	return m, nil
}

// changeNotices changes one setting of how a person is told.
func (s *server) changeNotices(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	return s.change(c, func(ctx context.Context, p callbacks.Person) error {
		change, err := preferences.Request{Form: form, Zone: zone(c).String(), Queues: s.Delegations.Queues(p), Now: s.Now()}.Change()
		if err != nil {
			return err
		}
		return s.Personal.Change(ctx, p, change)
	})
}

// subscribe keeps the browser that asks, for pushes.
func (s *server) subscribe(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	return s.change(c, func(ctx context.Context, p callbacks.Person) error {
		if s.Push == nil {
			return callbacks.ErrNotFound
		}
		browser, err := s.Push.Subscription(webpush.Registration{
			Endpoint: form.Get("endpoint"), P256DH: form.Get("p256dh"), Auth: form.Get("auth"),
			Browser: auth.BrowserName(c.Request().UserAgent()),
		}, p.ID, s.Now())
		if faults, wrong := errors.AsType[fault.List](err); wrong {
			return fault.List{{Pointer: "set", Detail: faults[0].Detail}}
		}
		if err != nil {
			return err
		}
		return s.Personal.Subscribe(ctx, p, browser)
	})
}

// unsubscribe deletes a browser of the person.
func (s *server) unsubscribe(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	return s.change(c, func(ctx context.Context, p callbacks.Person) error {
		return s.Personal.Unsubscribe(ctx, p, form.Get("browser"))
	})
}

// change runs a change of the person's own notices and leads back to the settings. With faults, the
// settings say what is wrong.
func (s *server) change(c echo.Context, change func(context.Context, callbacks.Person) error) error {
	if s.Personal == nil {
		return callbacks.ErrNotFound
	}
	err := change(c.Request().Context(), s.person(c))
	if faults, wrong := errors.AsType[fault.List](err); wrong {
		return s.showSettings(c, http.StatusUnprocessableEntity, account.Settings{Draft: s.delegationDraft(c, nil)}, func(m *view.Notices) { m.Faults, m.Typed = faults, typed(c) })
	}
	if err != nil {
		return err
	}
	saved := views.Address{Path: ownSettings}.With("saved", strconv.FormatInt(s.Now().Unix(), 10))
	return c.Redirect(http.StatusSeeOther, saved.String()+"#notices")
}

// typed is the form that somebody sent, so that a fault in it loses nothing.
func typed(c echo.Context) url.Values {
	form, err := postForm(c)
	if err != nil {
		return nil
	}
	return form
}

// testNotice sends a test to a place of the person, and says what became of it.
func (s *server) testNotice(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	p := s.person(c)
	if s.Personal == nil || !slices.Contains(notice.PersonalChannels, form.Get("channel")) {
		return callbacks.ErrNotFound
	}
	if err := s.tests.Take(p.ID, s.Now()); err != nil {
		return err
	}
	tested := &view.Tested{Channel: form.Get("channel"), Browser: form.Get("browser")}
	if tested.Tested, err = s.Personal.Test(c.Request().Context(), p, tested.Channel, tested.Browser); err != nil {
		return err
	}
	return s.showSettings(c, http.StatusOK, account.Settings{Draft: s.delegationDraft(c, nil)}, func(m *view.Notices) { m.Tested = tested })
}

// serviceWorker serves the script that shows pushes. It controls every page below its own path, so
// it has one at the root.
func (s *server) serviceWorker(c echo.Context) error {
	static.ServiceWorker(c.Response(), c.Request())
	return nil
}
