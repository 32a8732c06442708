package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	attackConnections = 16
	attackTimeout     = 60 * time.Second // of one attack
	formType          = "application/x-www-form-urlencoded"
)

// victim is a desk under attack.
type victim struct {
	*program
	sender *sender
	cookie *http.Cookie
	count  int // requests in an attack
}

func (b *bench) newVictim(ctx context.Context, file string) (*victim, error) {
	d, err := b.startDesk(ctx, file)
	if err != nil {
		return nil, err
	}
	v := &victim{program: d, count: b.attacks}
	if v.sender, err = newSender(d.url+"/webhooks/callbacks", d.secret); err == nil {
		v.cookie, err = d.signIn(ctx)
	}
	if err != nil {
		d.stop()
		return nil, err
	}
	return v, nil
}

// tally counts the answers to an attack.
type tally struct {
	statuses map[int]int // by status; 0 for connections that were cut
	longest  int64       // bytes of the longest answer
	held     int         // connections that were still waiting for an answer
}

// String formats the tally as "200 × 401, at most 180 bytes".
func (t tally) String() string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(t.statuses)) {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "cut"
		}
		parts = append(parts, fmt.Sprintf("%d × %s", t.statuses[status], name))
	}
	switch {
	case t.held > 0:
		return strings.Join(append([]string{fmt.Sprintf("%d held", t.held)}, parts...), ", ")
	case len(parts) == 0:
		return "no request"
	}
	return fmt.Sprintf("%s, at most %s bytes", strings.Join(parts, ", "), thousands(int(t.longest)))
}

// flood sends requests over many connections at once, for at most a minute. A desk that closes a
// connection does not make the attack fail.
func (v *victim) flood(parent context.Context, next func(context.Context, int) (*http.Request, error)) (tally, error) {
	ctx, cancel := context.WithTimeout(parent, attackTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: attackConnections}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var (
		mu    sync.Mutex
		all   = tally{statuses: map[int]int{}}
		begun atomic.Int64
		wg    sync.WaitGroup
	)
	for range attackConnections {
		wg.Go(func() {
			for n := begun.Add(1); n <= int64(v.count) && ctx.Err() == nil; n = begun.Add(1) {
				status, size := 0, int64(0)
				if request, err := next(ctx, int(n)); err == nil {
					status, size = exchange(client, request)
				}
				mu.Lock()
				all.statuses[status]++
				all.longest = max(all.longest, size)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return all, parent.Err()
}

// exchange sends a request, and reads and discards the answer.
func exchange(client *http.Client, request *http.Request) (status int, size int64) {
	response, err := client.Do(request)
	if err != nil {
		return 0, 0
	}
	defer func() { _ = response.Body.Close() }()
	size, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode, size
}

// post returns a function that makes the same request again and again.
func post(url, media, body string, cookie *http.Cookie) func(context.Context, int) (*http.Request, error) {
	return func(ctx context.Context, _ int) (*http.Request, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Content-Type", media)
		if cookie != nil {
			request.AddCookie(cookie)
		}
		return request, nil
	}
}

// look announces a callback to the desk, and opens its page or a path below it.
func (v *victim) look(ctx context.Context, fields map[string]any, below string) (tally, error) {
	fields["callbackId"] = base64.StdEncoding.EncodeToString(fmt.Append(nil, "attack of ", time.Now().UnixNano()))
	var body bytes.Buffer
	plain := json.NewEncoder(&body)
	plain.SetEscapeHTML(false) // text that grows on the page is sent unescaped
	if err := plain.Encode(fields); err != nil {
		return tally{}, err
	}
	request, err := v.sender.signed(ctx, body.Bytes())
	if err != nil {
		return tally{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return tally{}, err
	}
	defer func() { _ = response.Body.Close() }()
	var receipt struct{ ID string }
	if err := json.NewDecoder(response.Body).Decode(&receipt); err != nil || receipt.ID == "" {
		return tally{}, fmt.Errorf("the desk does not take it: %d", response.StatusCode)
	}
	page := get(v.url+"/callbacks/"+receipt.ID+below, v.cookie)
	return v.flood(ctx, func(ctx context.Context, _ int) (*http.Request, error) { return page(ctx) })
}

// hold opens a connection for each request, sends part of the body, and waits for the rest of the
// attack.
func (v *victim) hold(ctx context.Context, part int) (tally, error) {
	held := tally{statuses: map[int]int{}}
	for range v.count {
		conn, err := (&net.Dialer{Timeout: attackTimeout}).DialContext(ctx, "tcp", v.address)
		if err != nil {
			return held, err
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(time.Second)) // the desk may no longer read
		_, err = fmt.Fprintf(conn, "POST /webhooks/callbacks HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s: msg\r\n%s: %d\r\n%s: v1,%s\r\n\r\n%s",
			len(manyNames), standardwebhooks.HeaderWebhookID, standardwebhooks.HeaderWebhookTimestamp, time.Now().Unix(), standardwebhooks.HeaderWebhookSignature,
			base64.StdEncoding.EncodeToString(make([]byte, 32)), manyNames[:part])
		if err != nil {
			held.statuses[0]++
		} else {
			held.held++
		}
	}
	return held, nil
}

// raw returns text as JSON, unchanged.
func raw(text string) json.RawMessage { return json.RawMessage(text) }

// manyNames is a document with as many unknown names as fit.
var manyNames = func() string {
	var b strings.Builder
	b.WriteString("{")
	for i := 0; b.Len() < 1<<20-32; i++ {
		fmt.Fprintf(&b, `"<%07x":0,`, i)
	}
	return b.String() + `"":0}`
}()
