package webhooks

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
)

func TestReceipt(t *testing.T) {
	t.Parallel()
	desk := New(Config{BaseURL: "https://desk.example.com"})
	for created, want := range map[bool]int{true: http.StatusCreated, false: http.StatusOK} {
		t.Run(http.StatusText(want), func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			c := echo.New().NewContext(httptest.NewRequest(http.MethodPost, "/webhooks/callbacks", nil), w)
			receipt := callbacks.Acknowledgment{Callback: callbacks.Callback{ID: "k7", CallbackID: "QUJD", State: callbacks.Pending}, Created: created}
			if err := desk.confirm(c, receipt); err != nil {
				t.Fatal(err)
			}
			const body = `{"id":"k7","url":"https://desk.example.com/callbacks/k7"}` + "\n"
			if w.Code != want || w.Body.String() != body || w.Header().Get("Location") != "https://desk.example.com/callbacks/k7" ||
				w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("answered %d %v %s", w.Code, w.Header(), w.Body)
			}
		})
	}
}
