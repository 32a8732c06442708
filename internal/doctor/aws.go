package doctor

import (
	"context"
	"slices"

	"countersign/internal/arn"
)

// Every stands for every durable function of a region.
const Every = "*"

// maxExamined is how many functions are examined if every function is watched. AWS throttles the
// reads of a whole account, and a running desk needs them too.
const maxExamined = 20

// Function is a function whose callbacks the desk completes.
type Function struct {
	Name    string // name, ARN or [Every]
	Region  string // empty for the account's default region
	Watched bool   // discovery lists its executions, to find callbacks that were not announced
}

// AWS is an account that the desk calls, with the functions that it calls there.
type AWS struct {
	Lambda    Lambda
	Region    string   // of functions that name no region
	Endpoint  string   // replaces AWS's own endpoint; empty to use that
	Role      Role     // to assume there; none in the account of the default credentials
	Assumes   []string // ARNs of the roles that these credentials assume in other accounts
	Functions []Function
	Keys      []string // of KMS, that encrypt results: by ID, ARN, alias or ARN of an alias
}

// function is a function and its place.
type function struct {
	Function
	place place
}

// account is what is known about an account so far.
type account struct {
	AWS
	caller  Caller
	regions []*region
	// by the name of a function, once an execution of it has shown its account
	seen map[string]place
}

// account returns what is known at the start: the regions in use, and what the ARN of a role says.
func (a AWS) account() *account {
	x := &account{AWS: a, seen: map[string]place{}}
	if a.Role.ARN != "" {
		x.caller = Caller{ARN: a.Role.ARN, Account: a.Role.Account}
	}
	var names []string
	for _, f := range x.functions() {
		names = append(names, f.place.region)
	}
	// functions of a role's account are named by ARN, which has their region
	if a.Role.ARN == "" || len(names) == 0 {
		names = append(names, a.Region)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if name != "" {
			x.regions = append(x.regions, &region{name: name})
		}
	}
	return x
}

// Sections examines credentials, regions and functions, one request after the other. It also
// returns the policy that the functions need.
func (a AWS) Sections(ctx context.Context) (sections []Section, policy string) {
	x := a.account()
	credentials, found := x.credentials(ctx)
	sections = append(sections, credentials)
	if found {
		x.survey(ctx)
		for _, r := range x.regions {
			if !r.shut {
				sections = append(sections, x.regionSection(r))
			}
		}
		sections = append(sections, x.functionSections(ctx)...)
	}
	return sections, x.policy()
}

// Policy returns the policy that the functions need. It asks AWS only what it needs to fill the
// policy in.
func (a AWS) Policy(ctx context.Context) string {
	x := a.account()
	if a.Role.ARN == "" {
		if _, found := x.credentials(ctx); found {
			x.survey(ctx)
		}
	}
	return x.policy()
}

// credentials checks the desk's own credentials, or those of the account's role.
func (x *account) credentials(ctx context.Context) (s Section, found bool) {
	if x.Role.ARN != "" {
		return x.assume(ctx)
	}
	s.Title = "AWS credentials"
	caller, reply := x.Lambda.Caller(ctx, x.Region)
	x.caller = caller
	if reply.Meaning != Done {
		s.Findings = append(s.Findings, problem("none: %s", reply.Text).
			todo("Give the process a role (of its machine, task or pod), AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. doctor and serve look in the same places."))
		return s, false
	}
	whose := caller.ARN
	if whose == "" {
		whose = "their owner is unknown"
	}
	s.Findings = append(s.Findings, ok("from %s: %s", caller.Source, whose))
	if x.Region == "" {
		s.Findings = append(s.Findings, warning("no default region: callbacks whose execution ARN has no region cannot be completed").
			todo("Set COUNTERSIGN_LAMBDA_REGION."))
	}
	return s, true
}

// survey lists the functions of every region in use that can be accessed. For functions whose
// account is still not known, it looks at an execution.
func (x *account) survey(ctx context.Context) {
	for _, r := range x.regions {
		if !r.shut {
			r.listed, r.reply = x.Lambda.Functions(ctx, r.name)
		}
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

// functions returns the configured functions with what is known about their places so far.
func (x *account) functions() (all []function) {
	for _, f := range x.Functions {
		p := placeOf(f.Name)
		if p == (place{}) {
			p.function = f.Name
		}
		p = p.or(place{region: f.Region}).or(place{region: x.Region})
		if r := x.region(p.region); r != nil {
			p = p.or(r.place(p.function))
		}
		if x.caller.ARN != "" {
			p = p.or(place{partition: arn.Parse(x.caller.ARN).Partition})
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

// functionSections examines each function. If every function is watched, it examines only the first
// ones.
func (x *account) functionSections(ctx context.Context) (sections []Section) {
	if len(x.Functions) == 0 {
		return []Section{{x.title("Functions"), []Finding{x.nameless()}}}
	}
	done := map[place]bool{}
	for _, f := range x.functions() {
		for _, one := range x.expand(f) {
			r := x.region(one.place.region)
			if done[one.place] || r != nil && (r.shut || r.reply.Meaning == Silent || r.reply.Meaning == Rejected) {
				continue
			}
			done[one.place] = true
			sections = append(sections, x.examine(ctx, one, r))
		}
	}
	return sections
}

// nameless is the finding if no function is named.
func (x *account) nameless() Finding {
	switch {
	case x.Role.ARN != "":
		return warning("no function of this account is configured, so doctor cannot check the role's permissions").
			todo("countersign doctor --function ARN examines one that announces its callbacks.")
	case len(x.Assumes) > 0:
		return ok("no function of this account is configured, so its credentials only need to assume roles").
			todo("countersign doctor --function NAME examines one that announces its callbacks.")
	}
	return warning("no function is configured, so doctor cannot check permissions").
		todo("countersign doctor --function NAME examines one that announces its callbacks.")
}

// title marks the titles of sections about other accounts.
func (x *account) title(text string) string {
	if x.Role.ARN == "" {
		return text
	}
	return text + ", account " + x.Role.Account
}

// expand returns the function itself, or the functions that * stands for.
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

// policy returns the policy for the functions that are named and the roles that are assumed. If
// there are none, it is for a function that has to be filled in.
func (x *account) policy() string {
	functions := x.functions()
	var keys []statement
	for _, key := range x.Keys {
		keys = append(keys, keyStatement(key, place{region: x.Region, account: x.caller.Account}))
	}
	if len(functions)+len(x.Assumes) == 0 {
		p := place{region: x.Region, account: x.caller.Account}
		if x.Role.ARN != "" {
			p.partition = arn.Parse(x.Role.ARN).Partition
		}
		if r := x.region(p.region); r != nil {
			p = r.place("").or(p)
		}
		functions = []function{{place: p}}
	}
	return policy(functions, x.Assumes, keys...)
}
