package deskprocess

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	// readyTimeout is how long a desk may take to start; readyPoll how often it is asked.
	readyTimeout = 30 * time.Second
	readyPoll    = time.Millisecond
)

// FreeAddress is an address of loopback that was free a moment ago: the desk has to know its own
// before it listens. Its port is below those that the kernel gives to clients, so that it stays
// free while the desk is away.
func FreeAddress(ctx context.Context) (string, error) {
	const lowest, ports, tries = 20000, 12000, 50
	for range tries {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowest+rand.IntN(ports)))
		if listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address); err == nil {
			return address, listener.Close()
		}
	}
	return "", fmt.Errorf("%d ports and none is free", tries)
}

// Ready waits until the process says at url/readyz that it is ready. An error quotes its log.
func (p *Process) Ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		if isReady(ctx, client, url) {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.ended:
			return p.Died("the desk ended")
		case <-ctx.Done():
			return errors.Join(p.Died("the desk is not ready"), ctx.Err())
		}
	}
}

func isReady(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false // nobody listens yet
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}
