package lambdaapi

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// DefaultTimeout bounds one request. Send* answers in well under a second; waiting longer would
// only delay the next attempt.
const DefaultTimeout = 10 * time.Second

// idleConnections is how many connections to one endpoint are kept after their request. The SDK's
// ten are too few for a burst.
const idleConnections = 64

// Config says where Lambda is and how to reach it. The zero value is right for production: it takes
// everything from the environment.
type Config struct {
	// for callbacks that name no region; if empty, that of the AWS default chain
	Region string
	// replaces AWS's own endpoint in all regions; for local engines and VPC endpoints
	Endpoint    string
	Timeout     time.Duration           // of one request; if zero, DefaultTimeout
	Credentials aws.CredentialsProvider // instead of the AWS default chain
	HTTPClient  aws.HTTPClient          // instead of the SDK's own
	// Observe, if not nil, wraps the transport of all requests to Lambda. Requests for credentials
	// do not pass through it.
	Observe  func(http.RoundTripper) http.RoundTripper
	Accounts map[string]Role // roles to assume in other AWS accounts, by account number
	Regions  []string        // regions that an operator named, because AWS may have new ones
}

// Client implements [callbacks.Lambda]. It is safe for concurrent use.
type Client struct {
	config   aws.Config
	endpoint string
	timeout  time.Duration
	observe  func(http.RoundTripper) http.RoundTripper
	accounts atomic.Pointer[accounts]
}

var _ callbacks.Lambda = (*Client)(nil)

// New loads the AWS configuration. It makes no request: if credentials or the region are missing,
// the first call fails with replies.Credentials.
func New(ctx context.Context, c Config) (*Client, error) {
	if c.HTTPClient == nil {
		c.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = idleConnections
		})
	}
	options := []func(*config.LoadOptions) error{config.WithHTTPClient(c.HTTPClient)}
	if c.Region != "" {
		options = append(options, config.WithRegion(c.Region))
	}
	if c.Credentials != nil {
		options = append(options, config.WithCredentialsProvider(c.Credentials))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	client := &Client{config: loaded, endpoint: c.Endpoint, timeout: c.Timeout, observe: c.Observe}
	client.SetAccounts(c.Accounts, c.Regions)
	return client, nil
}

// newClient makes the SDK client of a lane.
func (c *Client) newClient(lane arn.Lane, of *accounts) *lambda.Client {
	return lambda.NewFromConfig(c.config, func(o *lambda.Options) {
		o.Region = cmp.Or(lane.Region, of.lanes.Region)
		if lane.Account != "" {
			o.Credentials = of.credentials(lane.Account, c.config, o.Region)
		}
		if c.endpoint != "" {
			o.BaseEndpoint = aws.String(c.endpoint)
		}
		if c.observe != nil {
			o.HTTPClient = observed{c.observe(transport{o.HTTPClient})}
		}
		// One attempt, whatever AWS_MAX_ATTEMPTS says: after a 502 or a lost reply the SDK would
		// send again and report only the second answer, "closed", although the first call had
		// succeeded.
		o.Retryer = aws.NopRetryer{}
		o.RetryMaxAttempts = 0
	})
}
