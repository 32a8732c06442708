package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/policy"
	"countersign/views"
	"countersign/views/admin"
)

// policies shows who must sign, by the rules in force, and what is to be said of them.
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
