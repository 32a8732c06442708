package locallambda_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// gallery starts one execution a minute: done-1 succeeds, run-1 hangs, stop-1 is stopped, fail-1
// fails, run-2 hangs.
func gallery(t *testing.T) *bench {
	b := newBench(t, locallambda.Config{})
	b.register("f", func(r *run) answer {
		switch r.input.InitialExecutionState.Operations[0].ExecutionDetails.InputPayload {
		case `"done"`:
			return answer{Status: "SUCCEEDED"}
		case `"fail"`:
			return answer{Status: "FAILED", Error: &errorObject{ErrorMessage: "no"}}
		}
		return one(op("1"))(r)
	})
	b.puppet("other")
	for _, name := range []string{"done-1", "run-1", "stop-1", "fail-1", "run-2"} {
		kind, _, _ := strings.Cut(name, "-")
		arn, err := b.engine.Start(t.Context(), "f", name, []byte(`"`+kind+`"`))
		b.must(err)
		b.next(locallambda.InvocationCompleted)
		if kind == "stop" {
			b.stop(arn)
		}
		b.clock.Advance(time.Minute)
	}
	return b
}

func (b *bench) list(in *lambda.ListDurableExecutionsByFunctionInput) (names []string) {
	b.t.Helper()
	if in.FunctionName == nil {
		in.FunctionName = aws.String("f")
	}
	pages := lambda.NewListDurableExecutionsByFunctionPaginator(b.client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.t.Context())
		b.must(err)
		for _, x := range page.DurableExecutions {
			names = append(names, *x.DurableExecutionName)
		}
	}
	return names
}

func TestList_Filters(t *testing.T) {
	t.Parallel()
	b := gallery(t)
	at := func(minutes int) *time.Time { return aws.Time(begin.Add(time.Duration(minutes) * time.Minute)) }
	cases := map[string]struct {
		in   lambda.ListDurableExecutionsByFunctionInput
		want []string
	}{
		"newest first":    {lambda.ListDurableExecutionsByFunctionInput{}, []string{"run-2", "fail-1", "stop-1", "run-1", "done-1"}},
		"oldest first":    {lambda.ListDurableExecutionsByFunctionInput{ReverseOrder: aws.Bool(true)}, []string{"done-1", "run-1", "stop-1", "fail-1", "run-2"}},
		"in pages":        {lambda.ListDurableExecutionsByFunctionInput{MaxItems: 2}, []string{"run-2", "fail-1", "stop-1", "run-1", "done-1"}},
		"pages reversed":  {lambda.ListDurableExecutionsByFunctionInput{MaxItems: 2, ReverseOrder: aws.Bool(true)}, []string{"done-1", "run-1", "stop-1", "fail-1", "run-2"}},
		"running":         {lambda.ListDurableExecutionsByFunctionInput{Statuses: []types.ExecutionStatus{"RUNNING"}}, []string{"run-2", "run-1"}},
		"running, paged":  {lambda.ListDurableExecutionsByFunctionInput{Statuses: []types.ExecutionStatus{"RUNNING"}, MaxItems: 1}, []string{"run-2", "run-1"}},
		"two statuses":    {lambda.ListDurableExecutionsByFunctionInput{Statuses: []types.ExecutionStatus{"STOPPED", "FAILED"}}, []string{"fail-1", "stop-1"}},
		"by name":         {lambda.ListDurableExecutionsByFunctionInput{DurableExecutionName: aws.String("fail-1")}, []string{"fail-1"}},
		"started after":   {lambda.ListDurableExecutionsByFunctionInput{StartedAfter: at(2)}, []string{"run-2", "fail-1"}},
		"started before":  {lambda.ListDurableExecutionsByFunctionInput{StartedBefore: at(2)}, []string{"run-1", "done-1"}},
		"by version":      {lambda.ListDurableExecutionsByFunctionInput{Qualifier: aws.String("1"), MaxItems: 1000}, []string{"run-2", "fail-1", "stop-1", "run-1", "done-1"}},
		"another version": {lambda.ListDurableExecutionsByFunctionInput{Qualifier: aws.String("$LATEST")}, nil},
		"by ARN":          {lambda.ListDurableExecutionsByFunctionInput{FunctionName: aws.String("arn:aws:lambda:us-east-1:123456789012:function:f"), MaxItems: 3}, []string{"run-2", "fail-1", "stop-1", "run-1", "done-1"}},
		"other function":  {lambda.ListDurableExecutionsByFunctionInput{FunctionName: aws.String("other")}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := b.list(&c.in); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestList_Summary(t *testing.T) {
	t.Parallel()
	b := gallery(t)
	out, err := b.client.ListDurableExecutionsByFunction(t.Context(), &lambda.ListDurableExecutionsByFunctionInput{FunctionName: aws.String("f")})
	b.must(err)
	stopped, runs := out.DurableExecutions[2], out.DurableExecutions[3]
	if stopped.Status != "STOPPED" || !stopped.StartTimestamp.Equal(begin.Add(2*time.Minute)) || !stopped.EndTimestamp.Equal(begin.Add(2*time.Minute)) ||
		*stopped.FunctionArn != "arn:aws:lambda:us-east-1:123456789012:function:f:1" || !strings.Contains(*stopped.DurableExecutionArn, "/stop-1/") {
		t.Errorf("stopped: %+v", stopped)
	}
	if runs.Status != "RUNNING" || runs.EndTimestamp != nil {
		t.Errorf("running: %+v", runs)
	}
}

func TestList_Errors(t *testing.T) {
	t.Parallel()
	b := gallery(t)
	for name, in := range map[string]*lambda.ListDurableExecutionsByFunctionInput{
		"status":   {Statuses: []types.ExecutionStatus{"WAITING"}},
		"marker":   {Marker: aws.String("x")},
		"maxitems": {MaxItems: 1001},
	} {
		t.Run(name, func(t *testing.T) {
			in.FunctionName = aws.String("f")
			_, err := b.client.ListDurableExecutionsByFunction(t.Context(), in)
			wantError[*types.InvalidParameterValueException](t, err)
		})
	}
	_, err := b.client.ListDurableExecutionsByFunction(t.Context(), &lambda.ListDurableExecutionsByFunctionInput{FunctionName: aws.String("none")})
	wantError[*types.ResourceNotFoundException](t, err)
	for _, query := range []string{"StartedAfter=yesterday", "ReverseOrder=perhaps", "MaxItems=-1", "MaxItems=many"} {
		if status, header, _ := b.postRaw(t.Context(), "GET", "/2025-12-01/functions/f/durable-executions?"+query, ""); status != 400 || header.Get("X-Amzn-Errortype") != "InvalidParameterValueException" {
			t.Errorf("%s: %d %s", query, status, header.Get("X-Amzn-Errortype"))
		}
	}
}

func TestGet_WithoutData(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.register("f", echo)
	arn := b.start("f")
	b.wantEnd("SUCCEEDED")
	out, err := b.client.GetDurableExecution(t.Context(), &lambda.GetDurableExecutionInput{DurableExecutionArn: &arn, IncludeExecutionData: aws.Bool(false)})
	b.must(err)
	if out.InputPayload != nil || out.Result != nil || *out.ExecutionDataIncluded {
		t.Errorf("without data: %+v", out)
	}
	full := b.get(arn)
	if *full.InputPayload != `{"order":7}` || *full.Result != `{"order":7}` || !*full.ExecutionDataIncluded || *full.Version != "1" ||
		*full.DurableConfig.ExecutionTimeout != 86400 || *full.DurableConfig.RetentionPeriodInDays != 30 || !full.StartTimestamp.Equal(begin) {
		t.Errorf("with data: %+v", full)
	}
}

func TestHistory_Paging(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	var updates []types.OperationUpdate
	for i := range 5 {
		updates = append(updates, update(step, succeeds, fmt.Sprint(i)))
	}
	s.must(updates...)
	for _, reverse := range []bool{false, true} {
		for _, size := range []int32{1, 3, 11, 12, 0} {
			var ids []int32
			pages := lambda.NewGetDurableExecutionHistoryPaginator(b.client, &lambda.GetDurableExecutionHistoryInput{
				DurableExecutionArn: &s.DurableExecutionArn, MaxItems: size, ReverseOrder: &reverse,
			})
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				b.must(err)
				if size > 0 && len(page.Events) > int(size) {
					t.Errorf("%d events on a page of %d", len(page.Events), size)
				}
				for _, e := range page.Events {
					ids = append(ids, *e.EventId)
				}
			}
			want := []int32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
			if reverse {
				slices.Reverse(want)
			}
			if !slices.Equal(ids, want) {
				t.Errorf("size %d, reverse %v: %v", size, reverse, ids)
			}
		}
	}
}

// Events that arrive between two pages neither repeat nor hide others.
func TestHistory_GrowsBetweenPages(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	s.must(update(step, succeeds, "1"), update(step, succeeds, "2"))
	newest := &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: &s.DurableExecutionArn, MaxItems: 2, ReverseOrder: aws.Bool(true)}
	first, err := b.client.GetDurableExecutionHistory(t.Context(), newest)
	b.must(err)
	s.must(update(step, succeeds, "3"))
	newest.Marker = first.NextMarker
	second, err := b.client.GetDurableExecutionHistory(t.Context(), newest)
	b.must(err)
	if a, z := *first.Events[1].EventId, *second.Events[0].EventId; a != 4 || z != 3 {
		t.Errorf("first page ends with %d, the second begins with %d", a, z)
	}
}

func TestHistory_WithoutData(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(waitOne("", timeouts(60, 30), submitted))
	b.must(b.fail(id, rejected))
	b.wantEnd("FAILED")
	out, err := b.client.GetDurableExecutionHistory(t.Context(), &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: &arn, IncludeExecutionData: aws.Bool(false)})
	b.must(err)
	if got := out.Events[0].ExecutionStartedDetails; got.Input.Payload != nil || *got.ExecutionTimeout != 86400 {
		t.Errorf("started: %+v", got)
	}
	if got := out.Events[2].CallbackStartedDetails; *got.CallbackId != id || *got.Timeout != 60 || *got.HeartbeatTimeout != 30 {
		t.Errorf("callback started: %+v", got)
	}
	if got := out.Events[6].CallbackFailedDetails.Error; got == nil || got.Payload != nil {
		t.Errorf("callback failed: %+v", got)
	}
}

func TestHistory_Truncated(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{HistoryPayloadLimit: 8})
	arn, id := b.startSuspended(one(op("1")))
	b.must(b.succeed(id, `"1234567"`))
	b.wantEnd("SUCCEEDED")
	events := b.history(arn)
	if got := events[3].CallbackSucceededDetails.Result; *got.Payload != `"1234567` || !*got.Truncated {
		t.Errorf("result %q, truncated %v", *got.Payload, *got.Truncated)
	}
	if got := *b.get(arn).Result; got != `"1234567"` {
		t.Errorf("the execution's own result is %q", got)
	}
	arn, id = b.startSuspended(one(op("1")))
	b.must(b.fail(id, &types.ErrorObject{ErrorType: aws.String("short"), ErrorMessage: aws.String("1234567é")}))
	b.wantEnd("FAILED")
	if got := b.history(arn)[3].CallbackFailedDetails.Error; *got.Payload.ErrorMessage != "1234567" || !*got.Truncated || *got.Payload.ErrorType != "short" {
		t.Errorf("error %q, truncated %v: cut inside a character?", *got.Payload.ErrorMessage, *got.Truncated)
	}
}

func TestRead_UnknownExecution(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn := "arn:aws:lambda:us-east-1:123456789012:function:f:1/durable-execution/a/b"
	_, err := b.client.GetDurableExecution(t.Context(), &lambda.GetDurableExecutionInput{DurableExecutionArn: &arn})
	wantError[*types.ResourceNotFoundException](t, err)
	_, err = b.client.GetDurableExecutionHistory(t.Context(), &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: &arn})
	wantError[*types.ResourceNotFoundException](t, err)
	_, err = b.client.StopDurableExecution(t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: &arn})
	wantError[*types.ResourceNotFoundException](t, err)
}

func TestRetention_ForgetsEndedExecutions(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{ExecutionTimeout: 366 * 24 * time.Hour})
	b.engine.Register("f", &programFunction{b.client, one(op("1"))}, locallambda.FunctionConfig{RetentionPeriodInDays: 2})
	kept := b.start("f")
	b.suspended()
	arn := b.start("f")
	b.next(locallambda.CallbackStarted)
	id := b.log.All()[len(b.log.All())-1].CallbackID
	b.suspended()
	b.must(b.succeed(id, `1`))
	b.wantEnd("SUCCEEDED")
	b.clock.Advance(48*time.Hour - time.Millisecond)
	b.get(arn)
	b.clock.Advance(time.Millisecond)
	_, err := b.client.GetDurableExecution(t.Context(), &lambda.GetDurableExecutionInput{DurableExecutionArn: &arn})
	wantError[*types.ResourceNotFoundException](t, err)
	wantError[*types.ResourceNotFoundException](t, b.succeed(id, `1`))
	if got := b.list(&lambda.ListDurableExecutionsByFunctionInput{}); len(got) != 1 || !strings.Contains(kept, got[0]) {
		t.Errorf("listed: %v", got)
	}
}

func TestListFunctions(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	for i := range 60 {
		b.engine.Register(fmt.Sprintf("f%02d", i), &puppet{}, locallambda.FunctionConfig{Version: "3", ExecutionTimeout: time.Hour, RetentionPeriodInDays: 7})
	}
	read := func(version types.FunctionVersion) (all []types.FunctionConfiguration, pages int) {
		p := lambda.NewListFunctionsPaginator(b.client, &lambda.ListFunctionsInput{FunctionVersion: version})
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			b.must(err)
			all = append(all, page.Functions...)
			pages++
		}
		return all, pages
	}
	all, pages := read("")
	if len(all) != 60 || pages != 2 {
		t.Fatalf("%d functions in %d pages", len(all), pages)
	}
	got := all[59]
	if *got.FunctionName != "f59" || *got.Version != "$LATEST" || *got.FunctionArn != "arn:aws:lambda:us-east-1:123456789012:function:f59" ||
		*got.DurableConfig.ExecutionTimeout != 3600 || *got.DurableConfig.RetentionPeriodInDays != 7 || got.State != types.StateActive {
		t.Errorf("function %+v", got)
	}
	if all, _ = read(types.FunctionVersionAll); len(all) != 120 || *all[1].FunctionArn != "arn:aws:lambda:us-east-1:123456789012:function:f00:3" {
		t.Errorf("%d versions", len(all))
	}
}

func TestRegister_RefusesWhatLambdaRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	for name, c := range map[string]struct {
		name   string
		config locallambda.FunctionConfig
	}{
		"name":      {"a/b", locallambda.FunctionConfig{}},
		"version":   {"f", locallambda.FunctionConfig{Version: "v1"}},
		"timeout":   {"f", locallambda.FunctionConfig{ExecutionTimeout: 367 * 24 * time.Hour}},
		"retention": {"f", locallambda.FunctionConfig{RetentionPeriodInDays: 91}},
		"run":       {"f", locallambda.FunctionConfig{Timeout: 16 * time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			b.engine.Register(c.name, &puppet{}, c.config)
		})
	}
}
