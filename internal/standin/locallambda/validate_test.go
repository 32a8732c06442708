package locallambda_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// changed gives an update with something else in it.
func changed(u types.OperationUpdate, change func(u *types.OperationUpdate)) types.OperationUpdate {
	change(&u)
	return u
}

// Each case is a checkpoint that has to be refused, after one that has to be accepted.
func TestValidate_Refused(t *testing.T) {
	t.Parallel()
	type updates = []types.OperationUpdate
	large := strings.Repeat("x", 1<<20+1)
	name := func(s string) func(*types.OperationUpdate) { return func(u *types.OperationUpdate) { u.Name = &s } }
	cases := map[string]struct{ before, refused updates }{
		"callback succeeds":          {updates{update(callback, begins, "1")}, updates{update(callback, succeeds, "1")}},
		"callback fails":             {updates{update(callback, begins, "1")}, updates{update(callback, fails, "1")}},
		"callback is cancelled":      {updates{update(callback, begins, "1")}, updates{update(callback, cancels, "1")}},
		"callback starts twice":      {updates{update(callback, begins, "1")}, updates{update(callback, begins, "1")}},
		"callback twice at once":     {nil, updates{update(callback, begins, "1"), update(callback, begins, "1")}},
		"context starts twice":       {updates{update(scope, begins, "1")}, updates{update(scope, begins, "1")}},
		"context is retried":         {updates{update(scope, begins, "1")}, updates{update(scope, retries, "1")}},
		"context ends twice":         {updates{update(scope, succeeds, "1")}, updates{update(scope, fails, "1")}},
		"step starts twice":          {updates{update(step, begins, "1")}, updates{update(step, begins, "1")}},
		"step ends twice":            {updates{update(step, begins, "1"), update(step, succeeds, "1")}, updates{update(step, succeeds, "1")}},
		"step is cancelled":          {updates{update(step, begins, "1")}, updates{update(step, cancels, "1")}},
		"pending step starts":        {updates{update(step, retries, "1")}, updates{update(step, begins, "1")}},
		"pending step succeeds":      {updates{update(step, retries, "1")}, updates{update(step, succeeds, "1")}},
		"wait succeeds":              {updates{update(wait, begins, "1")}, updates{update(wait, succeeds, "1")}},
		"unknown wait is cancelled":  {nil, updates{update(wait, cancels, "1")}},
		"execution starts":           {nil, updates{update(execution, begins, "x")}},
		"execution not last":         {nil, updates{update(execution, succeeds, "x"), update(step, begins, "1")}},
		"execution twice":            {nil, updates{update(execution, succeeds, "x"), update(execution, succeeds, "x")}},
		"anything after execution":   {updates{update(execution, succeeds, "x")}, updates{update(step, begins, "1")}},
		"unknown type":               {nil, updates{update("LOOP", begins, "1")}},
		"unknown action":             {nil, updates{update(step, "JUMP", "1")}},
		"type changes":               {updates{update(step, begins, "1")}, updates{update(scope, succeeds, "1")}},
		"name changes":               {updates{changed(update(step, begins, "1"), name("a"))}, updates{changed(update(step, succeeds, "1"), name("b"))}},
		"name appears":               {updates{update(step, begins, "1")}, updates{changed(update(step, succeeds, "1"), name("b"))}},
		"name changes at once":       {nil, updates{changed(update(step, begins, "1"), name("a")), changed(update(step, succeeds, "1"), name("b"))}},
		"subtype changes":            {updates{update(step, begins, "1")}, updates{changed(update(step, succeeds, "1"), func(u *types.OperationUpdate) { u.SubType = aws.String("X") })}},
		"parent changes":             {updates{update(scope, begins, "p"), update(step, begins, "1")}, updates{under("p", update(step, succeeds, "1"))}},
		"unknown parent":             {nil, updates{under("p", update(step, begins, "1"))}},
		"parent is no context":       {updates{update(step, begins, "p")}, updates{under("p", update(step, begins, "1"))}},
		"parent comes later":         {nil, updates{under("p", update(step, begins, "1")), update(scope, begins, "p")}},
		"no ID":                      {nil, updates{update(step, begins, "")}},
		"long ID":                    {nil, updates{update(step, begins, strings.Repeat("1", 65))}},
		"long name":                  {nil, updates{changed(update(step, begins, "1"), name(strings.Repeat("n", 257)))}},
		"long subtype":               {nil, updates{changed(update(step, begins, "1"), func(u *types.OperationUpdate) { u.SubType = aws.String(strings.Repeat("s", 33)) })}},
		"empty subtype":              {nil, updates{changed(update(step, begins, "1"), subtype(""))}},
		"subtype with a space":       {nil, updates{changed(update(callback, begins, "1"), subtype("Micro Vm"))}},
		"subtype appears":            {updates{update(scope, begins, "1")}, updates{changed(update(scope, succeeds, "1"), subtype("Approval"))}},
		"large payload":              {nil, updates{changed(update(step, succeeds, "1"), func(u *types.OperationUpdate) { u.Payload = &large })}},
		"large error":                {nil, updates{changed(update(step, fails, "1"), func(u *types.OperationUpdate) { u.Error = &types.ErrorObject{ErrorData: &large} })}},
		"failure with payload":       {nil, updates{changed(update(step, fails, "1"), func(u *types.OperationUpdate) { u.Payload = aws.String("1") })}},
		"success with error":         {nil, updates{changed(update(step, succeeds, "1"), func(u *types.OperationUpdate) { u.Error = &types.ErrorObject{} })}},
		"retry with both":            {nil, updates{changed(update(step, retries, "1"), func(u *types.OperationUpdate) { u.Error, u.Payload = &types.ErrorObject{}, aws.String("1") })}},
		"retry without delay":        {nil, updates{changed(update(step, retries, "1"), func(u *types.OperationUpdate) { u.StepOptions = nil })}},
		"wait without time":          {nil, updates{changed(update(wait, begins, "1"), func(u *types.OperationUpdate) { u.WaitOptions = nil })}},
		"wait of no time":            {nil, updates{changed(update(wait, begins, "1"), func(u *types.OperationUpdate) { u.WaitOptions.WaitSeconds = aws.Int32(0) })}},
		"negative timeout":           {nil, updates{changed(update(callback, begins, "1"), func(u *types.OperationUpdate) { u.CallbackOptions = timeouts(-1, 0) })}},
		"heartbeat timeout too long": {nil, updates{changed(update(callback, begins, "1"), func(u *types.OperationUpdate) { u.CallbackOptions = timeouts(0, 100_000_000) })}},
		"name with an umlaut":        {nil, updates{changed(update(callback, begins, "1"), name("Genehmigung für Ärzte"))}},
		"name in kanji":              {nil, updates{changed(update(step, begins, "1"), name("承認"))}},
		"name with a tab":            {nil, updates{changed(update(step, begins, "1"), name("tab\there"))}},
		"empty name":                 {nil, updates{changed(update(step, begins, "1"), name(""))}},
		"ID with a dot":              {nil, updates{update(step, begins, "step.1")}},
		"ID with a space":            {nil, updates{update(step, begins, "step 1")}},
		"subtype with a dot":         {nil, updates{changed(update(step, begins, "1"), subtype("My.Step"))}},
		"function with a space":      {nil, updates{changed(update(invoke, begins, "1"), invokes("price live", ""))}},
		"tenant with a semicolon":    {nil, updates{changed(update(invoke, begins, "1"), invokes("price:1", "a;b"))}},
		"invoke without function":    {nil, updates{update(invoke, begins, "1")}},
		"invoke with text": {nil, updates{changed(update(invoke, begins, "1"), func(u *types.OperationUpdate) {
			u.ChainedInvokeOptions, u.Payload = &types.ChainedInvokeOptions{FunctionName: aws.String("f")}, aws.String("x")
		})}},
		"start of an ended operation": {updates{update(scope, succeeds, "1")}, updates{update(scope, begins, "1")}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, s := play(t)
			s.must(c.before...)
			_, err := s.checkpoint(c.refused...)
			wantError[*types.InvalidParameterValueException](t, err)
		})
	}
}

func invokes(function, tenant string) func(*types.OperationUpdate) {
	return func(u *types.OperationUpdate) {
		u.ChainedInvokeOptions = &types.ChainedInvokeOptions{FunctionName: &function}
		if tenant != "" {
			u.ChainedInvokeOptions.TenantId = &tenant
		}
	}
}

func subtype(s string) func(*types.OperationUpdate) {
	return func(u *types.OperationUpdate) { u.SubType = &s }
}

// Each case is a sequence in one checkpoint that has to be accepted.
func TestValidate_Accepted(t *testing.T) {
	t.Parallel()
	type updates = []types.OperationUpdate
	cases := map[string]updates{
		"nothing":                nil,
		"step from start to end": {update(step, begins, "1"), update(step, succeeds, "1")},
		"step without start":     {update(step, fails, "1")},
		"child in a new context": {update(scope, begins, "p"), under("p", update(step, begins, "1")), update(scope, succeeds, "p")},
		"end without parent":     {update(scope, begins, "p"), under("p", update(step, begins, "1")), update(step, succeeds, "1")},
		"longest callback times": {changed(update(callback, begins, "1"), func(u *types.OperationUpdate) { u.CallbackOptions = timeouts(99_999_999, 99_999_999) })},
		"subtypes of the author's": {
			changed(update(scope, begins, "p"), subtype("Approval_2-b")), under("p", changed(update(callback, begins, "1"), subtype(strings.Repeat("s", 32)))),
			changed(update(scope, succeeds, "p"), subtype("Approval_2-b")),
		},
		"name with a space":            {changed(update(step, begins, "step_1-a"), func(u *types.OperationUpdate) { u.Name = aws.String("approve refund") })},
		"function by ARN":              {changed(update(invoke, begins, "1"), invokes("arn:aws:lambda:eu-central-1:123456789012:function:price:live", ""))},
		"tenant":                       {changed(update(invoke, begins, "1"), invokes("price:1", "a b@c"))},
		"subtype at the start only":    {changed(update(scope, begins, "p"), subtype("Approval")), update(scope, succeeds, "p")},
		"execution after other things": {update(step, succeeds, "1"), update(execution, fails, "whatever")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, s := play(t)
			s.must(c...)
		})
	}
}

// A context that ends without a start still has both events, so that a history always reads in
// pairs.
func TestValidate_EndWithoutStartLeavesBothEvents(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(scope, succeeds, "c"), update(step, retries, "s"))
	s.pending()
	b.suspended()
	b.clock.Advance(5 * time.Second)
	s.invoked().succeed(`1`)
	b.wantEnd("SUCCEEDED")
	b.wantHistory(s.DurableExecutionArn, "ExecutionStarted", "ContextStarted", "ContextSucceeded", "StepStarted", "StepFailed",
		"InvocationCompleted", "InvocationCompleted", "ExecutionSucceeded")
}
