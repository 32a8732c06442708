package handlers

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/review"
)

// review shows one callback, whatever its state.
func (s *server) review(c echo.Context) error {
	return s.showReview(c, http.StatusOK, s.keptDraft(c))
}

// showReview renders the page of the request's callback with what the reader typed before.
func (s *server) showReview(c echo.Context, status int, draft review.Draft) error {
	l := s.origin(c)
	model, err := s.reviewModel(c, callbackOf(c), l, draft)
	if err != nil {
		return err
	}
	if model.Stands, err = s.stands(c, l, &model.Callback); err != nil {
		return err
	}
	shell, err := s.shell(c, place(l), views.Address{Path: reviewPath(c), Query: l.Values()})
	if err != nil {
		return err
	}
	return render(c, status, review.Page(shell, model))
}

// stands is where a callback stands in the list from which it was opened.
func (s *server) stands(c echo.Context, l query.Listing, of *callbacks.Callback) (m review.Stands, err error) {
	ctx, p, f := c.Request().Context(), s.person(c), l.Filter(s.Now())
	if m.Around, err = s.Service.Around(ctx, p, f, of, fewLimit); err != nil || m.Place == 0 {
		return m, err
	}
	m.Of, err = s.count(ctx, p, f)
	return m, err
}

// callbackOf is the callback that the path names.
func callbackOf(c echo.Context) callbacks.ID { return idIn(c, "id") }

// idIn is an ID in the path. What cannot be an ID becomes an empty one, which is never found.
func idIn(c echo.Context, name string) callbacks.ID {
	id, _ := callbacks.ParseID(c.Param(name)) // the store says the same of an empty one
	return id
}

func reviewPath(c echo.Context) string { return callbackOf(c).Path() }

// origin is the list from which a callback was opened, from its first page.
func (s *server) origin(c echo.Context) query.Listing { return s.opener(c).Whole() }

// opener is the list as it was when a callback was opened from it. A bad one must not keep the
// callback from opening, so it becomes the reader's own list; so does one that the reader may not
// see, because people pass links on.
func (s *server) opener(c echo.Context) query.Listing {
	l, err := query.ParseListing(c.QueryParams(), desk.ScopeAvailable, zone(c))
	if err != nil || l.Scope == desk.ScopeAll && !s.person(c).Roles.SeesAll() {
		return query.Listing{Scope: desk.ScopeAvailable}
	}
	return l
}

// cameFrom is where a reader of something about a callback came from: its page, or the list in which it
// is open.
func (s *server) cameFrom(c echo.Context) (views.Address, views.Place) {
	l := s.origin(c)
	if item, err := callbacks.ParseID(c.QueryParam("item")); err == nil && item == callbackOf(c) {
		open := l
		open.Item = item
		return open.Address(), place(l)
	}
	return views.Address{Path: reviewPath(c), Query: l.Values()}, place(l)
}

// place is the list's place in the navigation.
func place(l query.Listing) views.Place {
	if l.Scope == desk.ScopeAll {
		return views.PlaceAdmin
	}
	return views.InboxPlace(l.Scope)
}

// reviewModel reads everything that is shown of a callback.
func (s *server) reviewModel(c echo.Context, id callbacks.ID, from query.Listing, draft review.Draft) (review.Review, error) {
	ctx, p := c.Request().Context(), s.person(c)
	sheet, err := s.Service.Sheet(ctx, p, id)
	if err != nil {
		return review.Review{}, err
	}
	m := review.Review{Sheet: sheet, ReviewLimits: s.Service.ReviewLimits(sheet.Callback.Queue), Draft: draft, List: from.Address()}
	if m.Description, err = s.descriptions.HTML(sheet.Content.Description); err != nil {
		return review.Review{}, err
	}
	if m.Told, err = s.Notices.Story(ctx, id); err != nil {
		return review.Review{}, err
	}
	if m.Work, err = s.Assignments.Service.Of(ctx, p, &sheet.Callback); err != nil {
		return review.Review{}, err
	}
	if s.ConsoleLinks {
		m.ConsoleURL = consoleURL(&sheet.Callback)
	}
	if sheet.Callback.State != callbacks.Pending {
		m.Next, err = s.next(c, &sheet.Callback, from)
		return m, err
	}
	if sheet.Refused == nil {
		if void := sheet.Void; void != nil { // to sign again with
			m.Draft.Comment = cmp.Or(draft.Comment, void.Comment)
		}
		again := sheet.SignAgain()
		m.Draft.Again = again != nil
		if draft.Fields == nil {
			m.Draft.Fields = again
		}
		m.Previews, err = s.Service.Previews(ctx, p, &sheet, callbacks.Choice{Comment: m.Draft.Comment, Answer: m.Draft.Written(), Fields: m.Draft.Fields})
	}
	return m, err
}

// next is the callback to open after this one. From a list of ended callbacks it leads back to
// those that wait.
func (s *server) next(c echo.Context, leaving *callbacks.Callback, from query.Listing) (*review.Next, error) {
	if from.Scope != desk.ScopeMine && from.Scope != desk.ScopeAvailable {
		from = query.Listing{Scope: desk.ScopeAvailable}
	}
	row, held, err := s.Service.Next(c.Request().Context(), s.person(c), from.Filter(s.Now()), leaving)
	return &review.Next{Row: row, Held: held}, err
}

// consoleURL is the waiting function's page in the AWS console. AWS documents no address for a
// single execution.
func consoleURL(c *callbacks.Callback) string {
	if c.Function == "" || !arn.KnownRegion(c.Region) {
		return ""
	}
	host := map[string]string{"aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}[arn.Parse(c.ExecutionARN).Partition]
	if host == "" {
		return ""
	}
	return "https://" + c.Region + "." + host + "/lambda/home?region=" + c.Region + "#/functions/" + url.PathEscape(c.Function)
}
