package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// diagnose reports what is denied and why, then what is allowed.
func (i *inspection) diagnose(caller Caller) []Finding {
	var denied, allowed, open, untold []question
	for _, q := range i.questions {
		switch {
		case q.reply.Meaning == Done || q.reply.Meaning == Closed || q.saysClosed():
			allowed = append(allowed, q)
		case q.reply.Meaning == Denied && !q.elsewhere(i.function.place):
			denied = append(denied, q)
		case q.reply.Meaning.tells():
			open = append(open, q)
		default:
			untold = append(untold, q)
		}
	}
	findings := i.denials(denied, allowed, open, caller)
	switch {
	case len(allowed) > 0 && len(allowed) == len(i.questions):
		findings = append(findings, ok("allowed: everything that it needs"))
	case len(allowed) > 0:
		findings = append(findings, ok("allowed: %s", actions(allowed)))
	}
	if len(open) > 0 {
		findings = append(findings, ok("not denied (tested with a made-up ID only): %s", actions(open)))
	}
	if len(untold) > 0 {
		findings = append(findings, warning("could not be determined: %s (%s)", actions(untold), untold[0].reply.Text).todo("Run doctor again later."))
	}
	if i.execution == "" {
		findings = append(findings, warning("permissions on executions were not checked: the function's account is not known").
			todo("Name the function by its ARN."))
	}
	return findings
}

// saysClosed reports whether the answer is one that a closed callback may also get instead of an
// answer that says "closed". Only a caller who may complete the callback gets anything but a
// denial.
func (q question) saysClosed() bool {
	return q.sends() && !q.madeUp && (q.reply.Meaning == Refused || q.reply.Meaning == Missing)
}

// elsewhere reports whether a denial is about a resource other than this function, because AWS
// could not find out which function a made-up callback belongs to.
func (q question) elsewhere(p place) bool {
	resource := denialOf(q.reply.Text).resource
	return q.madeUp && resource != "" && !strings.Contains(resource, ":function:"+p.function)
}

// denials finds the mistake behind the denied questions. Without a history no callback is known,
// and then it cannot be told whether one may be completed: a permission that was not denied may
// still be missing.
func (i *inspection) denials(denied, allowed, open []question, caller Caller) []Finding {
	if len(denied) == 0 {
		return nil
	}
	if i.noneOf(allowed, open) {
		all := slices.Concat(denied, open)
		slices.SortStableFunc(all, func(a, b question) int { return strings.Compare(a.resource, b.resource) })
		if len(allowed) > 0 {
			return []Finding{deniedFinding("the policy names the function without the suffix :*, which never matches its executions", denied, all)}
		}
		who := caller.ARN
		if who == "" {
			who = "these credentials"
		}
		return []Finding{deniedFinding("no policy of "+who+" names this function in this region and account", denied, all)}
	}
	arn := i.function.place.arn()
	var findings []Finding
	for _, group := range []struct {
		effect string
		of     func(question) bool
	}{
		{"decisions cannot be delivered", func(q question) bool { return q.action == SendSuccess || q.action == SendFailure }},
		{"functions with a heartbeat timeout time out while somebody reviews", func(q question) bool { return q.action == SendHeartbeat }},
		{i.unread(), func(q question) bool { return slices.Contains(reads, q.action) }},
		{"its callbacks are not found", func(q question) bool { return q.resource == arn }},
	} {
		if some := slices.DeleteFunc(slices.Clone(denied), func(q question) bool { return !group.of(q) }); len(some) > 0 {
			f := deniedFinding(group.effect, some, some)
			if slices.Contains(reads, some[0].action) && slices.ContainsFunc(open, question.sends) {
				f = f.todo("If the policy does name them, check its ARN: without :* it never matches, and the actions that complete callbacks are missing too.")
			}
			findings = append(findings, f)
		}
	}
	return append(findings, i.versionsOnly(denied)...)
}

// noneOf reports whether nothing is allowed that is checked against a version: no read, and no
// completing that could be asked for.
func (i *inspection) noneOf(allowed, open []question) bool {
	versioned := func(q question) bool { return q.resource != i.function.place.arn() }
	return i.execution != "" && !slices.ContainsFunc(allowed, versioned) &&
		!slices.ContainsFunc(open, func(q question) bool { return !q.sends() })
}

// sends reports whether the question was to complete a callback or to send a heartbeat for it.
func (q question) sends() bool { return slices.Contains(sends, q.action) }

// unread returns what follows if a history may not be read.
func (i *inspection) unread() string {
	effect := "a decision whose answer is lost stays unconfirmed"
	if i.function.Watched {
		effect += ", and callbacks are not found"
	}
	return effect
}

// versionsOnly warns of a list permission that works today only because the desk names no version.
func (i *inspection) versionsOnly(denied []question) []Finding {
	for _, q := range denied {
		if q.action == ListExecutions && q.resource != i.function.place.arn() {
			f := deniedFinding("the desk works anyway, because it asks for no version", []question{q}, []question{q})
			f.Level = Warning
			return []Finding{f}
		}
	}
	return nil
}

// deniedFinding says what follows from a denial, and which lines the policy lacks.
func deniedFinding(effect string, denied, missing []question) Finding {
	f := problem("%s: %s denied%s", effect, actions(denied), because(denied))
	for _, q := range missing {
		if d := denialOf(q.reply.Text); d.explicit() {
			f = f.todo("An explicit deny outweighs every allow: remove %s from it.", q.action)
			continue
		}
		f = f.todo("allow %s on %s", q.action, q.resource)
	}
	return f
}

// because returns AWS's own reason.
func because(denied []question) string {
	for _, q := range denied {
		if d := denialOf(q.reply.Text); d.because != "" {
			return fmt.Sprintf(" (AWS: %s)", d.because)
		}
	}
	return ""
}

// actions names each action that was asked for, once.
func actions(questions []question) string {
	var all []string
	for _, q := range questions {
		if name := string(q.action); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}
