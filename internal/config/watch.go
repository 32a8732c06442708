package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/discovery"
)

// Watch says where callbacks go that are found in a function's executions.
type Watch struct {
	Queue  string `json:"queue"`  // the default queue if empty
	Region string `json:"region"` // of the function; the region of Lambda if empty
	// of the function, if it is not that of the desk's own credentials
	Account string `json:"account"`
	Except  Except `json:"except"`
}

// Except has patterns of callbacks to leave out, by name and by subtype. * stands for any text.
type Except struct {
	Names    []string `json:"names"`
	Subtypes []string `json:"subtypes"`
}

// Bounds of patterns. AWS limits names of operations to 256 characters, and subtypes to 32 of the
// characters in the expression.
const (
	maxPatterns = 50
	maxPattern  = 256
)

var subtypePattern = regexp.MustCompile(`^[A-Za-z0-9_*-]{1,32}$`)

// problems returns what is wrong with the patterns of a function.
func (e Except) problems(function string) (problems []error) {
	say := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("function %q "+format, append([]any{function}, args...)...))
	}
	for _, list := range []struct {
		name     string
		patterns []string
	}{{"names", e.Names}, {"subtypes", e.Subtypes}} {
		if len(list.patterns) > maxPatterns {
			say("has %d patterns in except.%s: at most %d are allowed", len(list.patterns), list.name, maxPatterns)
		}
		for _, pattern := range list.patterns {
			switch {
			case pattern == "":
				say("has an empty pattern in except.%s", list.name)
			case utf8.RuneCountInString(pattern) > maxPattern:
				say("has a pattern in except.%s of more than %d characters", list.name, maxPattern)
			case strings.Trim(pattern, "*") == "":
				say("leaves out everything by %q in except.%s: remove the function instead", pattern, list.name)
			case list.name == "subtypes" && !subtypePattern.MatchString(pattern):
				say("has %q in except.subtypes, which matches no subtype: they have 1 to 32 letters, digits, hyphens and underscores", pattern)
			}
		}
	}
	return problems
}

// Watches are the functions whose executions are searched for callbacks, by name or unqualified
// ARN. "*", also at the end of an ARN, stands for every durable function.
type Watches map[string]Watch

// watchNames is the rule of FunctionName in ListDurableExecutionsByFunction, without partial ARNs
// and qualifiers.
var watchNames = nameRule{
	regexp.MustCompile(`^(arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:)?(\*|[a-zA-Z0-9-_]{1,64})$`).MatchString,
	"use a Lambda function's name, its ARN without version or alias, or *",
}

// UnmarshalText reads a JSON object of watched functions.
func (w *Watches) UnmarshalText(text []byte) error {
	watches, err := decodeNamed[Watch](text, watchNames)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(watches)) {
		region, own := watches[name].Region, arn.Parse(name).Region
		account, ownAccount := watches[name].Account, arn.Parse(name).Account
		switch {
		case region != "" && !callbacks.ValidRegion(region):
			problems = append(problems, fmt.Errorf("function %q has %q for a region", name, region))
		case region != "" && own != "" && region != own:
			problems = append(problems, fmt.Errorf("function %q has the region %s beside the one in its ARN", name, region))
		case account != "" && ownAccount != "" && account != ownAccount:
			problems = append(problems, fmt.Errorf("function %q has the account %s beside the one in its ARN", name, account))
		}
		problems = append(problems, watches[name].Except.problems(name)...)
	}
	*w = watches
	return errors.Join(problems...)
}

// withDefaults fills in what the operator left out: the queue, the region if the ARN names none
// either, and the account if the ARN names one that has a role.
func (w Watches) withDefaults(region string, accounts Accounts) Watches {
	if len(w) == 0 {
		return nil
	}
	all := make(Watches, len(w))
	for name, watch := range w {
		watch.Queue = cmp.Or(watch.Queue, callbacks.DefaultQueue)
		watch.Region = cmp.Or(watch.Region, arn.Parse(name).Region, region)
		if _, known := accounts[arn.Parse(name).Account]; known {
			watch.Account = arn.Parse(name).Account
		}
		all[name] = watch
	}
	return all
}

// Every reports whether a name stands for every durable function.
func Every(name string) bool {
	return name == discovery.EveryFunction || strings.HasSuffix(name, ":function:"+discovery.EveryFunction)
}
