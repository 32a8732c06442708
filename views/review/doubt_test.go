package review

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
	"countersign/views/words"
)

// TestDoubts: each doubt has its own note and its own advice to an admin, and to nobody else.
func TestDoubts(t *testing.T) {
	t.Parallel()
	admin, reviewer := viewstest.Shell("mine", "/"), viewstest.Shell("mine", "/")
	reviewer.Viewer = viewstest.Lena
	const rest = "send again: Lambda takes the same bytes once at most, and the history tells the rest."
	const logs = "sending again changes nothing. Look in the function’s own logs whether it went on with the decision, and finish by hand what it did not."
	for doubt, want := range map[callbacks.Doubt]struct{ note, hint string }{
		callbacks.DoubtNoARN: {"execution not named",
			"Look at the execution in AWS: if the callback is still open there, send the decision again. Let the sender announce executionArn from now on."},
		callbacks.DoubtDenied: {"permission denied",
			"Allow lambda:GetDurableExecutionHistory and lambda:GetDurableExecution on expense-approval:*, then " + rest},
		callbacks.DoubtGone:      {"no history there", "Its retention is over, or the executionArn that was announced is another one’s: " + logs},
		callbacks.DoubtRefused:   {"refused by Lambda", "Compare the executionArn that was announced with the execution’s own: " + logs},
		callbacks.DoubtKMS:       {"its key cannot be used", "Enable the key of the function and allow kms:Decrypt with it, then " + rest},
		callbacks.DoubtThrottled: {"throttled until the end", "When others read less in this account and region, " + rest},
		callbacks.DoubtFailing:   {"not readable until the end", "Once Lambda answers, " + rest},
		callbacks.DoubtOpen:      {"still open there", "In a while, " + rest},
		callbacks.DoubtRefusal: {"lost or refused, not known which",
			"Look at the execution in AWS: if the callback is closed there, it ended before the decision arrived; if it is open, Lambda refuses the decision itself. " +
				"Let the desk read the history, by lambda:GetDurableExecutionHistory and lambda:GetDurableExecution on expense-approval:* and an announced executionArn, then " + rest},
		callbacks.DoubtPayload: {"its payload is not shown", "It may be this decision or another client’s: " + logs},
		"":                     {"the history cannot tell", "Look at the execution in AWS, or " + rest},
	} {
		m := inDoubt(doubt)
		why := words.Ending(m.Callback.Ending, m.Callback.Decision) + " "
		page := viewstest.HTML(t, Page(admin, m))
		if got := viewstest.Words(page.Find("#verdict")); !strings.Contains(got, why+want.hint) {
			t.Errorf("%q is told to an admin as %q, want %q", doubt, got, want.hint)
		}
		if got := viewstest.Words(page.Find("#receipt")); !strings.Contains(got, "Not seen in history") || !strings.Contains(got, want.note) {
			t.Errorf("%q: the receipt says %q, want %q", doubt, got, want.note)
		}
		got := viewstest.Words(viewstest.HTML(t, Page(reviewer, m)).Find("#verdict"))
		if !strings.Contains(got, why+"An admin needs to look at this.") {
			t.Errorf("%q is told to a reviewer as %q", doubt, got)
		}
	}
}

func TestReadingPermissions(t *testing.T) {
	t.Parallel()
	theirs := inDoubt(callbacks.DoubtDenied)
	theirs.Delivery.Lane.Account = "111122223333"
	nameless := inDoubt(callbacks.DoubtDenied)
	nameless.Callback.Function = ""
	for want, m := range map[string]Review{
		"lambda:GetDurableExecutionHistory and lambda:GetDurableExecution on expense-approval:* in the role of account 111122223333": theirs,
		"lambda:GetDurableExecutionHistory and lambda:GetDurableExecution":                                                           nameless,
	} {
		if got := readingPermissions(m); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
