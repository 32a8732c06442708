package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/plural"
)

// Severity says how bad a finding is.
type Severity string

// The severities. What makes a file wrong is no finding: such a file is not read at all.
const (
	Warning Severity = "warning" // a request could wait in vain, or get a rule that nobody meant
	Note    Severity = "note"    // something that the desk does not know
)

// Finding is something about a policy that its author should know.
type Finding struct {
	Severity    Severity
	Path        string // of the key in countersign.yaml, as queues.finance.rules[0].when; may be empty
	Queue, Rule string // that it concerns; may be empty
	Text        string // a sentence without its full stop
	Detail      string // what follows from it, or how it is known, in sentences; may be empty
}

// Examine returns what is to be said of a policy, in the order of queues and rules. Without evidence
// it finds what the file alone shows, and says what it could not check.
func (p Policy) Examine(e *Evidence) []Finding {
	var all []Finding
	for _, name := range slices.Sorted(maps.Keys(p.Queues)) {
		q := p.Queues[name]
		all = append(all, p.encodedReject(q)...)
		for i, rule := range rules(q) {
			at := place{queue: q, index: i, rule: rule}
			all = append(all, p.rolesOf(at, e, all)...)
			all = append(all, p.escalatesTo(at, e)...)
			all = append(all, at.weakFallback()...)
			if e != nil {
				all = append(all, p.satisfiable(at, e)...)
				all = append(all, p.rejectable(at, e)...)
			}
		}
		if e != nil {
			all = append(all, conditions(q, e)...)
		}
	}
	if e == nil {
		return append(all, Finding{Severity: Note, Text: "Not known: who could sign, and what the conditions find",
			Detail: "Without a database that a desk has used nobody was seen, and no request is there to try the conditions on."})
	}
	return append(all, seen(e))
}

// sample says which requests are read.
var sample = fmt.Sprintf("of each queue the newest %d that wait and the newest %d others, at most %d in all, with about %d MiB of payloads",
	maxPending, maxRecent, maxRequests, maxPayloads>>20)

// seen says how far the findings reach.
func seen(e *Evidence) Finding {
	f := Finding{Severity: Note, Text: "Seen in 30 days: " + plural.CountOf(len(e.People), "person", "people"),
		Detail: "“Seen” means signed in here. The provider may know others."}
	if e.MorePeople {
		f.Detail = fmt.Sprintf("Only the last %d people were looked at.", maxPeople)
	}
	if e.MoreDelegations {
		f.Detail += fmt.Sprintf(" Only %d delegations were looked at.", maxDelegations)
	}
	if e.MoreRequests {
		f.Detail += " The conditions were tried on a sample, because more requests are kept: " + sample + "."
	}
	return f
}

// place is a rule in its queue.
type place struct {
	queue callbacks.Queue
	index int
	rule  callbacks.Rule
}

// path leads to the rule, or to a key of it. A queue without rules has its groups there.
func (at place) path(key string) string {
	if len(at.queue.Rules) == 0 {
		return "queues." + at.queue.Name + ".groups"
	}
	return fmt.Sprintf("queues.%s.rules[%d]%s", at.queue.Name, at.index, key)
}

// named says which rule it is, as the beginning of a sentence.
func (at place) named() string {
	if at.rule.Name == "" {
		return "Queue " + at.queue.Name
	}
	return "Rule " + at.rule.Name
}

func (at place) finding(s Severity, key, text, detail string) Finding {
	return Finding{Severity: s, Path: at.path(key), Queue: at.queue.Name, Rule: at.rule.Name, Text: text, Detail: detail}
}

// from returns the groups of a threshold.
func (at place) from(t callbacks.Threshold) []string {
	if len(t.From) == 0 {
		return at.queue.Groups
	}
	return t.From
}

// rolesOf finds groups that must sign and give no role for it, each once in its queue. That is usual
// where another group gives the role to all reviewers, so a group is no finding once a member was seen
// who can sign; whether anybody can is what [Policy.satisfiable] finds.
func (p Policy) rolesOf(at place, e *Evidence, found []Finding) (all []Finding) {
	for i, t := range at.rule.Signatures {
		for j, group := range t.From {
			text := "Group " + group + " gives no role that signs"
			told := func(f Finding) bool { return f.Queue == at.queue.Name && f.Text == text }
			if p.Roles.signs(group) || slices.ContainsFunc(slices.Concat(found, all), told) ||
				e != nil && inAny(e.signers(p, at.queue), group) {
				continue
			}
			all = append(all, at.finding(Note, fmt.Sprintf(".signatures[%d].from[%d]", i, j), text, roleElsewhere))
		}
	}
	return all
}

const roleElsewhere = "Its members can sign only if another of their groups is among roles.reviewers or roles.admins."

// escalatesTo finds groups to which a rule escalates and that give no role that signs, unless a member
// was seen who has one. They need not see the queue.
func (p Policy) escalatesTo(at place, e *Evidence) (all []Finding) {
	if at.rule.Escalate == nil {
		return nil
	}
	for i, group := range at.rule.Escalate.To {
		if p.Roles.signs(group) || e != nil && inAny(e.signers(p, callbacks.Queue{Groups: []string{group}}), group) {
			continue
		}
		all = append(all, at.finding(Note, fmt.Sprintf(".escalate.to[%d]", i),
			"Group "+group+", to which rule "+at.rule.Name+" escalates, gives no role that signs", roleElsewhere))
	}
	return all
}

// inAny reports whether any of some people is in a group.
func inAny(people []callbacks.Person, group string) bool {
	return slices.ContainsFunc(people, func(p callbacks.Person) bool { return p.InGroup([]string{group}) })
}

// rejectable finds a rule that asks for more signatures against a request than people were seen who
// could give them: whoever could fill a place may sign against.
func (p Policy) rejectable(at place, e *Evidence) []Finding {
	could := make(map[string]bool)
	for _, person := range e.signers(p, at.queue) {
		for _, t := range at.rule.Signatures {
			if person.InGroup(at.from(t)) {
				could[human(person)] = true
			}
		}
	}
	if at.rule.Against <= max(len(could), 1) {
		return nil
	}
	return []Finding{at.finding(Warning, ".against", fmt.Sprintf("%s needs %d signatures against, and %d %s seen who could give one",
		at.named(), at.rule.Against, len(could), was(len(could))), "Nobody could end such a request before its timeout by rejecting it.")}
}

// encodedReject finds a queue whose usual reject is a result, where results of some functions are encoded by a
// key or server that may be away: nobody could reject their requests then.
func (p Policy) encodedReject(q callbacks.Queue) []Finding {
	if q.RejectAs != callbacks.Success || len(p.Remote) == 0 {
		return nil
	}
	return []Finding{{
		Severity: Warning, Path: "queues." + q.Name + ".rejectAs", Queue: q.Name,
		Text:   "A reject that is a success needs the codec of " + strings.Join(p.Remote, ", "),
		Detail: "It is a result, and is encoded as every other: while the key or the server is down, nobody can reject such a request. A failure is never encoded.",
	}}
}

// weakFallback finds a rule with a condition that may ask for more than the rule of requests that no
// condition decides on: who can make a condition fail, or hold no longer, may then get by with less.
func (at place) weakFallback() []Finding {
	if at.rule.When == "" {
		return nil
	}
	q, fallback := at.queue, at.queue.Fallback()
	terms := q.Rules[at.index].Terms
	if fallback.Covers(terms) {
		return nil
	}
	detail := fmt.Sprintf("If the condition of %s cannot be evaluated, a request gets %[1]s all the same.", at.rule.Name)
	for _, earlier := range q.Rules[:at.index] {
		if instead := q.FallbackFor(earlier); earlier.When != "" && !instead.Covers(terms) {
			detail += fmt.Sprintf(" If the condition of %s cannot be evaluated, it gets %s, and %s is not tried.",
				earlier.Name, instead.Name, at.rule.Name)
			break
		}
	}
	if !slices.ContainsFunc(q.Rules, func(r callbacks.Rule) bool { return r.When == "" }) {
		detail += fmt.Sprintf(" If no condition holds, it gets %s.", fallback.Name)
	}
	return []Finding{at.finding(Warning, ".when", fmt.Sprintf("Rule %s may ask for more than %s, which applies if no condition decides",
		at.rule.Name, fallback.Name), detail)}
}

// satisfiable finds rules that the people seen here could not satisfy.
func (p Policy) satisfiable(at place, e *Evidence) []Finding {
	signers := e.signers(p, at.queue)
	var all []Finding
	for i, t := range at.rule.Signatures {
		members := 0
		for _, person := range signers {
			if person.InGroup(at.from(t)) {
				members++
			}
		}
		groups, key := strings.Join(at.from(t), " or "), fmt.Sprintf(".signatures[%d]", i)
		switch need := max(t.For, 1); {
		case members == 0:
			all = append(all, at.finding(Warning, key, "Nobody seen in "+groups+" in 30 days",
				fmt.Sprintf("%s needs %d of them who can sign. A request could wait until its timeout.", at.named(), need)))
		case members < need:
			all = append(all, at.finding(Warning, key, fmt.Sprintf("%s needs %d of %s, and %d %s seen in 30 days",
				at.named(), need, groups, members, was(members)), "A request could wait until its timeout."))
		}
	}
	if len(all) > 0 {
		return all
	}
	if missing := lacks(at, signers); missing != "" {
		return []Finding{at.finding(Warning, ".signatures", fmt.Sprintf("%s needs %d different people, and %d %s seen who can sign",
			at.named(), at.rule.Places(), len(signers), was(len(signers))), "One person fills one place. Missing: "+missing+".")}
	}
	return at.requesters(signers, e)
}

// requesters finds people without whom nobody could complete their own request. Whoever acts for them
// may not sign it either.
func (at place) requesters(signers []callbacks.Person, e *Evidence) []Finding {
	if !at.rule.ExcludesRequester() {
		return nil
	}
	var names []string
	missing, are := "", make(map[string]map[string]bool) // whom each counts as
	for _, p := range signers {
		are[p.ID] = map[string]bool{human(p): true}
		for _, other := range e.Delegations.Signer(p).ActsFor(at.queue.Name, e.Now, e.Now) {
			are[p.ID][human(other.Person)] = true
		}
	}
	for _, asks := range signers {
		others := slices.DeleteFunc(slices.Clone(signers), func(p callbacks.Person) bool { return are[p.ID][human(asks)] })
		if lack := lacks(at, others); lack != "" {
			names, missing = append(names, asks.Actor().Name), lack
		}
	}
	if len(names) == 0 {
		return nil
	}
	who := names[0] + " asks"
	if len(names) > 1 {
		who = "one of " + joined(names) + " asks"
	}
	return []Finding{at.finding(Warning, "", "If "+who+", too few are left for "+strings.ToLower(at.named()[:1])+at.named()[1:],
		"Neither the requester nor anybody who acts for them may sign. Missing then: "+missing+".")}
}

// human is the same for all accounts of somebody with one verified address.
func human(p callbacks.Person) string { return cmp.Or(p.VerifiedAddress(), p.ID) }

// lacks says what would be missing if some people signed; it is empty if nothing would.
func lacks(at place, signers []callbacks.Person) string {
	proposal := callbacks.Proposal{Hash: "all", Outcome: callbacks.OutcomeApprove, Stance: callbacks.For}
	var signatures []callbacks.Signature
	for _, p := range signers {
		signatures = append(signatures, callbacks.Signature{
			By: p.Actor(), Address: p.VerifiedAddress(), Groups: p.Groups, InQueue: true, NotRequester: true, Proposal: proposal,
		})
	}
	tally := callbacks.Weigh(callbacks.Requirement{Terms: at.rule.Terms}, signatures).Of(proposal)
	return tally.Words()
}

// conditions finds what the conditions of a queue do on the requests that it has received.
func conditions(q callbacks.Queue, e *Evidence) (all []Finding) {
	known := slices.DeleteFunc(slices.Clone(e.Requests[q.Name]), func(r Request) bool { return r.Unread })
	taken, faults, reasons := make([]int, len(q.Rules)), make([]int, len(q.Rules)), make([]string, len(q.Rules))
	for _, r := range known {
		for i, step := range q.Steps(&r.Callback, &r.Content) {
			switch step.Result {
			case callbacks.StepHolds:
				taken[i]++
			case callbacks.StepFault:
				faults[i]++
				reasons[i] = step.Fault
			case callbacks.StepNot, callbacks.StepUntested:
			}
		}
	}
	for i, rule := range q.Rules {
		at := place{queue: q, index: i, rule: rule}
		switch {
		case rule.When == "":
		case len(known) == 0:
			all = append(all, at.finding(Note, ".when", "Not known: what the condition of "+rule.Name+" finds",
				"No request of queue "+q.Name+" is there to try it on."))
		case faults[i] > 0:
			all = append(all, at.finding(Warning, ".when", fmt.Sprintf("The condition of %s cannot be evaluated for %d of %s",
				rule.Name, faults[i], plural.Count(len(known), "request")),
				fmt.Sprintf("The last one: %s. Such requests get rule %s.", reasons[i], q.FallbackFor(rule).Name)))
		case taken[i] == 0:
			all = append(all, at.finding(Note, ".when", fmt.Sprintf("None of %s would get rule %s",
				plural.Count(len(known), "request"), rule.Name), ""))
		}
	}
	return all
}

// was is the verb of a number of people.
func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// maxNames bounds the names in a sentence.
const maxNames = 5

func joined(names []string) string {
	if more := len(names) - maxNames; more > 0 {
		return strings.Join(names[:maxNames], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
