package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"countersign/internal/standin/locallambda"
)

// iam stands before a local Lambda and allows what a policy allows, checked against what AWS checks
// (Lambda Developer Guide, "Security and permissions for durable functions").
type iam struct {
	next    http.Handler
	account string

	mu         sync.Mutex
	statements []iamStatement
	executions map[string]string // by callback ID
	sent       []string          // callback IDs that were to be completed
}

type iamStatement struct {
	Effect           string
	Action, Resource []string
}

// newIAM stands before the rig's engine, which is of an account; without a policy it allows
// nothing.
func newIAM(r *rig, account string) *iam {
	i := &iam{next: r.engine.Handler(), account: account, executions: map[string]string{}}
	r.engine.Observe(func(o locallambda.Observation) {
		if o.Kind == locallambda.CallbackStarted {
			i.mu.Lock()
			defer i.mu.Unlock()
			i.executions[o.CallbackID] = o.ExecutionARN
		}
	})
	return i
}

// attach replaces the policy.
func (i *iam) attach(t *testing.T, policy string) {
	t.Helper()
	var document struct{ Statement []iamStatement }
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatalf("%v in\n%s", err, policy)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.statements, i.sent = document.Statement, nil
}

func (i *iam) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action, resource := i.question(r)
	if resource != "" && !i.allows(action, resource) {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"Message": "User: arn:aws:iam::%s:user/desk is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action"}`,
			i.account, action, resource, action)
		return
	}
	i.next.ServeHTTP(w, r)
}

// question is the action of a request and what it is checked against; nothing for a callback that
// nobody knows.
func (i *iam) question(r *http.Request) (action, resource string) {
	parts := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	for n := range parts {
		parts[n], _ = url.PathUnescape(parts[n])
	}
	functions := "arn:aws:lambda:" + rigRegion + ":" + i.account + ":function:"
	switch last := parts[len(parts)-1]; {
	case last == "functions":
		return "lambda:ListFunctions", "*"
	case parts[1] == "functions":
		resource := functions + strings.TrimPrefix(parts[2], functions)
		if q := r.URL.Query().Get("Qualifier"); q != "" {
			resource += ":" + q
		}
		return "lambda:ListDurableExecutionsByFunction", resource
	case last == "history":
		return "lambda:GetDurableExecutionHistory", parts[2]
	case parts[1] == "durable-executions":
		return "lambda:GetDurableExecution", parts[2]
	default:
		i.mu.Lock()
		defer i.mu.Unlock()
		i.sent = append(i.sent, parts[2])
		verb := map[string]string{"succeed": "Success", "fail": "Failure", "heartbeat": "Heartbeat"}[last]
		return "lambda:SendDurableExecutionCallback" + verb, i.executions[parts[2]]
	}
}

func (i *iam) allows(action, resource string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, s := range i.statements {
		if matches(s.Action, action) && matches(s.Resource, resource) {
			return s.Effect == "Allow"
		}
	}
	return false
}

// matches reports whether a text is one of the patterns, in which * matches any characters.
func matches(patterns []string, text string) bool {
	for _, p := range patterns {
		if regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, ".*") + "$").MatchString(text) {
			return true
		}
	}
	return false
}
