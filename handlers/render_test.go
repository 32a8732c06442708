package handlers

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"countersign/views/words"
)

// TestZone_OncePerRequest: each reading of a zone gives another pointer.
func TestZone_OncePerRequest(t *testing.T) {
	t.Parallel()
	request := func(name string) echo.Context {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: words.ZoneCookie, Value: name})
		return echo.New().NewContext(r, httptest.NewRecorder())
	}
	c := request("Europe/Berlin")
	if first, second := zone(c), zone(c); first.String() != "Europe/Berlin" || second != first {
		t.Errorf("%s was read again", first)
	}
	if other := zone(request("Asia/Tokyo")); other.String() != "Asia/Tokyo" {
		t.Errorf("another reader's clock is in %s", other)
	}
}
