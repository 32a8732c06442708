package callbacks

import (
	"testing"

	"countersign/internal/replies"
)

// TestProven: an ending is proven where the history was seen to hold the bytes that were sent.
func TestProven(t *testing.T) {
	t.Parallel()
	empty := Completion{Kind: Success}
	for name, tt := range map[string]struct {
		closing Closing
		ours    Completion
		want    bool
	}{
		"OurPayload":       {Closing{By: EndedByOther, Completion: &yes, At: t0, EventID: 7}, yes, true},
		"NoPayload":        {Closing{By: EndedByOther, Kind: Success, At: t0, EventID: 7}, yes, false},
		"NothingOfNothing": {Closing{By: EndedByOther, Kind: Success, NoPayload: true, At: t0, EventID: 7}, empty, true},
		"NothingOfSome":    {Closing{By: EndedByOther, Kind: Success, NoPayload: true, At: t0, EventID: 7}, yes, false},
		"NothingReadable":  {Closing{By: EndedByOther, Kind: Success, At: t0, EventID: 7}, empty, false},
		"AnotherPayload":   {Closing{By: EndedByOther, Completion: &no, At: t0, EventID: 7}, yes, false},
	} {
		c := in(Completed)
		if _, err := receiptOf(tt.ours, tt.closing)(&c); err != nil || c.Ending.Proven != tt.want || c.Ending.Event != 7 {
			t.Errorf("%s: %+v (%v), want proven %t", name, c.Ending, err, tt.want)
		}
	}
	c := in(Decided)
	for reply, want := range map[replies.Reply]bool{replies.Accepted: false, replies.Closed: true} {
		if e := c.EndedByDecision(reply, Closing{At: t0, EventID: 7}, t0); e.Proven != want {
			t.Errorf("answer %s: %+v, want proven %t", reply, e, want)
		}
	}
}
