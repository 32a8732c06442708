package outbound_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/outbound"
)

// ask sends a POST and returns the answer's status and body.
func ask(t *testing.T, c *outbound.Client, url string) (status int, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.Body.Close() != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text), nil
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// TestClosed: what a name resolves to is judged, and nothing reaches the server behind it.
func TestClosed(t *testing.T) {
	t.Parallel()
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	_, port, err := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"} {
		_, _, err := ask(t, outbound.New(), "http://"+host+":"+port)
		failure := new(outbound.Failure)
		if !errors.Is(err, outbound.ErrClosed) || !errors.As(err, &failure) || failure.Sent {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	if status, _, err := ask(t, outbound.NewPrivate(), url); err != nil || status != http.StatusAccepted {
		t.Errorf("%d, %v", status, err)
	}
}

func TestRedirectIsAnAnswer(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
	})
	if status, _, err := ask(t, outbound.NewPrivate(), url); err != nil || status != http.StatusTemporaryRedirect {
		t.Errorf("%d, %v", status, err)
	}
}

func TestLongAnswerIsCut(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("a", 1<<20)) })
	if status, body, err := ask(t, outbound.NewPrivate(), url); err != nil || status != http.StatusOK || len(body) != 256<<10 {
		t.Errorf("%d with %d bytes, %v", status, len(body), err)
	}
}

// TestFailures: an exchange without an answer says whether the request went out, and never where.
func TestFailures(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, tc := range map[string]struct {
		url  string
		sent bool
	}{
		"NobodyListens": {gone.URL, false},
		"NoSuchHost":    {"http://nobody.invalid", false},
		"HangsUp":       {serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := ask(t, outbound.NewPrivate(), tc.url+"/secret-part")
			failure := new(outbound.Failure)
			if !errors.As(err, &failure) || failure.Sent != tc.sent || strings.Contains(err.Error(), "secret-part") {
				t.Errorf("%v, sent %v", err, failure.Sent)
			}
		})
	}
}

// TestCallerGivesUp: the caller's context ends an exchange.
func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	ctx, giveUp := context.WithCancel(t.Context())
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		giveUp()
		<-r.Context().Done()
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := outbound.NewPrivate().Do(req)
	failure := new(outbound.Failure)
	if !errors.Is(err, context.Canceled) || !errors.As(err, &failure) || !failure.Sent {
		t.Errorf("%v, %v", answer, err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "4": 4 * time.Second, "-4": 0, "soon": 0, "99999999999": 24 * time.Hour, "999999999999999999999": 0,
		"Tue, 24 Nov 2026 12:01:30 GMT": 90 * time.Second, "Tue, 24 Nov 2026 11:00:00 GMT": 0, "Fri, 24 Nov 2028 12:00:00 GMT": 24 * time.Hour,
	} {
		if got := outbound.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
