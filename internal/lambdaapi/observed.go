package lambdaapi

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// transport is the SDK's HTTP client as the standard library has it.
type transport struct{ client lambda.HTTPClient }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t.client.Do(r) }

// observed is a transport as the SDK takes it.
type observed struct{ http.RoundTripper }

// Do implements [lambda.HTTPClient].
func (o observed) Do(r *http.Request) (*http.Response, error) { return o.RoundTrip(r) }
