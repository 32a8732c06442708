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

// region is what has been found of a region.
type region struct {
	name   string
	listed []KnownFunction
	answer Answer
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

// place is where a region's functions are: that of the name, or of any, since a list is of one account.
func (r *region) place(name string) (p place) {
	if known := r.known(name); known != nil {
		return placeOf(known.ARN)
	}
	for _, f := range r.listed {
		if p = placeOf(f.ARN); p.account != "" {
			p.function = ""
			return p
		}
	}
	return place{}
}

func (r *region) known(name string) *KnownFunction {
	for i := range r.listed {
		if r.listed[i].Name == name {
			return &r.listed[i]
		}
	}
	return nil
}

// lacks reports whether the list is whole and does not have the function.
func (r *region) lacks(name string) bool {
	return r.answer.Meaning == Done && len(r.listed) < MaxFunctions && r.known(name) == nil
}

// regionSection judges whether the region answers, and the list of its functions where every one is watched.
func (x *account) regionSection(r *region) Section {
	s := Section{Title: "AWS Lambda in " + r.name}
	where := "AWS's own endpoint"
	if x.Endpoint != "" {
		where = x.Endpoint
	}
	switch r.answer.Meaning {
	case Silent:
		s.Findings = []Finding{problem("%s does not answer: %s", where, r.answer.Text).
			todo("Let this machine reach it: a way to the internet, a VPC endpoint (COUNTERSIGN_LAMBDA_ENDPOINT), a proxy. Is the region's name right?")}
		return s
	case Rejected:
		s.Findings = []Finding{problem("the credentials are not accepted: %s", r.answer.Text).
			todo("Renew them, or correct this machine's clock.")}
	case Busy:
		s.Findings = []Finding{warning("answers, but not now: %s", r.answer.Text).todo("Run doctor again later.")}
	case Done, Closed, Denied, Missing, Refused:
		s.Findings = []Finding{ok("%s answers", where)}
	}
	s.Findings = append(s.Findings, r.answer.Clock.skew("AWS")...)
	if slices.ContainsFunc(x.functions(), func(f function) bool { return f.Name == Every && f.place.region == r.name }) {
		s.Findings = append(s.Findings, r.every()...)
	}
	return s
}

// every judges the list of functions, of which each durable one is watched.
func (r *region) every() []Finding {
	durable := len(r.durable())
	switch {
	case r.answer.Meaning == Denied:
		list := []question{{action: ListFunctions, resource: "*", answer: r.answer}}
		return []Finding{deniedFinding("no function is found for *", list, list)}
	case r.answer.Meaning != Done:
		return []Finding{warning("what * stands for could not be listed: %s", r.answer.Text)}
	case durable == 0:
		return []Finding{warning("* stands for no function: none of %d is durable", len(r.listed)).
			todo("Is the region right? A durable function has a DurableConfig.")}
	case durable > maxExamined:
		return []Finding{ok("* stands for %d durable functions; the first %d are examined", durable, maxExamined).
			todo("countersign doctor --function NAME examines another.")}
	}
	return []Finding{ok("* stands for %s", count(durable, "durable function"))}
}

func (r *region) durable() (names []string) {
	for _, f := range r.listed {
		if f.Durable {
			names = append(names, f.Name)
		}
	}
	return names
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
