package worker

// Alarm wakes a loop. Ringing never blocks. A wake-up that no loop waits for is kept; several count
// as one.
type Alarm chan struct{}

// NewAlarm makes an alarm for one loop.
func NewAlarm() Alarm { return make(Alarm, 1) }

// Ring wakes the loop, now or as soon as its round is over.
func (a Alarm) Ring() {
	select {
	case a <- struct{}{}:
	default:
	}
}
