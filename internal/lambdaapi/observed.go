package lambdaapi

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// transport adapts the SDK's HTTP client to the standard library's interface.
type transport struct{ client lambda.HTTPClient }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t.client.Do(r) }

// observed adapts a transport to the SDK's interface.
type observed struct{ http.RoundTripper }

// Do implements [lambda.HTTPClient].
func (o observed) Do(r *http.Request) (*http.Response, error) { return o.RoundTrip(r) }
