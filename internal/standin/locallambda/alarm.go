package locallambda

import (
	"container/heap"
	"time"
)

// alarm is one moment at which the engine has to do something by itself.
type alarm struct {
	at    time.Time
	ring  func(now time.Time)
	index int // place in the heap, -1 once it rang or was cancelled
}

// alarms is a heap with the earliest alarm on top; use set and cancel rather than the heap's own methods.
type alarms []*alarm

// set adds an alarm that calls ring, with the engine locked, at or after the given time.
func (h *alarms) set(at time.Time, ring func(now time.Time)) *alarm {
	a := &alarm{at: at, ring: ring}
	heap.Push(h, a)
	return a
}

// cancel removes an alarm. A nil alarm, or one that rang already, is left alone.
func (h *alarms) cancel(a *alarm) {
	if a != nil && a.index >= 0 {
		heap.Remove(h, a.index)
	}
}

// due removes and returns the earliest alarm that is due, or nil.
func (h *alarms) due(now time.Time) *alarm {
	if len(*h) == 0 || (*h)[0].at.After(now) {
		return nil
	}
	return heap.Pop(h).(*alarm)
}

func (h alarms) Len() int           { return len(h) }
func (h alarms) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h alarms) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *alarms) Push(a any) {
	a.(*alarm).index = len(*h)
	*h = append(*h, a.(*alarm))
}

// Pop implements heap.Interface.
func (h *alarms) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	a.index = -1
	return a
}
