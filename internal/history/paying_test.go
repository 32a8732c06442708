package history_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/history/historytest"
	"countersign/internal/replies"
)

var asked = callbacks.Target{
	ID: "ours", CallbackID: "YWJj/+A=",
	ExecutionARN: "arn:aws:lambda:eu-central-1:123456789012:function:pay:3/durable-execution/order-7/4f2a",
}

// long is a history that takes so many pages of the given size. Its first event is the callback's
// start; what a page holds besides are steps.
type long struct {
	events   int
	pageSize int
	end      *history.Event // the newest event, if it is the callback's end
	ignores  bool           // the order that was asked for
	status   callbacks.OperationStatus

	mu      sync.Mutex
	markers []string // as they were asked for
	fail    map[int]error
	refuse  []error // what the next askings for the execution get
	asked   func()  // called before each page
}

func (l *long) at(id int) history.Event {
	switch {
	case id == 1:
		return history.Event{ID: 1, Kind: callbacks.OperationCallback, Status: callbacks.StatusRunning, Operation: "cb", CallbackID: asked.CallbackID}
	case id == l.events && l.end != nil:
		e := *l.end
		e.ID = id
		return e
	}
	return history.Event{ID: id, Kind: callbacks.OperationStep, Status: callbacks.StatusRunning, Operation: strconv.Itoa(id)}
}

func (l *long) Page(_ context.Context, q history.Query) (history.Page, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asked != nil {
		l.asked()
	}
	l.markers = append(l.markers, q.Marker)
	if err := l.fail[len(l.markers)]; err != nil {
		return history.Page{}, err
	}
	from, _ := strconv.Atoi(q.Marker)
	var page history.Page
	for i := from; i < min(from+l.pageSize, l.events); i++ {
		id := i + 1
		if q.Newest && !l.ignores {
			id = l.events - i
		}
		page.Events = append(page.Events, l.at(id))
	}
	if from+l.pageSize < l.events {
		page.Next = strconv.Itoa(from + l.pageSize)
	}
	return page, nil
}

func (l *long) Execution(context.Context, arn.Lane, callbacks.Target) (history.Execution, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.refuse) > 0 {
		err := l.refuse[0]
		l.refuse = l.refuse[1:]
		return history.Execution{}, err
	}
	return history.Execution{Status: l.status}, nil
}

func (l *long) pages() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.markers)
}

// untilRead asks until the reading is not put off any more, each time after the pause it named.
func untilRead(t *testing.T, quota *historytest.Quota, reader *history.Reader, to callbacks.Target) (found callbacks.Finding, asked int) {
	t.Helper()
	for range 100 {
		asked++
		if found = reader.Ask(t.Context(), to); found.History != callbacks.HistoryPutOff {
			return found, asked
		}
		if found.Again <= 0 {
			t.Fatalf("put off without saying for how long: %+v", found)
		}
		quota.Advance(found.Again)
	}
	t.Fatal("put off a hundred times")
	return found, asked
}

var ended = history.Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusStopped, Operation: "execution"}

// TestAsk_LongHistory: a history that is longer than the read quota allows at once is read in
// parts, each page once, and every page is paid for before it is asked for.
func TestAsk_LongHistory(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end    *history.Event
		status callbacks.OperationStatus
		want   callbacks.Closing
	}{
		"Ended": {&ended, callbacks.StatusStopped, callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundStopped, EventID: 1000}},
		"Open":  {nil, callbacks.StatusRunning, callbacks.Closing{Open: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quota := historytest.NewQuota(0)
			source := &long{events: 1000, pageSize: 25, end: test.end, status: test.status}
			source.asked = func() {
				if unpaid := len(source.markers) + 1 - quota.Taken(); unpaid > 0 {
					t.Errorf("%d pages are asked for that are not paid for", unpaid)
				}
			}
			began := quota.Now()
			found, times := untilRead(t, quota, quota.Reader(source, arn.Lanes{}), asked)
			if found.History != callbacks.HistoryRead || found.Closing != test.want {
				t.Errorf("found %+v, want %+v", found, test.want)
			}
			if times < 2 || source.pages() != 40 || quota.Taken() != 40 {
				t.Errorf("asked %d times, read %d pages, paid for %d; want each of 40 once, in parts", times, source.pages(), quota.Taken())
			}
			// two seconds' worth at once, then five a second
			if took, want := quota.Now().Sub(began), 6*time.Second; took != want {
				t.Errorf("it took %v, want %v", took, want)
			}
		})
	}
}

// TestAsk_OthersTakeTheirTurn: long histories and short ones share a small quota, and all are read.
func TestAsk_OthersTakeTheirTurn(t *testing.T) {
	t.Parallel()
	quota := historytest.NewQuota(0)
	source := &long{events: 1000, pageSize: 100, end: &ended, status: callbacks.StatusStopped}
	reader := quota.Reader(source, arn.Lanes{})
	const n = 12
	read := map[int]bool{}
	for round := 0; len(read) < n; round++ {
		if round > 1000 {
			t.Fatalf("only %d of %d histories are read to their end", len(read), n)
		}
		for i := range n {
			target := asked
			target.ID = callbacks.ID(strconv.Itoa(i))
			if !read[i] && reader.Ask(t.Context(), target).History == callbacks.HistoryRead {
				read[i] = true
			}
		}
		quota.Advance(200 * time.Millisecond)
	}
	if source.pages() != 10*n || quota.Taken() != 10*n {
		t.Errorf("read %d pages and paid for %d, want each of %d once", source.pages(), quota.Taken(), 10*n)
	}
}

// TestAsk_Interrupted: a fault in the middle does not lose the pages that were paid for. If Lambda
// does not continue where the reading was put off, the reading begins anew.
func TestAsk_Interrupted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fail  map[int]error
		want  []callbacks.HistoryState
		pages int
	}{
		"Fault": {
			map[int]error{3: &replies.Error{Reply: replies.Fault}},
			[]callbacks.HistoryState{callbacks.HistoryBusy, callbacks.HistoryRead}, 6,
		},
		"DeniedMeanwhile": {
			map[int]error{3: &replies.Error{Reply: replies.Denied}},
			[]callbacks.HistoryState{callbacks.HistoryUnreadable, callbacks.HistoryRead}, 8,
		},
		"MarkerExpired": {
			map[int]error{3: &replies.Error{Reply: replies.None}, 4: &replies.Error{Reply: replies.Invalid}},
			[]callbacks.HistoryState{callbacks.HistoryBusy, callbacks.HistoryBusy, callbacks.HistoryRead}, 9,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quota := historytest.NewQuota(time.Second)
			source := &long{events: 50, pageSize: 10, end: &ended, status: callbacks.StatusStopped, fail: test.fail}
			reader := quota.Reader(source, arn.Lanes{})
			for i, want := range test.want {
				if found := reader.Ask(t.Context(), asked); found.History != want {
					t.Errorf("asking %d: %+v, want state %d", i+1, found, want)
				}
			}
			if source.pages() != test.pages || quota.Taken() != test.pages {
				t.Errorf("%d pages asked for (%q), %d paid for; want %d", source.pages(), source.markers, quota.Taken(), test.pages)
			}
		})
	}
}

// TestAsk_ExecutionUnknown: if only the execution's state is not told, the pages of a long history
// are not read again. After a refusal they are, because asking for the state alone may never help.
func TestAsk_ExecutionUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events int
		refuse replies.Reply
		pages  int
	}{
		"Long":    {50, replies.Throttled, 5},
		"OnePage": {10, replies.Throttled, 3},
		"Denied":  {50, replies.Denied, 15},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quota, refused := historytest.NewQuota(time.Second), &replies.Error{Reply: test.refuse}
			source := &long{events: test.events, pageSize: 10, status: callbacks.StatusRunning, refuse: []error{refused, refused}}
			reader := quota.Reader(source, arn.Lanes{})
			for range 2 {
				if found := reader.Ask(t.Context(), asked); found.Reply != test.refuse {
					t.Errorf("found %+v, want the refusal", found)
				}
			}
			found := reader.Ask(t.Context(), asked)
			if found.History != callbacks.HistoryRead || !found.Closing.Open || source.pages() != test.pages {
				t.Errorf("found %+v after %d pages, want an open callback after %d", found, source.pages(), test.pages)
			}
		})
	}
}

// TestAsk_Endless: parts or not, a reading ends after fifty pages.
func TestAsk_Endless(t *testing.T) {
	t.Parallel()
	quota := historytest.NewQuota(0)
	source := &long{events: 1000, pageSize: 10, end: &ended, status: callbacks.StatusStopped}
	found, _ := untilRead(t, quota, quota.Reader(source, arn.Lanes{}), asked)
	if found.History != callbacks.HistoryUnreadable || found.Reply != replies.Gone || source.pages() != 50 {
		t.Errorf("found %+v after %d pages, want none after 50", found, source.pages())
	}
}

// TestTail_EndpointThatIgnoresTheOrder: its history is read to the end, in parts if need be.
func TestTail_EndpointThatIgnoresTheOrder(t *testing.T) {
	t.Parallel()
	quota := historytest.NewQuota(0)
	source := &long{events: 200, pageSize: 10, ignores: true}
	reader := quota.Reader(source, arn.Lanes{})
	for range 100 {
		tail, err := reader.Tail(t.Context(), asked, 190)
		if err == nil {
			if len(tail.Events) != 10 || tail.Gap || source.pages() != 20 || quota.Taken() != 20 {
				t.Errorf("%d events, gap %t, by %d requests, %d paid for", len(tail.Events), tail.Gap, source.pages(), quota.Taken())
			}
			return
		}
		quota.Advance(time.Second)
	}
	t.Error("never read to the end")
}
