package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/fault"
	"countersign/internal/printable"
	"countersign/views"
	"countersign/views/account"
	"countersign/views/preferences"
	"countersign/views/words"
)

// ownSettings is where people see their own settings.
const ownSettings = "/settings"

// settings shows a person's settings, and admins those of others. Its address may hold the draft of
// a delegation, from before a sign-in.
func (s *server) settings(c echo.Context) error {
	return s.showSettings(c, http.StatusOK, account.Settings{Draft: s.delegationDraft(c, c.QueryParams())})
}

// delegate makes a delegation. With faults in it, the page keeps what was typed.
func (s *server) delegate(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	m := account.Settings{Draft: s.delegationDraft(c, form)}
	wish, err := s.wish(c, &m)
	if err == nil {
		_, err = s.Delegations.Make(c.Request().Context(), s.person(c), wish)
	}
	if faults, invalid := errors.AsType[fault.List](err); invalid {
		m.Faults = faults
		return s.showSettings(c, http.StatusUnprocessableEntity, m)
	}
	if old, tooOld := errors.AsType[*callbacks.OldGroups](err); tooOld {
		m.SignInAgain = "Your groups were read " + words.Duration(old.Age) + " ago; a delegation needs groups younger than " + words.Duration(old.Limit) + "."
		return s.showSettings(c, http.StatusForbidden, m)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, s.settingsOf(c, m.Draft.Of))
}

// endDelegation ends a delegation before its time.
func (s *server) endDelegation(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	if _, err := s.Delegations.End(c.Request().Context(), s.person(c), idIn(c, "delegation")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, s.settingsOf(c, s.delegationDraft(c, form).Of))
}

// settingsOf is the address of somebody's settings.
func (s *server) settingsOf(c echo.Context, person string) string {
	address := views.Address{Path: ownSettings}
	if person != s.person(c).ID {
		address = address.With("of", person)
	}
	return address.String()
}

// showSettings shows a page of settings with what was typed into it. notices change the part about
// notices of somebody's own page.
func (s *server) showSettings(c echo.Context, status int, m account.Settings, notices ...func(*preferences.Notices)) error {
	ctx, reader := c.Request().Context(), s.person(c)
	var err error
	if m.Book, err = s.Delegations.Book(ctx, reader, m.Draft.Of); err != nil {
		return err
	}
	m.Reader, m.Admin = reader.ID, reader.Roles.Admin
	if m.Draft.Of == reader.ID {
		if m.Notices, err = s.ownNotices(c, m.Book.Queues); err != nil {
			return err
		}
	}
	for _, change := range notices {
		if m.Notices != nil {
			change(m.Notices)
		}
	}
	if m.Admin {
		m.Search = draftText(c.QueryParams(), "q")
		if m.Found, _, err = s.Delegations.Find(ctx, m.Search); err != nil {
			return err
		}
	}
	shell, err := s.shell(c, views.PlaceNone, views.Address{Path: ownSettings})
	if err != nil {
		return err
	}
	return render(c, status, account.SettingsPage(shell, m))
}

// maxDraftText bounds a text of a delegation's form, in characters.
const maxDraftText = 256

// draftText is a text of a form or address, cut at [maxDraftText].
func draftText(values url.Values, name string) string {
	return printable.Clip(values.Get(name), maxDraftText)
}

// delegationDraft reads what was typed into the form of a delegation.
func (s *server) delegationDraft(c echo.Context, values url.Values) account.DelegationDraft {
	return account.DelegationDraft{
		Of:  cmp.Or(draftText(values, "of"), s.person(c).ID),
		Who: draftText(values, "who"), Person: draftText(values, "person"),
		Since: draftText(values, "since"), Until: draftText(values, "until"), Queues: values["queue"],
	}
}

// wish is the delegation that a form asks for. If it is not clear who the delegate is, the model
// gets the people who may be meant.
func (s *server) wish(c echo.Context, m *account.Settings) (delegation.Wish, error) {
	draft := m.Draft
	wish := delegation.Wish{From: draft.Of, Queues: draft.Queues}
	var faults fault.List
	if err := s.search.Take(s.person(c).ID, s.Now()); err != nil {
		faults.Add("who", "You have searched for people many times. Wait a minute, then try again.")
		return wish, faults
	}
	found, exact, err := s.Delegations.Find(c.Request().Context(), draft.Who)
	chosen := slices.ContainsFunc(found, func(k delegation.Known) bool { return k.ID == draft.Person })
	switch {
	case err != nil:
		return wish, err
	case chosen:
		wish.To, m.Candidates = draft.Person, found
	case exact != nil:
		wish.To = exact.ID
	case len(found) == 0:
		faults.Add("who", "Nobody who has signed in here is called so.")
	default:
		m.Candidates = found
		faults.Add("who", "Choose who you mean.")
	}
	for _, day := range []struct {
		field, text string
		parse       func(string, *time.Location) (time.Time, error)
		to          *time.Time
	}{{"since", draft.Since, query.ParseMoment, &wish.Since}, {"until", draft.Until, query.ParseEnd, &wish.Until}} {
		if *day.to, err = day.parse(day.text, zone(c)); err != nil || day.field == "until" && day.text == "" {
			faults.Add(day.field, "Choose a day.")
		}
	}
	return wish, faults.Err()
}
