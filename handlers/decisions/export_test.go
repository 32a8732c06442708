package decisions

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/record"
)

// pages is a store that returns a decision a page, and an error once they are over.
type pages struct {
	left int
	err  error
}

func (s *pages) Decisions(context.Context, record.Query) (record.Page, error) {
	if s.left == 0 {
		return record.Page{}, s.err
	}
	s.left--
	page := record.Page{Decisions: []record.Decision{{Title: "Refund"}}}
	if s.left > 0 || s.err != nil {
		page.Next = &desk.Cursor{Key: 1, ID: "x"}
	}
	return page, nil
}

// exported is what a client gets of an export from a server whose own write timeout is over before the
// first byte.
func exported(t *testing.T, s record.Store) (string, error) {
	t.Helper()
	h := New(Config{Now: func() time.Time { return callbackstest.T0 }, Record: record.New(record.Config{
		Store: s, Now: func() time.Time { return callbackstest.T0 },
		Visible: func(context.Context, callbacks.Person) ([]string, bool, error) { return nil, true, nil },
		Record:  func(context.Context, callbacks.AuditEntry) error { return nil },
	})})
	h.Site = Site{
		Person: func(echo.Context) callbacks.Person { return callbacks.Person{ID: "ada"} },
		Form:   func(echo.Context) (url.Values, error) { return url.Values{"format": {"csv"}}, nil },
	}
	e := echo.New()
	e.POST("/", h.Export)
	server := httptest.NewUnstartedServer(e)
	server.Config.WriteTimeout = time.Nanosecond
	server.Start()
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

// TestExport_LongerThanTheWriteTimeout: each page has its own time, so that a long export is not cut
// off, and one that nobody takes is.
func TestExport_LongerThanTheWriteTimeout(t *testing.T) {
	t.Parallel()
	body, err := exported(t, &pages{left: 50})
	if err != nil || strings.Count(body, "Refund") != 50 {
		t.Errorf("%d of 50 rows, %v", strings.Count(body, "Refund"), err)
	}
}

// TestExport_BreaksOff: a client can tell a part from the whole.
func TestExport_BreaksOff(t *testing.T) {
	t.Parallel()
	body, err := exported(t, &pages{left: 3, err: errors.New("away")})
	if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Count(body, "Refund") != 3 {
		t.Errorf("%d of 3 rows, %v", strings.Count(body, "Refund"), err)
	}
}
