package main

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"countersign/cmd/internal/deskprocess"
)

// streamsEach is how many streams a colleague of the reviewer has open in a process. The desk lets
// each person have 32.
const streamsEach = 30

// colleaguesFor is how many colleagues so many streams in a process need.
func colleaguesFor(streams int) int { return (streams + streamsEach - 1) / streamsEach }

// colleagues is how many there are at the provider.
func (b *bench) colleagues() int { return colleaguesFor(b.streams) }

func colleague(n int) string { return fmt.Sprintf("colleague-%d", n) }

// signInColleague signs a colleague in, each from an address of their own on loopback, because the
// desk bounds the sign-ins of an address.
func (d *program) signInColleague(ctx context.Context, n int) (*http.Cookie, error) {
	from := &net.TCPAddr{IP: net.IPv4(127, 1, byte(n>>8), byte(n))}
	return deskprocess.SignIn(ctx, d.url, colleague(n), from)
}
