package deskfile

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
)

// Rule is what a queue asks of the requests that fulfil a condition.
type Rule struct {
	Name       string      `yaml:"name"`
	When       string      `yaml:"when"`
	Signatures []Threshold `yaml:"signatures"`
	Against    int         `yaml:"against"`
	Exclude    []string    `yaml:"exclude"`
	Reason     []string    `yaml:"reason"`
	Escalate   *Escalation `yaml:"escalate"`

	condition callbacks.Condition // nil without When
}

var ruleKeys = strictyaml.Table{
	"name": {
		Help:     "Name of the rule on pages and in the record.",
		Example:  "large expenses",
		Required: true,
		Pattern:  `^.{1,60}$`,
		Words:    "write at most 60 characters",
	},
	"when": {
		Help: "Condition in CEL, with the variables below. Without one the rule takes every " +
			"request.",
		Example: "payload.total >= 15000.0",
		Pattern: `^[\s\S]{1,1000}$`,
		Words:   "write at most 1000 characters",
	},
	"signatures": {
		Help:     "Who must sign. One person fills one place.",
		Example:  "[{for: 1}]",
		Required: true,
		Max:      10,
	},
	"against": {
		Help:    "How many signatures against the request end it.",
		Example: "2",
		Default: "1",
		Least:   1,
		Most:    20,
	},
	"exclude": {
		Help:    "People who may not sign, and neither may anybody who acts for them.",
		Example: "[requester]",
		Enum:    []string{"requester"},
	},
	"reason":   {Help: "Signatures that need a comment.", Example: "[against]", Enum: []string{"for", "against"}},
	"escalate": {Help: "Who else may sign when time runs short.", Example: "{at: 50%, to: [finance-leads]}"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Rule) Table() strictyaml.Table { return ruleKeys }

// Threshold is how many people of some groups must sign.
type Threshold struct {
	From []string `yaml:"from"`
	For  int      `yaml:"for"`
}

var thresholdKeys = strictyaml.Table{
	"from": {Help: "Groups whose members can sign. Default: those of the queue.", Example: "[controllers]"},
	"for":  {Help: "How many people.", Example: "2", Required: true, Least: 1, Most: 20},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Threshold) Table() strictyaml.Table { return thresholdKeys }

// Escalation lets more people sign when time runs short.
type Escalation struct {
	At string   `yaml:"at"`
	To []string `yaml:"to"`
}

var escalationKeys = strictyaml.Table{
	"at": {
		Help:     "Part of the time from arrival to the end of the callback.",
		Example:  "50%",
		Required: true,
		Pattern:  partPattern,
		Words:    partWords,
	},
	"to": {
		Help:     "Groups whose members may fill any place from then on.",
		Example:  "[finance-leads]",
		Required: true,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Escalation) Table() strictyaml.Table { return escalationKeys }

// Terms are what the rule asks for, in the words of the domain.
func (r Rule) Terms() callbacks.Terms {
	t := callbacks.Terms{Against: r.Against}
	for _, s := range r.Signatures {
		t.Signatures = append(t.Signatures, callbacks.Threshold{From: s.From, For: s.For})
	}
	for _, who := range r.Exclude {
		t.Exclude = append(t.Exclude, callbacks.Exclusion(who))
	}
	for _, stance := range r.Reason {
		t.Reason = append(t.Reason, callbacks.Stance(stance))
	}
	if r.Escalate != nil {
		percent, _ := strconv.Atoi(strings.TrimSuffix(r.Escalate.At, "%")) // its pattern has digits alone
		t.Escalate = &callbacks.Escalation{After: float64(percent) / 100, To: r.Escalate.To}
	}
	return t
}

// Domain is the rule in the type of the domain, with its condition.
func (r Rule) Domain() callbacks.Rule {
	return callbacks.Rule{Name: r.Name, When: r.When, Condition: r.condition, Terms: r.Terms()}
}

// duration reads hours and minutes; 0 for none.
func duration(text string) time.Duration {
	d, _ := time.ParseDuration(text) // its pattern is one of durations
	return d
}

// checkRules notes rules that nobody could satisfy, or that no request could get.
func (c *checker) checkRules(name string, q Queue, at strictyaml.Path) {
	first := make(map[string]int)
	for i := range q.Rules {
		rule, place := &q.Rules[i], at.Key("rules").Item(i)
		if earlier, twice := first[rule.Name]; twice && rule.Name != "" {
			c.doc.Fault(place.Key("name"), "rule %d has this name already: choose another", earlier+1)
		}
		first[rule.Name] = i
		c.checkSignatures(name, *rule, place.Key("signatures"))
		c.checkCondition(rule, place.Key("when"))
		if e := rule.Escalate; e != nil {
			c.checkNamed(place.Key("escalate").Key("to"), e.To)
			c.checkGroups(place.Key("escalate").Key("to"), e.To)
		}
	}
	c.checkOtherwise(q, at)
	c.checkDuration(at.Key("groupsNotOlderThan"), q.GroupsNotOlderThan, "nobody's groups are that fresh: write a longer time, as 8h")
	c.checkDuration(at.Key("keepAliveMax"), q.KeepAliveMax, "no heartbeat would go out: write a longer time, as 2h, or keepAlive: review")
}

// checkDuration notes a time of zero; fault says what is wrong with that.
func (c *checker) checkDuration(at strictyaml.Path, text, fault string) {
	if text != "" && !c.doc.Faulty(at) && duration(text) == 0 {
		c.doc.Fault(at, "%s", fault)
	}
}

// checkSignatures notes places that nobody could fill.
func (c *checker) checkSignatures(queue string, rule Rule, at strictyaml.Path) {
	if c.doc.Has(at) && len(rule.Signatures) == 0 && !c.doc.Faulty(at) {
		c.doc.Fault(at, "the list is empty, so nobody would have to sign: write signatures: [{for: 1}]")
	}
	first := make(map[string]int)
	for i, s := range rule.Signatures {
		place := at.Item(i)
		sorted := slices.Sorted(slices.Values(s.From))
		key := strings.Join(sorted, "\n")
		if earlier, twice := first[key]; twice && !c.doc.Faulty(place) {
			c.doc.Fault(place, "item %d asks the same groups: write one item with the sum of both", earlier+1)
		}
		first[key] = i
		c.checkNamed(place.Key("from"), s.From)
		c.checkSeeing(place.Key("from"), queue, s.From)
	}
}

// checkNamed notes a list of groups that is there and empty.
func (c *checker) checkNamed(at strictyaml.Path, groups []string) {
	if c.doc.Has(at) && len(groups) == 0 && !c.doc.Faulty(at) {
		c.doc.Fault(at, "the list is empty: name a group, or remove the key")
	}
}

// checkSeeing notes groups that must sign and may not see the queue.
func (c *checker) checkSeeing(at strictyaml.Path, queue string, groups []string) {
	seeing, list := c.desk.groupsOf(queue), strictyaml.Path("queues").Key(queue).Key("groups")
	if c.doc.Faulty(list) || c.doc.Faulty("roles.reviewers") {
		return
	}
	for i, group := range groups {
		if group != "" && !slices.Contains(seeing, group) {
			c.doc.Fault(at.Item(i), "members of %q do not see the queue: add the group to %s, or name one of its groups", group, list)
		}
	}
}

// checkOtherwise notes a name that no rule has, and rules that no request gets.
func (c *checker) checkOtherwise(q Queue, at strictyaml.Path) {
	otherwise := at.Key("otherwise")
	if len(q.Rules) == 0 {
		if q.Otherwise != "" && !c.doc.Unsure(at.Key("rules")) {
			c.doc.Fault(otherwise, "the queue has no rules: remove the key")
		}
		return
	}
	names := make([]string, len(q.Rules))
	all := -1 // the first rule without a condition
	for i, rule := range q.Rules {
		names[i] = rule.Name
		if all >= 0 && rule.Name != q.Otherwise {
			c.doc.Fault(at.Key("rules").Item(i), "no request gets this rule, because rule %d takes every request: "+
				"put it last, or give it a condition", all+1)
		}
		if all < 0 && rule.When == "" && !c.doc.Has(at.Key("rules").Item(i).Key("when")) {
			all = i
		}
	}
	if q.Otherwise != "" && !slices.Contains(names, q.Otherwise) && !c.doc.Faulty(at.Key("rules")) {
		c.unknownRule(otherwise, q.Otherwise, names)
	}
}

func (c *checker) unknownRule(at strictyaml.Path, name string, names []string) {
	if near := strictyaml.Nearest(name, names); near != "" {
		c.doc.Fault(at, "the queue has no rule %q: did you mean %s?", name, near)
		return
	}
	c.doc.Fault(at, "the queue has no rule %q: write the name of one of its rules", name)
}

// checkCondition compiles a condition. A fault is where it is in the condition.
func (c *checker) checkCondition(rule *Rule, at strictyaml.Path) {
	if rule.When == "" {
		return
	}
	var err error
	rule.condition, err = c.Conditions(rule.When)
	if fault, ok := errors.AsType[*callbacks.ConditionFault](err); ok {
		c.doc.FaultWithin(at, strictyaml.Place{Line: fault.Line, Column: fault.Column}, "%s", fault.Text)
	} else if err != nil {
		c.doc.Fault(at, "%v", err)
	}
}
