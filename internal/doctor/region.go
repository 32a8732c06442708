package doctor

import (
	"slices"

	"countersign/internal/plural"
)

// region is what is known about a region.
type region struct {
	name   string
	listed []KnownFunction
	reply  Reply
	shut   bool // the account's role cannot be assumed there
}

// place returns the place of a region's functions. It takes that of the function with the name, or
// else of any function, because a list is of a single account.
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

// lacks reports whether the list is complete and does not have the function.
func (r *region) lacks(name string) bool {
	return r.reply.Meaning == Done && len(r.listed) < MaxFunctions && r.known(name) == nil
}

// regionSection judges whether the region answers and, if every function is watched, the list of
// its functions.
func (x *account) regionSection(r *region) Section {
	s := Section{Title: x.title("AWS Lambda in " + r.name)}
	where := "AWS's own endpoint"
	if x.Endpoint != "" {
		where = x.Endpoint
	}
	switch r.reply.Meaning {
	case Silent:
		s.Findings = []Finding{problem("%s does not answer: %s", where, r.reply.Text).
			todo("Let this machine reach it: through the internet, a VPC endpoint (COUNTERSIGN_LAMBDA_ENDPOINT) or a proxy. Check the region's name.")}
		return s
	case Rejected:
		s.Findings = []Finding{problem("the credentials are not accepted: %s", r.reply.Text).
			todo("Renew them, or correct this machine's clock.")}
	case Busy:
		s.Findings = []Finding{warning("answers, but is too busy now: %s", r.reply.Text).todo("Run doctor again later.")}
	case Done, Closed, Denied, Missing, Refused:
		s.Findings = []Finding{ok("%s answers", where)}
	}
	s.Findings = append(s.Findings, r.reply.Clock.skew("AWS")...)
	if slices.ContainsFunc(x.functions(), func(f function) bool { return f.Name == Every && f.place.region == r.name }) {
		s.Findings = append(s.Findings, r.every()...)
	}
	return s
}

// every judges the list of functions. Each durable one is watched.
func (r *region) every() []Finding {
	durable := len(r.durable())
	switch {
	case r.reply.Meaning == Denied:
		list := []question{{action: ListFunctions, resource: "*", reply: r.reply}}
		return []Finding{deniedFinding("no function matches *", list, list)}
	case r.reply.Meaning != Done:
		return []Finding{warning("the functions for * could not be listed: %s", r.reply.Text)}
	case durable == 0:
		return []Finding{warning("* matches no function: none of %d is durable", len(r.listed)).
			todo("Is the region right? A durable function has a DurableConfig.")}
	case durable > maxExamined:
		return []Finding{ok("* matches %d durable functions; the first %d are examined", durable, maxExamined).
			todo("countersign doctor --function NAME examines another.")}
	}
	return []Finding{ok("* matches %s", plural.Count(durable, "durable function"))}
}

func (r *region) durable() (names []string) {
	for _, f := range r.listed {
		if f.Durable {
			names = append(names, f.Name)
		}
	}
	return names
}
