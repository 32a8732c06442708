package lambdaapi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// DefaultTimeout bounds one request. Send* answers in well under a second; a longer wait only
// delays the next attempt.
const DefaultTimeout = 10 * time.Second

const (
	// maxClients bounds the kept clients: a region may come out of an ARN that a stranger sent. AWS
	// has some forty.
	maxClients = 64
	// idleConnections is how many connections to one endpoint outlive their request; the SDK's ten
	// are too few for a burst.
	idleConnections = 64
)

// Config says where Lambda is and how to reach it. The zero value is production: everything from
// the environment.
type Config struct {
	// for callbacks that name none; empty takes the AWS default chain's
	Region string
	// instead of AWS's own, for all regions; for local engines and VPC endpoints
	Endpoint    string
	Timeout     time.Duration           // of one request; zero takes DefaultTimeout
	Credentials aws.CredentialsProvider // instead of the AWS default chain
	HTTPClient  aws.HTTPClient          // instead of the SDK's own
	// Observe may see each request to Lambda pass; nil for none. Requests for credentials do not
	// pass there.
	Observe  func(http.RoundTripper) http.RoundTripper
	Accounts map[string]Role // to assume in other AWS accounts, by their number
	Regions  []string        // that an operator named, for AWS may have new ones
}

// Client implements [callbacks.Lambda]. It is safe for concurrent use.
type Client struct {
	config   aws.Config
	endpoint string
	timeout  time.Duration
	observe  func(http.RoundTripper) http.RoundTripper
	lanes    callbacks.Lanes
	roles    map[string]Role

	mu      sync.Mutex
	clients map[callbacks.Lane]*lambda.Client
}

var (
	_ callbacks.Lambda = (*Client)(nil)
	_ history.Source   = (*Client)(nil)
)

// New loads the AWS configuration. It makes no request: missing credentials or a missing region
// show at the first call, as [callbacks.AnswerCredentials].
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
	return &Client{
		config: loaded, endpoint: c.Endpoint, timeout: c.Timeout, observe: c.Observe,
		lanes: callbacks.Lanes{Accounts: slices.Sorted(maps.Keys(c.Accounts)), Region: loaded.Region, Regions: c.Regions}, roles: c.Accounts,
		clients: map[callbacks.Lane]*lambda.Client{},
	}, nil
}

// Lanes tells in which lane of this client a callback lives.
func (c *Client) Lanes() callbacks.Lanes { return c.lanes }

// client returns the SDK client of a lane, made on demand.
func (c *Client) client(lane callbacks.Lane) *lambda.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if client, ok := c.clients[lane]; ok {
		return client
	}
	client := lambda.NewFromConfig(c.config, func(o *lambda.Options) {
		o.Region = cmp.Or(lane.Region, c.lanes.Region)
		if role, ok := c.roles[lane.Account]; ok {
			o.Credentials = role.credentials(c.config, o.Region)
		}
		if c.endpoint != "" {
			o.BaseEndpoint = aws.String(c.endpoint)
		}
		if c.observe != nil {
			o.HTTPClient = observed{c.observe(transport{o.HTTPClient})}
		}
		// One attempt, whatever AWS_MAX_ATTEMPTS says: the SDK would repeat a 502 or a lost reply
		// and report the second answer only, "closed", although the first call had won.
		o.Retryer = aws.NopRetryer{}
		o.RetryMaxAttempts = 0
	})
	if len(c.clients) >= maxClients {
		for one := range c.clients { // whichever; it is made again when it is needed
			delete(c.clients, one)
			break
		}
	}
	c.clients[lane] = client
	return client
}
