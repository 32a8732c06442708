package timers

import (
	"container/heap"
	"time"
)

// Alarm is one moment at which the engine has to do something by itself.
type Alarm struct {
	at    time.Time
	ring  func(now time.Time)
	index int // place in the heap, -1 after it rang or was cancelled
}

// Alarms are the alarms that are set. The zero value has none.
type Alarms struct{ heap alarmHeap }

// Set adds an alarm that [Alarms.Ring] rings at or after the given time.
func (a *Alarms) Set(at time.Time, ring func(now time.Time)) *Alarm {
	alarm := &Alarm{at: at, ring: ring}
	heap.Push(&a.heap, alarm)
	return alarm
}

// Cancel removes an alarm. It does nothing for nil and for an alarm that has already rung.
func (a *Alarms) Cancel(alarm *Alarm) {
	if alarm != nil && alarm.index >= 0 {
		heap.Remove(&a.heap, alarm.index)
	}
}

// Ring removes the alarms that are due and rings them, the earliest first. It also rings alarms
// that these set, if they are due as well.
func (a *Alarms) Ring(now time.Time) {
	for at, ok := a.Next(); ok && !at.After(now); at, ok = a.Next() {
		heap.Pop(&a.heap).(*Alarm).ring(now)
	}
}

// Next returns when the earliest alarm is due.
func (a *Alarms) Next() (at time.Time, ok bool) {
	if len(a.heap) == 0 {
		return time.Time{}, false
	}
	return a.heap[0].at, true
}

// alarmHeap has the earliest alarm on top.
type alarmHeap []*Alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h alarmHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *alarmHeap) Push(a any) {
	a.(*Alarm).index = len(*h)
	*h = append(*h, a.(*Alarm))
}

// Pop implements heap.Interface.
func (h *alarmHeap) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	a.index = -1
	return a
}
