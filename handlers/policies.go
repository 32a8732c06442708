package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/policy"
	"countersign/views"
	"countersign/views/admin"
	"countersign/views/review"
)

// policies shows the rules in force, with notes and warnings about them.
func (s *server) policies(c echo.Context) error {
	return s.showPolicies(c, policy.Question{Callback: callbacks.ID(c.QueryParam("callback"))})
}

// askPolicies answers what an admin or auditor pasted. It changes nothing.
func (s *server) askPolicies(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	return s.showPolicies(c, policy.Question{
		Callback: callbacks.ID(form.Get("callback")), Request: strings.TrimSpace(form.Get("request")), File: form.Get("file"),
	})
}

func (s *server) showPolicies(c echo.Context, q policy.Question) error {
	answer, err := s.Policies.Ask(c.Request().Context(), s.person(c), q)
	if err != nil {
		return err
	}
	shell, err := s.shell(c, views.PlacePolicies, views.Address{Path: "/admin/policies"})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(answer.RequestFaults) > 0 || answer.FileFault != nil {
		status = http.StatusUnprocessableEntity
	}
	return render(c, status, admin.PoliciesPage(shell, admin.Policies{Answer: answer, Question: q, File: s.Desk.File}))
}

// applyPolicy binds a callback to the present rules of its queue, for the reason that an admin
// gives. Without one, the page asks for it.
func (s *server) applyPolicy(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	reason := form.Get("policy")
	applied, err := s.Service.ApplyPolicy(c.Request().Context(), s.person(c), callbackOf(c), reason, form.Get("seen"))
	faults, invalid := errors.AsType[fault.List](err)
	switch {
	case invalid:
		draft := review.PolicyDraft{Reason: reason, Fault: faults[0].Detail}
		return s.showReview(c, http.StatusUnprocessableEntity, review.Draft{Policy: draft})
	case errors.Is(err, callbacks.ErrOldGroups):
		return s.signInAgain(c, auth.Draft{Policy: reason}, err)
	case err != nil:
		return err
	}
	s.forgetDraft(c, applied.ID)
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).Values()}.String())
}
