package doctor

import (
	"context"
	"slices"
	"strings"
)

// Every is the name that stands for every durable function of a region.
const Every = "*"

// maxExamined is how many functions are looked at where every one is watched: AWS throttles the reads for a whole account, and a
// desk beside us needs them.
const maxExamined = 20

// Function is a function whose callbacks the desk completes.
type Function struct {
	Name    string // or ARN, or [Every]
	Region  string // empty for the caller's
	Watched bool   // its executions are listed, to find callbacks that nobody announced
}

// AWS is an account that the desk calls, and what it calls there.
type AWS struct {
	Lambda    Lambda
	Endpoint  string // in place of AWS's own; empty for that
	Functions []Function
}

// function is a function and where it is.
type function struct {
	Function
	place place
}

// account is what has been found of an account so far.
type account struct {
	AWS
	caller  Caller
	regions []*region
	seen    map[string]place // by the name of a function, where an execution of it shows its account
}

// Sections looks at credentials, regions and functions, one request after the other, and gives the policy that the functions need.
func (a AWS) Sections(ctx context.Context) (sections []Section, policy string) {
	x := &account{AWS: a, seen: map[string]place{}}
	credentials, found := x.credentials(ctx)
	sections = append(sections, credentials)
	if found {
		x.survey(ctx)
		for _, r := range x.regions {
			sections = append(sections, x.regionSection(r))
		}
		sections = append(sections, x.functionSections(ctx)...)
	}
	return sections, x.policy()
}

// Policy gives the policy that the functions need, with as few questions as fill it in.
func (a AWS) Policy(ctx context.Context) string {
	x := &account{AWS: a, seen: map[string]place{}}
	if _, found := x.credentials(ctx); found {
		x.survey(ctx)
	}
	return x.policy()
}

func (x *account) credentials(ctx context.Context) (s Section, found bool) {
	s.Title = "AWS credentials"
	caller, err := x.Lambda.Caller(ctx)
	x.caller = caller
	if err != nil {
		s.Findings = append(s.Findings, problem("none: %s", err).
			todo("Give the process a role (of its machine, task or pod), or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: doctor and serve look in the same places."))
		return s, false
	}
	whose := caller.ARN
	if whose == "" {
		whose = "whose they are is not known"
	}
	s.Findings = append(s.Findings, ok("from %s: %s", caller.Source, whose))
	if caller.Region == "" {
		s.Findings = append(s.Findings, warning("no default region: callbacks whose execution names none cannot be completed").
			todo("Set COUNTERSIGN_LAMBDA_REGION."))
	}
	return s, true
}

// survey lists the functions of every region in use, and looks for accounts that are not known then.
func (x *account) survey(ctx context.Context) {
	for _, f := range x.functions() {
		x.regions = append(x.regions, &region{name: f.place.region})
	}
	if x.caller.Region != "" {
		x.regions = append(x.regions, &region{name: x.caller.Region})
	}
	slices.SortFunc(x.regions, func(a, b *region) int { return strings.Compare(a.name, b.name) })
	x.regions = slices.CompactFunc(x.regions, func(a, b *region) bool { return a.name == b.name })
	x.regions = slices.DeleteFunc(x.regions, func(r *region) bool { return r.name == "" })
	for _, r := range x.regions {
		r.listed, r.answer = x.Lambda.Functions(ctx, r.name)
	}
	for _, f := range x.functions() {
		if f.place.account != "" || f.place.region == "" || f.Name == Every {
			continue
		}
		if executions, _ := x.Lambda.Executions(ctx, f.place.region, f.Name, ""); len(executions) > 0 {
			x.seen[f.Name] = placeOf(executions[0].ARN)
		}
	}
}

// functions are the functions that are configured, with what is known of their places by now.
func (x *account) functions() (all []function) {
	for _, f := range x.Functions {
		p := placeOf(f.Name)
		if p == (place{}) {
			p.function = f.Name
		}
		p = p.or(place{region: f.Region}).or(place{region: x.caller.Region})
		if r := x.region(p.region); r != nil {
			p = p.or(r.place(p.function))
		}
		if x.caller.ARN != "" {
			partition, _, _ := strings.Cut(strings.TrimPrefix(x.caller.ARN, "arn:"), ":")
			p = p.or(place{partition: partition})
		}
		all = append(all, function{f, p.or(place{account: x.caller.Account}).or(x.seen[f.Name])})
	}
	return all
}

func (x *account) region(name string) *region {
	for _, r := range x.regions {
		if r.name == name {
			return r
		}
	}
	return nil
}

// functionSections examines each function, and where every one is watched the first of them.
func (x *account) functionSections(ctx context.Context) (sections []Section) {
	if len(x.Functions) == 0 {
		return []Section{{"Functions", []Finding{warning("no function is named, so that nothing can be told of permissions").
			todo("countersign doctor --function NAME examines one that announces its callbacks.")}}}
	}
	done := map[place]bool{}
	for _, f := range x.functions() {
		for _, one := range x.expand(f) {
			r := x.region(one.place.region)
			if done[one.place] || r != nil && (r.answer.Meaning == Silent || r.answer.Meaning == Rejected) {
				continue
			}
			done[one.place] = true
			sections = append(sections, x.examine(ctx, one, r))
		}
	}
	return sections
}

// expand is the function itself, or what * stands for.
func (x *account) expand(f function) []function {
	r := x.region(f.place.region)
	if f.Name != Every || r == nil {
		return []function{f}
	}
	var all []function
	for _, name := range r.durable() {
		p := f.place
		p.function = name
		all = append(all, function{Function{name, f.place.region, true}, r.place(name).or(p)})
	}
	return all[:min(len(all), maxExamined)]
}

// policy is for the functions that are named, or else for one that is to be filled in.
func (x *account) policy() string {
	functions := x.functions()
	if len(functions) == 0 {
		p := place{region: x.caller.Region, account: x.caller.Account}
		if r := x.region(p.region); r != nil {
			p = r.place("").or(p)
		}
		functions = []function{{place: p}}
	}
	return policy(functions)
}
