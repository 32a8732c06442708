package notice

import (
	"testing"

	"countersign/internal/callbacks"
)

// TestItem_OnLockScreens: a push has the title and the fields only where the queue lets them out; other
// messages say the title unless the queue keeps it back.
func TestItem_OnLockScreens(t *testing.T) {
	t.Parallel()
	s := &Situation{
		Callback: callbacks.Callback{Request: callbacks.Request{Queue: "finance", Title: "Expense report"}},
		Content:  callbacks.Content{Payload: []byte(`{"total":7}`)},
	}
	for rule, want := range map[TitleRule][2]string{
		TitleInside: {"Expense report 7", ""}, TitleEverywhere: {"Expense report 7", "Expense report 7"}, TitleNowhere: {" 7", ""},
	} {
		c := &Circle{Rules: Rules{Queues: map[string]QueueRules{"finance": {Title: rule, Fields: []FieldRule{{Label: "Total", Pointer: "/total"}}}}}}
		for i, channel := range []string{Email, Push} {
			item, got := c.item(s, channel, ""), ""
			if got = item.Title; len(item.Fields) > 0 {
				got += " " + item.Fields[0].Value
			}
			if got != want[i] {
				t.Errorf("title %q, on %s: got %q, want %q", rule, channel, got, want[i])
			}
		}
	}
}
