package loopback_test

import (
	"testing"

	"countersign/internal/loopback"
)

func TestHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "::": false, "10.0.0.1": false, "localhost.": false, "localhost.example.com": false,
		"127.0.0.1.example.com": false, "127.1": false, "[::1]": false, "127.0.0.1:8080": false, "example.com": false,
	} {
		if got := loopback.Host(host); got != want {
			t.Errorf("%q is on loopback: %v, want %v", host, got, want)
		}
	}
}
