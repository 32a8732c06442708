package notices

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
	"countersign/internal/printable"
	"countersign/views"
	"countersign/views/account"
)

const (
	linkPath = "/settings/slack"
	// A person may ask for so many codes or try so many at once, then one every 20 seconds.
	linkBurst = 6
	linkRate  = 1.0 / 20
	maxCode   = 32 // characters that are read of a code
)

// Link shows a person their account in the workspace, or how to link it.
func (h *Handlers) Link(c echo.Context) error {
	return h.showLink(c, http.StatusOK, account.SlackLink{})
}

func (h *Handlers) showLink(c echo.Context, status int, m account.SlackLink) error {
	if h.Links == nil {
		return callbacks.ErrNotFound
	}
	person := h.Site.Person(c)
	m.Address = vouched(person)
	switch linked, err := h.Links.Linked(c.Request().Context(), person); {
	case err == nil:
		m.Linked = &linked
	case !errors.Is(err, callbacks.ErrNotFound):
		return err
	}
	shell, err := h.Site.Shell(c, views.PlaceNone, views.Address{Path: linkPath})
	if err != nil {
		return err
	}
	return h.Site.Render(c, status, account.SlackLinkPage(shell, m))
}

// SendCode sends a code to the account that has the person's address.
func (h *Handlers) SendCode(c echo.Context) error {
	person, err := h.mayLink(c)
	if err != nil {
		return err
	}
	to, err := h.Links.Send(c.Request().Context(), person, vouched(person))
	if err != nil {
		return h.notLinked(c, err, account.SlackLink{})
	}
	return h.showLink(c, http.StatusOK, account.SlackLink{SentTo: to.Name})
}

// ConfirmCode links the account, if the code is the one that was sent to it.
func (h *Handlers) ConfirmCode(c echo.Context) error {
	person, err := h.mayLink(c)
	if err != nil {
		return err
	}
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	code := printable.Clip(form.Get("code"), maxCode)
	if err := h.Links.Confirm(c.Request().Context(), person, vouched(person), code); err != nil {
		return h.notLinked(c, err, account.SlackLink{SentTo: printable.Clip(form.Get("sent"), callbacks.MaxNameRunes), Code: code})
	}
	return c.Redirect(http.StatusSeeOther, linkPath)
}

// Unlink forgets the account.
func (h *Handlers) Unlink(c echo.Context) error {
	if h.Links == nil {
		return callbacks.ErrNotFound
	}
	if err := h.Links.Unlink(c.Request().Context(), h.Site.Person(c)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, linkPath)
}

// mayLink is the person, if they may ask for another code or try one now.
func (h *Handlers) mayLink(c echo.Context) (callbacks.Person, error) {
	person := h.Site.Person(c)
	if h.Links == nil {
		return person, callbacks.ErrNotFound
	}
	return person, h.codes.Take(person.ID, h.Now())
}

// notLinked shows why an account was not linked.
func (h *Handlers) notLinked(c echo.Context, err error, m account.SlackLink) error {
	fault, explained := errors.AsType[*notice.Fault](err)
	switch {
	case errors.Is(err, notice.ErrWrongCode):
		m.CodeFault = "The code is wrong, or older than 10 minutes. Look at the latest message, or have another code sent."
	case errors.Is(err, notice.ErrNoAddress):
		m.Fault = "Your identity provider vouches for no address of yours, so the desk cannot tell which account is yours."
	case explained && fault.Code == notice.NoPlace:
		m.Fault = "The workspace has no active member with your address. Ask for an account with it, or for that address on yours."
	case explained:
		m.Fault = "Slack cannot be asked now. Try again in a few minutes; if it stays so, tell an admin, who sees why under Channels."
	default:
		return err
	}
	return h.showLink(c, http.StatusUnprocessableEntity, m)
}

// vouched is the person's address if their provider vouches for it.
func vouched(p callbacks.Person) string {
	if !p.EmailVerified {
		return ""
	}
	return p.Email
}
