package review

import (
	"cmp"

	"countersign/internal/callbacks"
)

// doubtNotes say in a few words why the history does not show what became of a decision.
var doubtNotes = map[callbacks.Doubt]string{
	callbacks.DoubtNoARN:     "execution not named",
	callbacks.DoubtDenied:    "permission denied",
	callbacks.DoubtGone:      "no history there",
	callbacks.DoubtRefused:   "refused by Lambda",
	callbacks.DoubtKMS:       "its key cannot be used",
	callbacks.DoubtThrottled: "throttled until the end",
	callbacks.DoubtFailing:   "not readable until the end",
	callbacks.DoubtOpen:      "still open there",
	callbacks.DoubtPayload:   "its payload is not shown",
	callbacks.DoubtRefusal:   "lost or refused, not known which",
}

func doubtNote(c *callbacks.Callback) string {
	if c.Ending == nil {
		return ""
	}
	return cmp.Or(doubtNotes[c.Ending.Doubt], "the history cannot tell")
}

// What an operator can do about a doubt. The constants are for hints that several doubts share.
const (
	sendAgain   = "send again: Lambda takes the same bytes once at most, and the history tells the rest."
	askFunction = "Look in the function’s own logs whether it went on with the decision, and finish by hand what it did not."
)

// doubtHint says what an operator can do if nobody knows whether a decision arrived.
func doubtHint(m Review) string {
	c := &m.Callback
	if c.Ending == nil {
		return ""
	}
	switch c.Ending.Doubt {
	case callbacks.DoubtNoARN:
		return "Look at the execution in AWS: if the callback is still open there, send the decision again. Let the sender announce executionArn from now on."
	case callbacks.DoubtDenied:
		return "Allow " + readingPermissions(m) + ", then " + sendAgain
	case callbacks.DoubtGone:
		return "Its retention is over, or the executionArn that was announced is another one’s: sending again changes nothing. " + askFunction
	case callbacks.DoubtRefused:
		return "Compare the executionArn that was announced with the execution’s own: sending again changes nothing. " + askFunction
	case callbacks.DoubtKMS:
		return "Enable the key of the function and allow kms:Decrypt with it, then " + sendAgain
	case callbacks.DoubtThrottled:
		return "When others read less in this account and region, " + sendAgain
	case callbacks.DoubtFailing:
		return "Once Lambda answers, " + sendAgain
	case callbacks.DoubtOpen:
		return "In a while, " + sendAgain
	case callbacks.DoubtRefusal:
		return "Look at the execution in AWS: if the callback is closed there, it ended before the decision arrived; if it is open, Lambda refuses the decision itself. " +
			"Let the desk read the history, by " + readingPermissions(m) + " and an announced executionArn, then " + sendAgain
	case callbacks.DoubtPayload:
		return "It may be this decision or another client’s: sending again changes nothing. " + askFunction
	}
	return "Look at the execution in AWS, or " + sendAgain // recorded before doubts were kept
}

// readingPermissions names the permissions that reading a history needs, and the role that needs
// them.
func readingPermissions(m Review) string {
	needed := "lambda:GetDurableExecutionHistory and lambda:GetDurableExecution"
	if m.Callback.Function != "" {
		needed += " on " + m.Callback.Function + ":*"
	}
	if m.Delivery != nil && m.Delivery.Lane.Account != "" {
		needed += " in the role of account " + m.Delivery.Lane.Account
	}
	return needed
}
