package lambdaapi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/doctor"
	"countersign/internal/loopback"
)

var _ doctor.Lambda = Examiner{}

// Examiner implements [doctor.Lambda] with a client, so that its requests take the same way as the
// desk's own calls.
type Examiner struct {
	Client  *Client
	Account string // one of [Config.Accounts]; empty for the account of the default credentials
	Now     func() time.Time
}

// lane returns the account's lane in a region.
func (x Examiner) lane(region string) arn.Lane {
	lane := x.Client.Lanes().Of("", region)
	lane.Account = x.Account
	return lane
}

// callerTimeout bounds finding the credentials and asking whose they are, which may have no way out
// of a private network.
const callerTimeout = 5 * time.Second

// Caller implements [doctor.Lambda]. An engine on this machine knows no callers. If one is used,
// AWS is asked only if the desk has roles to assume, for which it asks AWS anyway.
func (x Examiner) Caller(ctx context.Context, region string) (c doctor.Caller, _ doctor.Reply) {
	ctx, cancel := context.WithTimeout(ctx, callerTimeout)
	defer cancel()
	own := x.Client.client(x.lane(region), x.Client.accounts.Load()).Options()
	if own.Credentials == nil {
		return c, doctor.Reply{Text: "no provider of credentials is configured"}
	}
	credentials, err := own.Credentials.Retrieve(ctx)
	if err != nil {
		return c, x.refused(err)
	}
	c.Source, c.Account = credentials.Source, credentials.AccountID
	if own.Region == "" || onLoopback(x.Client.endpoint) && len(x.Client.Lanes().Accounts) == 0 {
		return c, doctor.Reply{Meaning: doctor.Done}
	}
	tokens := sts.NewFromConfig(x.Client.config, func(o *sts.Options) {
		o.Region, o.Credentials, o.Retryer = own.Region, own.Credentials, aws.NopRetryer{}
	})
	identity, err := tokens.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err == nil { // optional: without it the credentials are still good
		c.ARN, c.Account = aws.ToString(identity.Arn), aws.ToString(identity.Account)
	}
	return c, doctor.Reply{Meaning: doctor.Done}
}

// refused says why there are no credentials. For a role that is STS's answer; the default chain has
// looked in many places.
func (x Examiner) refused(err error) doctor.Reply {
	reply := doctor.Reply{Meaning: meaningOf(classify(err, true, "")), Text: err.Error()}
	if x.Account != "" {
		reply.Text = reason(err).Error()
	}
	return reply
}

func onLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && loopback.Host(u.Hostname())
}

// Functions implements [doctor.Lambda].
func (x Examiner) Functions(ctx context.Context, region string) (list []doctor.KnownFunction, reply doctor.Reply) {
	marker := ""
	for len(list) < doctor.MaxFunctions {
		reply = x.ask(ctx, callbacks.Target{Region: region}, func(ctx context.Context, client *lambda.Client, options ...option) error {
			page, err := client.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: optional(marker), MaxItems: aws.Int32(pageFunctions)}, options...)
			if err != nil {
				return err
			}
			for i := range page.Functions {
				f := &page.Functions[i]
				list = append(list, doctor.KnownFunction{
					Name: aws.ToString(f.FunctionName), ARN: aws.ToString(f.FunctionArn), Durable: f.DurableConfig != nil,
				})
			}
			marker = aws.ToString(page.NextMarker)
			return nil
		})
		if reply.Meaning != doctor.Done || marker == "" {
			break
		}
	}
	return list, reply
}

// examinedExecutions is how many executions are listed to find one that has ended.
const examinedExecutions = 100

// Executions implements [doctor.Lambda].
func (x Examiner) Executions(ctx context.Context, region, function, qualifier string) (list []doctor.Execution, _ doctor.Reply) {
	reply := x.ask(ctx, callbacks.Target{Region: region}, func(ctx context.Context, client *lambda.Client, options ...option) error {
		page, err := client.ListDurableExecutionsByFunction(ctx, &lambda.ListDurableExecutionsByFunctionInput{
			FunctionName: aws.String(function), Qualifier: optional(qualifier), MaxItems: examinedExecutions,
		}, options...)
		if err != nil {
			return err
		}
		for i := range page.DurableExecutions {
			e := &page.DurableExecutions[i]
			list = append(list, doctor.Execution{ARN: aws.ToString(e.DurableExecutionArn), Ended: e.Status != types.ExecutionStatusRunning})
		}
		return nil
	})
	return list, reply
}

// Execution implements [doctor.Lambda].
func (x Examiner) Execution(ctx context.Context, region, arn string) doctor.Reply {
	return x.ask(ctx, callbacks.Target{Region: region}, func(ctx context.Context, client *lambda.Client, options ...option) error {
		_, err := client.GetDurableExecution(ctx, &lambda.GetDurableExecutionInput{
			DurableExecutionArn: aws.String(arn), IncludeExecutionData: aws.Bool(false),
		}, options...)
		return err
	})
}

// examinedEvents is how many of the latest events are looked at for a callback that has closed.
const examinedEvents = 200

// History implements [doctor.Lambda]. A callback counts as closed only by its own terminal event.
func (x Examiner) History(ctx context.Context, region, arn string) (closed string, _ doctor.Reply) {
	reply := x.ask(ctx, callbacks.Target{Region: region}, func(ctx context.Context, client *lambda.Client, options ...option) error {
		page, err := client.GetDurableExecutionHistory(ctx, &lambda.GetDurableExecutionHistoryInput{
			DurableExecutionArn: aws.String(arn), IncludeExecutionData: aws.Bool(false), ReverseOrder: aws.Bool(true), MaxItems: examinedEvents,
		}, options...)
		if err != nil {
			return err
		}
		closed = closedCallback(page.Events)
		return nil
	})
	return closed, reply
}

// closedCallback returns a callback whose start and terminal event are both among the events. It is
// empty if there is none.
func closedCallback(events []types.Event) string {
	ended := map[string]bool{}
	for _, e := range events {
		switch e.EventType {
		case types.EventTypeCallbackSucceeded, types.EventTypeCallbackFailed, types.EventTypeCallbackTimedOut:
			ended[aws.ToString(e.Id)] = true
		}
	}
	for _, e := range events {
		if d := e.CallbackStartedDetails; d != nil && ended[aws.ToString(e.Id)] {
			return aws.ToString(d.CallbackId)
		}
	}
	return ""
}

// Send implements [doctor.Lambda]. The payload says that doctor sent it, in case it is ever found
// anywhere.
func (x Examiner) Send(ctx context.Context, region string, action doctor.Action, callbackID string) doctor.Reply {
	to := callbacks.Target{Region: region, CallbackID: callbacks.CallbackID(callbackID)}
	return x.ask(ctx, to, func(ctx context.Context, client *lambda.Client, options ...option) (err error) {
		switch action {
		case doctor.SendSuccess:
			_, err = client.SendDurableExecutionCallbackSuccess(ctx, &lambda.SendDurableExecutionCallbackSuccessInput{
				CallbackId: aws.String(callbackID), Result: []byte(`"countersign doctor"`),
			}, options...)
		case doctor.SendFailure:
			_, err = client.SendDurableExecutionCallbackFailure(ctx, &lambda.SendDurableExecutionCallbackFailureInput{
				CallbackId: aws.String(callbackID), Error: &types.ErrorObject{ErrorType: aws.String("countersign doctor")},
			}, options...)
		case doctor.SendHeartbeat:
			_, err = client.SendDurableExecutionCallbackHeartbeat(ctx, &lambda.SendDurableExecutionCallbackHeartbeatInput{
				CallbackId: aws.String(callbackID),
			}, options...)
		case doctor.ListFunctions, doctor.ListExecutions, doctor.GetExecution, doctor.GetHistory:
			err = fmt.Errorf("%s sends nothing", action)
		}
		return err
	})
}

// ask makes one request and returns what its answer means.
func (x Examiner) ask(ctx context.Context, to callbacks.Target, do func(context.Context, *lambda.Client, ...option) error) doctor.Reply {
	var clock clockTap
	before := x.Now()
	err := x.Client.callIn(ctx, x.lane(to.Region), to.CallbackID, x.Client.timeout, func(ctx context.Context, client *lambda.Client, wire option) error {
		return do(ctx, client, wire, clock.tap)
	})
	reply := doctor.Reply{Meaning: doctor.Done}
	if err != nil {
		reply.Meaning, reply.Text = meaningOf(err), withoutID{reason(err), to.CallbackID}.Error()
	}
	if !clock.theirs.IsZero() {
		reply.Clock = doctor.Reading{Theirs: clock.theirs, Ours: before.Add(x.Now().Sub(before) / 2)}
	}
	return reply
}

// clockTap notes the server's clock from an answer.
type clockTap struct {
	next   lambda.HTTPClient
	theirs time.Time
}

func (c *clockTap) tap(o *lambda.Options) { c.next, o.HTTPClient = o.HTTPClient, c }

// Do sends the request.
func (c *clockTap) Do(r *http.Request) (*http.Response, error) {
	response, err := c.next.Do(r)
	if err == nil {
		c.theirs, _ = http.ParseTime(response.Header.Get("Date")) // zero if there is no such header
	}
	return response, err
}
