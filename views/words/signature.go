package words

import (
	"fmt"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// signed says what an audit entry of a signature adds: what was signed, for whom, how many count
// since then, and why.
func signed(a callbacks.Action, f callbacks.Facts) string {
	s := f.Signature
	if s == nil {
		return ""
	}
	text := s.Outcome + changed(f)
	if a == callbacks.ActionVoid {
		text = "The signature of " + s.By + " for " + s.Outcome + " does not count any more"
	}
	if s.ActingFor != "" {
		text += ", acting for " + s.ActingFor
	}
	return withReason(fmt.Sprintf("%s: %d of %d%s.", text, s.Has, s.Needs, byRule(s.Rule)), f)
}

// rebound says which requirement was replaced by which.
func rebound(f callbacks.Facts) string {
	p := f.Policy
	if p == nil {
		return ""
	}
	from, to := p.From.Places(), p.To.Places()
	text := fmt.Sprintf("From %s%s to %s%s.", signatures(from), byRule(p.From.Rule), signatures(to), byRule(p.To.Rule))
	return withReason(compared(p.From.Terms, p.To.Terms)+text, f)
}

// compared says whether other terms are easier to meet; it is empty if they are as strict.
func compared(from, to callbacks.Terms) string {
	switch {
	case to.Covers(from):
		return ""
	case to.Places() < from.Places():
		return "Fewer signatures. "
	case from.Covers(to):
		return "Easier to meet. "
	}
	return "Neither is stricter than the other. "
}

func signatures(n int) string {
	if n == 1 {
		return "1 signature"
	}
	return fmt.Sprintf("%d signatures", n)
}

func byRule(name string) string {
	if name == "" {
		return ""
	}
	return " by the rule " + name
}

func withReason(text string, f callbacks.Facts) string {
	if f.Reason == "" {
		return text
	}
	return text + " " + f.Reason
}

// fateWords say what became of a signature.
var fateWords = map[desk.Fate]string{
	desk.FateWaiting:   "waits for others",
	desk.FateDecided:   "counted",
	desk.FateOutvoted:  "something else was decided",
	desk.FateLate:      "too late",
	desk.FateWithdrawn: "withdrawn",
	desk.FateReplaced:  "signed again",
	desk.FateVoid:      "void",
}

// Fate says what became of a signature.
func Fate(f desk.Fate) string { return fateWords[f] }

// SignedMark says for a row of a list that the signature of its reader is void, or else how many have
// signed a callback that needs several signatures. ok is false for any other callback, and for one
// that is decided.
func SignedMark(r *desk.Row) (m Mark, ok bool) {
	sum := fmt.Sprintf("%d of %d", r.Signing.Has, r.Signing.Needs)
	switch {
	case r.Signing.Void && r.Signing.May:
		return Mark{Word: "Yours is void, must sign again", Icon: "warn", Tone: "problem"}, true
	case r.Signing.Void:
		return Mark{Word: "Yours is void", Icon: "warn", Tone: "problem"}, true
	case r.Signing.Needs < 2 || r.Decision != nil:
		return Mark{}, false
	case r.State != callbacks.Pending:
		return Mark{Word: sum + ", too late", Icon: "clock", Tone: "over"}, r.Signing.Has > 0
	case r.Signing.Signed:
		return Mark{Word: "You signed, " + sum, Icon: "check"}, true
	case !r.Signing.May:
		return Mark{Word: sum + ", not yours"}, true
	}
	return Mark{Word: sum + " signed"}, true
}
