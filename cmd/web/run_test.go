package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args   []string
		stdout string // must be in it
		err    string
	}{
		"Version":           {[]string{"version"}, "dev", ""},
		"VersionFlag":       {[]string{"--version"}, "dev", ""},
		"Help":              {[]string{"--help"}, "demo", ""},
		"HelpOfServe":       {[]string{"serve", "-h"}, "COUNTERSIGN_BASE_URL", ""},
		"NoCommand":         {nil, "", "countersign --help"},
		"UnknownCommand":    {[]string{"fly"}, "", "countersign --help"},
		"DemoPort":          {[]string{"demo", "--port", "99999"}, "", "--port"},
		"ServeUnconfigured": {[]string{"serve"}, "", "COUNTERSIGN_OIDC_ISSUER"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errOut strings.Builder
			err := run(t.Context(), tt.args, nil, &out, &errOut)
			switch {
			case tt.err == "" && err != nil:
				t.Fatal(err)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Fatalf("got %v, want an error with %q", err, tt.err)
			}
			if !strings.Contains(out.String(), tt.stdout) {
				t.Errorf("printed %q, want %q in it", out.String(), tt.stdout)
			}
		})
	}
}

// TestServeListsEveryProblem: an operator mends a configuration in one go.
func TestServeListsEveryProblem(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"serve"}, nil, io.Discard, io.Discard)
	if err == nil {
		t.Fatal("serve started without settings")
	}
	for _, name := range []string{"COUNTERSIGN_BASE_URL", "COUNTERSIGN_DATABASE_URL", "COUNTERSIGN_OIDC_CLIENT_SECRET", "COUNTERSIGN_CONFIG_FILE"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in: %v", name, err)
		}
	}
}

// smallest are the least settings that serve, with an identity provider that nobody is.
func smallest(t *testing.T, addr string) map[string]string {
	t.Helper()
	return prefixed(map[string]string{
		"ADDR": addr, "BASE_URL": "http://localhost", "DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "desk.db"),
		"OIDC_ISSUER": "http://127.0.0.1:1", "OIDC_CLIENT_ID": "countersign", "OIDC_CLIENT_SECRET": "any", "CONFIG_FILE": deskFile(t, smallDesk),
		"LAMBDA_REGION": rigRegion,
	})
}

// TestServeWithoutItsProvider: the desk runs, and its log says at once why nobody can sign in, and
// which setting is misspelt.
func TestServeWithoutItsProvider(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	environ := smallest(t, "127.0.0.1:0")
	environ["COUNTERSIGN_WATCHRATE"] = "3"
	go func() {
		err := run(ctx, []string{"serve"}, environ, io.Discard, writer)
		_ = writer.Close()
		done <- err
	}()
	defer stop()
	told, misspelt := false, false
	for lines := bufio.NewScanner(reader); lines.Scan(); {
		misspelt = misspelt || strings.Contains(lines.Text(), `"name":"COUNTERSIGN_WATCHRATE"`)
		if strings.Contains(lines.Text(), "nobody can sign in") && strings.Contains(lines.Text(), "connection refused") {
			told = true
			stop()
		}
	}
	if err := <-done; err != nil || !told || !misspelt {
		t.Errorf("told: %t, and of the misspelt setting: %t; stopped with %v", told, misspelt, err)
	}
}

func TestServeOnATakenAddress(t *testing.T) {
	t.Parallel()
	taken, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = run(t.Context(), []string{"serve"}, smallest(t, taken.Addr().String()), io.Discard, io.Discard)
	want := "COUNTERSIGN_ADDR: another program listens on " + taken.Addr().String() + " already"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error that names the setting and the address, and says what is wrong", err)
	}
}

// TestDemo starts the whole world as a user does, waits until it is ready, and stops it.
func TestDemo(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"demo", "--port", "18080", "--pace", "0", "--data", t.TempDir()}, nil, writer, io.Discard)
		_ = writer.Close()
		done <- err
	}()
	base := addressIn(t, reader)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get := func(path string) int {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	for path, want := range map[string]int{"/readyz": 200, "/signin": 200, "/": 200 /* after the redirect to sign-in */, "/nowhere": 404} {
		if got := get(path); got != want {
			t.Errorf("GET %s is %d, want %d", path, got, want)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("the demo did not stop cleanly: %v", err)
	}
}

// addressIn reads the banner up to the address in it, and lets the rest flow.
func addressIn(t *testing.T, banner io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(banner)
	for lines.Scan() {
		for _, word := range strings.Fields(lines.Text()) {
			if u, err := url.Parse(word); err == nil && u.Scheme == "http" {
				go func() { _, _ = io.Copy(io.Discard, banner) }()
				return word
			}
		}
	}
	t.Fatal("the banner names no address")
	return ""
}
