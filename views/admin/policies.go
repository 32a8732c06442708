package admin

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/linediff"
	"countersign/internal/policy"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// Policies is the page of the rules about who must sign: those in force, what is to be said of them,
// and the answer to a question.
type Policies struct {
	policy.Answer
	Question policy.Question
	File     string // path of the file in force
}

// queues are those in force, by name.
func (m Policies) queues() (all []callbacks.Queue) {
	for _, q := range m.InForce.Queues {
		all = append(all, q)
	}
	slices.SortFunc(all, func(a, b callbacks.Queue) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// bound is how many pending requests a version binds, as the beginning of a sentence.
type bound struct {
	Keep    string
	Version callbacks.ConfigVersion
}

// earlier are the versions before the one in force that bind pending requests, those of most first.
func (m Policies) earlier() (all []bound) {
	versions := slices.SortedFunc(maps.Keys(m.Bound), func(a, b callbacks.ConfigVersion) int {
		return cmp.Or(cmp.Compare(m.Bound[b], m.Bound[a]), cmp.Compare(a, b))
	})
	for _, v := range versions {
		if v == m.InForce.Version || v == "" {
			continue
		}
		keep := words.Plural(m.Bound[v], "pending request") + " keep version"
		if m.Bound[v] == 1 {
			keep = "1 pending request keeps version"
		}
		all = append(all, bound{keep, v})
	}
	return all[:min(len(all), maxEarlier)]
}

// maxEarlier bounds the versions that the page names.
const maxEarlier = 20

// size says how many queues and rules there are.
func (m Policies) size() string {
	rules := 0
	for _, q := range m.InForce.Queues {
		rules += len(q.Rules)
	}
	return words.Plural(len(m.InForce.Queues), "queue") + ", " + words.Plural(rules, "rule")
}

// maxAlertQueues bounds the queues that an alert names.
const maxAlertQueues = 3

// SignersAlert says on how many requests too few people could decide, in a line for the other pages
// of admins. counts has them by queue; the text is empty if there are none.
func SignersAlert(counts map[string]int) string {
	total, names := 0, []string(nil)
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[name]; n > 0 {
			total, names = total+n, append(names, fmt.Sprintf("%s %d", name, n))
		}
	}
	if total == 0 {
		return ""
	}
	if more := len(names) - maxAlertQueues; more > 0 {
		names = append(names[:maxAlertQueues], words.Plural(more, "more queue"))
	}
	return words.Plural(total, "pending request") + " cannot be decided by the people who were seen here in 30 days: " +
		strings.Join(names, ", ") + "."
}

// alarmCount is how many requests are listed.
func alarmCount(all []policy.Alarm) string {
	if len(all) == policy.MaxAlarms {
		return fmt.Sprintf("the newest %d requests", policy.MaxAlarms)
	}
	return words.Plural(len(all), "request")
}

// alarmWhy says in which queue a request is, and why too few people could decide it.
func alarmWhy(a *policy.Alarm) string {
	if a.Unconfigured {
		return words.Unconfigured(a.Callback.Queue)
	}
	return "Queue " + a.Callback.Queue + ". Too few were seen of: " + strings.Join(a.Missing, ", ") + "."
}

// looked says what the findings rest on.
func (m Policies) looked() string {
	requests := 0
	for _, all := range m.Evidence.Requests {
		requests += len(all)
	}
	more := ""
	if m.Evidence.MoreRequests {
		more = "the newest "
	}
	return fmt.Sprintf("%s seen, and %s%s", howMany(len(m.Evidence.People)), more, words.Plural(requests, "request"))
}

// howMany counts people.
func howMany(people int) string {
	if people == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", people)
}

// count is how many findings have a severity.
func count(all []policy.Finding, s policy.Severity) (n int) {
	for _, f := range all {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// lineOf is the line of a finding in the file of its policy, 0 for none.
func lineOf(p policy.Policy, f policy.Finding) int {
	if p.Text == nil || f.Path == "" {
		return 0
	}
	line, _ := p.Text.Place(f.Path)
	return line
}

// codeLine is a line of the file. Hit says that a finding is there.
type codeLine struct {
	Number int
	Text   string
	Hit    bool
}

// linesOf are the lines that speak of a queue. They are none for one that the file does not name.
func (m Policies) linesOf(q callbacks.Queue) (all []codeLine) {
	if m.InForce.Text == nil {
		return nil
	}
	first, lines := m.InForce.Text.QueueLines(q.Name)
	for i, text := range lines {
		line := codeLine{Number: first + i, Text: text}
		line.Hit = slices.ContainsFunc(m.Findings, func(f policy.Finding) bool {
			return f.Severity == policy.Warning && f.Queue == q.Name && lineOf(m.InForce, f) == line.Number
		})
		all = append(all, line)
	}
	return all
}

// changedLines are the lines of one queue that a pasted file changes, with those around them.
type changedLines struct {
	Queue  string
	Groups [][]linediff.Line
	// Was and Is are the numbers of the first lines in the two files.
	Was, Is int
}

// around is how many lines that stay are shown before and after one that changes.
const around = 2

// planLines are the queues whose lines a pasted file changes.
func (m Policies) planLines() (all []changedLines) {
	if m.InForce.Text == nil || m.Draft == nil || m.Draft.Text == nil {
		return nil
	}
	names := maps.Clone(m.InForce.Queues)
	maps.Copy(names, m.Draft.Queues)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		first, was := m.InForce.Text.QueueLines(name)
		second, is := m.Draft.Text.QueueLines(name)
		if groups := linediff.Changed(linediff.Of(was, is), around); len(groups) > 0 {
			all = append(all, changedLines{name, groups, first, second})
		}
	}
	return all
}

// number is the number of a line in the pasted file, or of one that it drops in the file in force.
func (c changedLines) number(l linediff.Line) string {
	if l.Kind == linediff.Removed {
		return strconv.Itoa(c.Was + l.Was)
	}
	return strconv.Itoa(c.Is + l.Is)
}

// warnings are the findings about a queue that say that something is wrong.
func (m Policies) warnings(queue string) (all []policy.Finding) {
	for _, f := range m.Findings {
		if f.Severity == policy.Warning && f.Queue == queue {
			all = append(all, f)
		}
	}
	return all
}

// said is a rule in words.
type said struct{ Name, When, Terms string }

// rulesSaid says the rules of a queue. What the queue adds to each of them is said once, by added.
func rulesSaid(q callbacks.Queue) (all []said) {
	if len(q.Rules) == 0 {
		return []said{{Terms: words.Terms(callbacks.OneSignature.Terms)}}
	}
	for _, r := range q.Rules {
		all = append(all, said{r.Name, r.When, words.Terms(r.Terms)})
	}
	return all
}

// added says what a queue asks of every request.
func added(q callbacks.Queue) (all []string) {
	if q.FourEyes {
		all = append(all, "The requester may not sign, whatever the rule.")
	}
	if q.GroupsNotOlderThan > 0 {
		all = append(all, "Groups must have been read within "+words.Duration(q.GroupsNotOlderThan)+".")
	}
	if q.KeepAliveMax > 0 {
		all = append(all, "While signatures wait for others, heartbeats go on for at most "+words.Duration(q.KeepAliveMax)+".")
	}
	if len(q.Rules) > 0 {
		all = append(all, "If no condition holds, or one cannot be evaluated: "+q.Fallback().Name+".")
	}
	return all
}

// chosen says why a request gets its rule.
func chosen(t *policy.Trial) string {
	r := t.Requirement
	switch r.Basis {
	case callbacks.BasisCondition:
		i := slices.IndexFunc(t.Steps, func(s callbacks.Step) bool { return s.Result == callbacks.StepHolds })
		if i >= 0 && t.Steps[i].Rule.When == "" {
			return "It takes every request that no earlier rule took."
		}
		return "Its condition is the first that holds."
	case callbacks.BasisOtherwise:
		return "No condition holds."
	case callbacks.BasisFault:
		return "A condition cannot be evaluated. " + words.Capital(r.Fault) + "."
	case callbacks.BasisStood:
		return "It bound the request before more was known, and what is known now asks for less."
	}
	return "The queue has no rules."
}

// stepWords says what was found of a rule.
func stepWords(s callbacks.Step) words.Mark {
	switch s.Result {
	case callbacks.StepHolds:
		return words.Mark{Word: "holds", Icon: "check"}
	case callbacks.StepNot:
		return words.Mark{Word: "does not hold", Icon: "dash"}
	case callbacks.StepFault:
		return words.Mark{Word: "cannot be evaluated: " + s.Fault, Icon: "warn", Tone: "problem"}
	case callbacks.StepUntested:
	}
	return words.Mark{Word: "not tried", Icon: "dash"}
}

// enough says whether those who can sign are enough.
func enough(t *policy.Trial) string {
	people := howMany(t.Can) + " seen here can sign"
	if t.Again > 0 {
		people += fmt.Sprintf(", and %d more after signing in again", t.Again)
	}
	if t.Missing == "" {
		return people + ". That is enough."
	}
	return people + ". Missing even then: " + t.Missing + "."
}

// verdict says in a few words whether a person could sign.
func verdict(v *policy.Verdict) words.Mark {
	failed, ok := v.Failed()
	switch {
	case !ok && v.ActingFor != "":
		return words.Mark{Word: "Can sign, for " + untrusted.Isolate(v.ActingFor), Icon: "check", Tone: "approved"}
	case !ok:
		return words.Mark{Word: "Can sign", Icon: "check", Tone: "approved"}
	case failed.Result == callbacks.GateUnknown:
		return words.Mark{Word: "After signing in again", Icon: "warn", Tone: "problem"}
	}
	return words.Mark{Word: "Cannot", Icon: "x", Tone: "over"}
}

// maxShownPeople bounds the people of a trial that the page lists.
const maxShownPeople = 100

// direction is a change as a mark.
func direction(d policy.Direction) words.Mark {
	mark := words.Mark{Word: words.Capital(string(d)), Icon: "flag"}
	switch d {
	case policy.Loosened, policy.Removed:
		mark.Tone = "problem"
	case policy.Tightened, policy.Added, policy.Altered:
	}
	return mark
}

// right is what somebody gains or loses, as a mark.
func right(r policy.Right) words.Mark {
	switch {
	case len(r.Loses) == 0:
		return words.Mark{Word: "May sign", Icon: "flag", Tone: "problem"}
	case len(r.Gains) == 0:
		return words.Mark{Word: "May no longer sign", Icon: "flag"}
	}
	return words.Mark{Word: "Signs elsewhere", Icon: "flag", Tone: "problem"}
}

// about says what a change is about.
func about(c policy.Change) string {
	switch {
	case c.Queue == "":
		return "Roles, " + c.What
	case c.Rule == "":
		return "Queue " + c.Queue + ", " + c.What
	}
	return "Queue " + c.Queue + ", rule " + c.Rule + ", " + c.What
}

// required says what a requirement asks for.
func required(r callbacks.Requirement) string {
	if r.Rule == "" {
		return policy.Signatures(r.Terms)
	}
	return r.Rule + ": " + policy.Signatures(r.Terms)
}

// moved says how many people gain or lose the right to sign.
func moved(m Policies) string {
	return fmt.Sprintf("People seen who would gain or lose the right to sign in a queue: %d of %d.",
		len(m.Plan.Rights), len(m.Evidence.People))
}

// past says what would have become of the requests that are kept.
func past(p *policy.Plan) string {
	return fmt.Sprintf("Of %s, %d would need fewer signatures, and %d more.", words.Plural(p.Compared, "request"), p.Fewer, p.More)
}

// faultLines are the lines of a fault of the pasted file, each with its place.
func faultLines(err error) (all []fault) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if parts := placed.FindStringSubmatch(line); parts != nil {
			all = append(all, fault{strings.TrimPrefix(parts[1], "countersign.yaml:"), parts[2]})
		} else {
			all = append(all, fault{What: line})
		}
	}
	return all
}

// exampleRequest is a message to begin with.
const exampleRequest = `{
  "callbackId": "dGVzdA==",
  "queue": "default",
  "title": "A request to try",
  "requester": "Ines Calloway <ines@example.com>",
  "payload": {"total": 18420.00}
}`
