package reply_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/channels/reply"
	"countersign/internal/notice"
	"countersign/internal/outbound"
)

var now = time.Date(2026, 11, 24, 12, 52, 0, 0, time.UTC)

// answer makes an answer as package outbound returns it.
func answer(status int, kind, body string) *http.Response {
	r := httptest.NewRecorder()
	r.Header().Set("Content-Type", kind)
	r.Header().Set("Retry-After", "120")
	r.WriteHeader(status)
	_, _ = io.WriteString(r, body)
	return r.Result()
}

func TestOf(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]notice.FaultCode{
		200: "", 202: "", 204: "",
		301: notice.Denied, 307: notice.Denied,
		400: notice.Refused, 401: notice.Denied, 403: notice.Denied, 404: notice.Denied, 405: notice.Denied, 408: notice.Busy,
		410: notice.NoPlace, 413: notice.Refused, 422: notice.Refused, 425: notice.Busy, 429: notice.Busy,
		500: notice.Busy, 502: notice.Unanswered, 503: notice.Busy, 504: notice.Unanswered, 599: notice.Busy,
	} {
		a := answer(status, "text/html", "<p>secret</p>")
		err := reply.Of(a, now)
		f := new(notice.Fault)
		switch {
		case want == "" && err == nil:
		case !errors.As(err, &f) || f.Code != want || f.RetryAfter != 2*time.Minute || strings.Contains(f.Words, "secret"):
			t.Errorf("%d: %v, want %q", status, err, want)
		}
		_ = a.Body.Close()
	}
}

// TestWords: another side's text becomes one short line that cannot disguise itself.
func TestWords(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"not ready":              "answers 503 Service Unavailable: not ready",
		"":                       "answers 503 Service Unavailable",
		"a\nb\t\x1b[31m\u202e c": "answers 503 Service Unavailable: a b [31m⟨U+202E⟩ c",
	} {
		a := answer(503, "text/plain; charset=utf-8", body)
		f := new(notice.Fault)
		if err := reply.Of(a, now); !errors.As(err, &f) || f.Words != want {
			t.Errorf("%q: %q, want %q", body, f.Words, want)
		}
		_ = a.Body.Close()
	}
	for _, long := range []string{strings.Repeat("a", 1000), strings.Repeat("字", 1000), strings.Repeat("\u202e", 1000)} {
		if got := reply.Words(long); len(got) > 160 || !strings.HasSuffix(got, "…") {
			t.Errorf("%d bytes: %q", len(got), got)
		}
	}
}

func TestLost(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(silent.Close)
	foreign := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(foreign.Close)
	foreign.Config.ErrorLog = nil
	for name, tc := range map[string]struct {
		client *outbound.Client
		url    string
		code   notice.FaultCode
		words  string
	}{
		"Nobody":      {outbound.NewPrivate(), gone.URL, notice.Unreachable, "nobody listens at the address"},
		"NoName":      {outbound.NewPrivate(), "http://nobody.invalid", notice.Unreachable, "the name of the host cannot be resolved"},
		"Certificate": {outbound.NewPrivate(), foreign.URL, notice.Unreachable, "the certificate of the host is not accepted"},
		"HangsUp":     {outbound.NewPrivate(), silent.URL, notice.Unanswered, "no answer came"},
		"Private":     {outbound.New(), silent.URL, notice.Denied, "the address is in a private network, and the configuration does not allow that"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tc.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tc.client.Do(req)
			if err == nil {
				_ = got.Body.Close()
				t.Fatal(got.Status)
			}
			if f := reply.Lost(err); f.Code != tc.code || f.Words != tc.words || !errors.Is(f, err) {
				t.Errorf("%+v", f)
			}
		})
	}
}
