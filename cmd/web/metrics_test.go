package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestServeMetrics: scrapers have a listener of their own, which serves nothing else, and the
// desk's own has no metrics.
func TestServeMetrics(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	environ := smallest(t, "127.0.0.1:0")
	environ["COUNTERSIGN_METRICS_ADDR"] = "127.0.0.1:0"
	go func() {
		err := run(ctx, []string{"serve"}, environ, io.Discard, writer)
		_ = writer.Close()
		done <- err
	}()
	defer stop()
	addresses := map[string]string{}
	lines := bufio.NewScanner(reader)
	for len(addresses) < 2 && lines.Scan() {
		var line struct{ Msg, Address string }
		if err := json.Unmarshal(lines.Bytes(), &line); err == nil && line.Address != "" {
			addresses[line.Msg] = line.Address
		}
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, tt := range []struct {
		listener, path string
		status         int
		text           string
	}{
		{"metrics are ready", "/metrics", http.StatusOK, "countersign_event_streams 0"},
		{"metrics are ready", "/", http.StatusNotFound, ""},
		{"metrics are ready", "/healthz", http.StatusNotFound, ""},
		{"ready", "/metrics", http.StatusNotFound, ""},
		{"ready", "/healthz", http.StatusOK, "ok"},
	} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addresses[tt.listener]+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "localhost"
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != tt.status || !strings.Contains(string(body), tt.text) {
			t.Errorf("%s of %q: %d %.200s, %v; want %d %q", tt.path, tt.listener, resp.StatusCode, body, err, tt.status, tt.text)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestServeMetricsOnATakenAddress(t *testing.T) {
	t.Parallel()
	taken, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	environ := smallest(t, "127.0.0.1:0")
	environ["COUNTERSIGN_METRICS_ADDR"] = taken.Addr().String()
	err = run(t.Context(), []string{"serve"}, environ, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "COUNTERSIGN_METRICS_ADDR: another program listens on "+taken.Addr().String()) {
		t.Errorf("got %v, want an error that names the setting and the address", err)
	}
}
