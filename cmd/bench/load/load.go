package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// answerTimeout ends a round if the server no longer answers.
const answerTimeout = 30 * time.Second

// maxShown limits how much of an unexpected answer an error quotes.
const maxShown = 300

// Load is one round.
type Load struct {
	Address     string   // host:port of the server
	Beside      []string // its replicas, which get their share of the connections
	Connections int      // at least 1
	// how long new requests are sent, at least one by each connection; 0 means until Next has no
	// more
	Length time.Duration
	Status int // the status that every answer must have
	// Next is called by all connections at once. It returns nil if there are no more requests.
	Next func() (*http.Request, error)
}

// Run opens the connections and measures every answer. An error of one connection ends the round.
func (l Load) Run(ctx context.Context) (Sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu  sync.Mutex
		all []time.Duration
		wg  sync.WaitGroup
	)
	begin := time.Now()
	servers := append([]string{l.Address}, l.Beside...)
	for n := range l.Connections {
		wg.Go(func() {
			took, err := l.connection(ctx, servers[n%len(servers)], begin)
			if err != nil {
				cancel(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return Sample{}, err
	}
	return NewSample(all, time.Since(begin)), nil
}

// connection sends requests one after the other.
func (l Load) connection(ctx context.Context, server string, begin time.Time) ([]time.Duration, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", server)
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	r, w := bufio.NewReader(c), bufio.NewWriter(c)
	var took []time.Duration
	for len(took) == 0 || l.Length == 0 || time.Since(begin) < l.Length {
		request, err := l.Next()
		if err != nil || request == nil {
			return took, err
		}
		sent := time.Now()
		if err := c.SetDeadline(sent.Add(answerTimeout)); err != nil {
			return nil, err
		}
		if err := l.exchange(request, r, w); err != nil {
			return nil, fmt.Errorf("%s %s: %w", request.Method, request.URL.Path, err)
		}
		took = append(took, time.Since(sent))
	}
	return took, nil
}

// exchange sends one request and reads the whole answer.
func (l Load) exchange(request *http.Request, r *bufio.Reader, w *bufio.Writer) error {
	if err := request.Write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	response, err := http.ReadResponse(r, request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != l.Status {
		// whatever could be read explains the status
		shown, _ := io.ReadAll(io.LimitReader(response.Body, maxShown))
		return fmt.Errorf("the answer is %d, not %d: %s", response.StatusCode, l.Status, shown)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
