package notice

import (
	"testing"
	"time"
)

// TestFollow: what waits is joined, what was sent only where it can change, and nothing is put off
// longer than it may be.
func TestFollow(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	at := func(d time.Duration) time.Time { return now.Add(d) }
	waits := &Earlier{MadeAt: at(-time.Minute), DueAt: at(5 * time.Second), Items: 1}
	sent := &Earlier{MadeAt: at(-time.Hour), SentAt: at(-10 * time.Second), Items: 1}
	for name, tc := range map[string]struct {
		gathering   Gathering
		due, latest time.Duration
		last        *Earlier
		joins       bool
		want        time.Duration
	}{
		"alone":                       {Alone, 0, time.Hour, waits, false, 0},
		"the first waits for others":  {Batch, 0, time.Hour, nil, false, window},
		"but not too long":            {Batch, 0, time.Second, nil, false, time.Second},
		"nor if it is late":           {Batch, 0, -time.Second, nil, false, 0},
		"one that waits":              {Batch, time.Minute, time.Hour, waits, true, 5 * time.Second},
		"that has to come sooner":     {Batch, 0, time.Second, waits, true, time.Second},
		"that waits for another hour": {Batch, 0, time.Hour, &Earlier{DueAt: at(time.Hour), Items: 1}, false, window},
		"that is full":                {Joining, 0, time.Hour, &Earlier{MadeAt: now, DueAt: at(time.Second), Items: MaxItems}, false, window},
		"one that was sent and stays": {Batch, 0, time.Hour, sent, false, batchPause - 10*time.Second},
		"one that changes":            {Joining, 0, time.Hour, sent, true, joinPause - 10*time.Second},
		"which has to change sooner":  {Joining, 0, 20 * time.Second, sent, true, 20 * time.Second},
		"which is old":                {Joining, 0, time.Hour, &Earlier{MadeAt: at(-joinsFor), SentAt: at(-time.Hour), Items: 1}, false, window},
	} {
		p := Planned{Due: at(tc.due), Latest: at(tc.latest), Gathering: tc.gathering}
		if joins, due := p.Follow(tc.last, now); joins != tc.joins || !due.Equal(at(tc.want)) {
			t.Errorf("%s: joins %t, due in %v; want %t, %v", name, joins, due.Sub(now), tc.joins, tc.want)
		}
	}
}
