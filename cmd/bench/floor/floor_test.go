package floor_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"go.uber.org/goleak"

	"countersign/cmd/bench/floor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves a floor until the test ends and returns its base URL.
func start(t *testing.T, o floor.Options) string {
	t.Helper()
	o.File = filepath.Join(t.TempDir(), "floor.db")
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := floor.Serve(ctx, o, in)
		_ = in.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the floor ended with %v", err)
		}
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + strings.TrimSpace(address)
}

// browser follows no redirects and keeps no connections.
func browser() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func post(t *testing.T, address string, n int) int {
	t.Helper()
	body := fmt.Sprintf(`{"callbackId":"cb-%d","title":"Refund","requester":"Ines","payload":{"n":%d},"timeoutSeconds":60,"tags":["x"]}`, n, n)
	response, err := browser().Post(address+"/items", "application/json", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

func TestReceive(t *testing.T) {
	t.Parallel()
	for _, kind := range []floor.Kind{floor.Insert, floor.Group} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			address := start(t, floor.Options{Kind: kind})
			var wg sync.WaitGroup
			for n := range 30 {
				wg.Go(func() {
					if status := post(t, address, n); status != http.StatusCreated {
						t.Errorf("status %d, want 201", status)
					}
				})
			}
			wg.Wait()
			if status := post(t, address, 7); status != http.StatusInternalServerError {
				t.Errorf("status %d for a callback that is there already: nothing was stored before", status)
			}
		})
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	response, err := browser().Get(start(t, floor.Options{Kind: floor.List, Rows: 120}) + "/items")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if rows := page.Find("tr"); rows.Length() != 50 || !strings.Contains(rows.First().Text(), "EXP-0 ") {
		t.Errorf("%d rows that begin with %q, want 50 that begin with what ends first", rows.Length(), rows.First().Text())
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	calls := make(chan string, 2)
	lambda := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- r.URL.Path + " " + string(body)
	}))
	t.Cleanup(lambda.Close)
	address := start(t, floor.Options{Kind: floor.Decide, Rows: 3, Lambda: lambda.URL})
	decide := func(id int) int {
		response, err := browser().PostForm(fmt.Sprintf("%s/items/%d/decision", address, id), url.Values{"comment": {`fine "so"`}})
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode
	}
	if status := decide(2); status != http.StatusSeeOther {
		t.Fatalf("status %d, want 303", status)
	}
	if got, want := <-calls, floor.CallbackPath("filler-1")+` {"approved":true,"comment":"fine \"so\""}`; got != want {
		t.Errorf("Lambda got %s, want %s", got, want)
	}
	if status := decide(2); status == http.StatusSeeOther || len(calls) > 0 {
		t.Errorf("status %d and %d calls for a second decision, want neither a redirect nor a call", status, len(calls))
	}
}

func TestServeUnknownKind(t *testing.T) {
	t.Parallel()
	err := floor.Serve(t.Context(), floor.Options{Kind: "ceiling", File: filepath.Join(t.TempDir(), "floor.db")}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "ceiling") {
		t.Errorf("got %v, want an error that names the floor", err)
	}
}
