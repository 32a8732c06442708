package lambdaapi_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/lambdaapi"
	"countersign/internal/replies"
)

func ok(http.ResponseWriter, *http.Request) {}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	const path = "/2025-12-01/durable-execution-callbacks/QUJD%2Fx%2BY%2Fz0%3D"
	complete := func(completion callbacks.Completion) func(context.Context, *lambdaapi.Client) error {
		return func(ctx context.Context, c *lambdaapi.Client) error { return c.Complete(ctx, target, completion) }
	}
	for name, test := range map[string]struct {
		do   func(context.Context, *lambdaapi.Client) error
		want request
	}{
		"Success": {
			complete(callbacks.Completion{Kind: callbacks.Success, Result: []byte("plain \x01 text, not JSON ✓")}),
			request{uri: path + "/succeed", contentType: "application/octet-stream", body: "plain \x01 text, not JSON ✓"},
		},
		"EmptySuccess": {
			complete(callbacks.Completion{Kind: callbacks.Success}),
			request{uri: path + "/succeed"},
		},
		"Failure": {
			complete(callbacks.Completion{Kind: callbacks.Failure, Error: callbacks.ErrorObject{
				ErrorType: "Rejected", ErrorMessage: "too dear", ErrorData: `{"approved":false}`, StackTrace: []string{"a", "b"},
			}}),
			request{uri: path + "/fail", contentType: "application/json",
				body: `{"ErrorData":"{\"approved\":false}","ErrorMessage":"too dear","ErrorType":"Rejected","StackTrace":["a","b"]}`},
		},
		"FailureWithoutData": {
			complete(callbacks.Completion{Kind: callbacks.Failure, Error: callbacks.ErrorObject{ErrorType: "Rejected"}}),
			request{uri: path + "/fail", contentType: "application/json", body: `{"ErrorType":"Rejected"}`},
		},
		"Heartbeat": {
			func(ctx context.Context, c *lambdaapi.Client) error { return c.Heartbeat(ctx, target) },
			request{uri: path + "/heartbeat"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, ok)
			if err := test.do(t.Context(), newClient(t, lambdaapi.Config{Endpoint: server.url})); err != nil {
				t.Fatal(err)
			}
			test.want.method = http.MethodPost
			got := server.requests()
			if len(got) == 1 {
				got[0].authorization = ""
			}
			if diff := cmp.Diff([]request{test.want}, got, cmp.AllowUnexported(request{})); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()

	t.Run("ConnectionRefused", func(t *testing.T) {
		t.Parallel()
		listener := listen(t)
		listener.Close()
		client := newClient(t, lambdaapi.Config{Endpoint: "http://" + listener.Addr().String()})
		wantAnswer(t, client.Complete(t.Context(), target, approved), replies.Unsent)
	})

	t.Run("NoSuchHost", func(t *testing.T) {
		t.Parallel()
		client := newClient(t, lambdaapi.Config{Endpoint: "http://lambda.invalid"})
		wantAnswer(t, client.Complete(t.Context(), target, approved), replies.Unsent)
	})

	t.Run("CertificateNotTrusted", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewUnstartedServer(http.HandlerFunc(ok))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		client := newClient(t, lambdaapi.Config{Endpoint: server.URL})
		wantAnswer(t, client.Complete(t.Context(), target, approved), replies.Unsent)
	})

	t.Run("AcceptedAndClosed", func(t *testing.T) {
		t.Parallel()
		listener := listen(t)
		go func() {
			if conn, err := listener.Accept(); err == nil {
				conn.Close()
			}
		}()
		client := newClient(t, lambdaapi.Config{Endpoint: "http://" + listener.Addr().String()})
		wantAnswer(t, client.Complete(t.Context(), target, approved), replies.None)
	})

	t.Run("ReplyLost", func(t *testing.T) {
		t.Parallel()
		server := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		client := newClient(t, lambdaapi.Config{Endpoint: server.url})
		wantAnswer(t, client.Complete(t.Context(), target, approved), replies.None)
		if n := len(server.requests()); n != 1 {
			t.Errorf("%d requests were made, want exactly one", n)
		}
	})

	t.Run("TooSlow", func(t *testing.T) {
		t.Parallel()
		server := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		// enough to send the request on a busy machine: the time begins before that
		const timeout = 2 * time.Second
		client := newClient(t, lambdaapi.Config{Endpoint: server.url, Timeout: timeout})
		wantAnswer(t, client.Complete(t.Context(), target, approved), replies.None)
	})

	t.Run("StoppedAfterSending", func(t *testing.T) {
		t.Parallel()
		ctx, stop := context.WithCancel(t.Context())
		server := serve(t, func(_ http.ResponseWriter, r *http.Request) { stop(); <-r.Context().Done() })
		err := newClient(t, lambdaapi.Config{Endpoint: server.url}).Complete(ctx, target, approved)
		wantAnswer(t, err, replies.None)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not match context.Canceled", err)
		}
	})

	t.Run("StoppedBeforeSending", func(t *testing.T) {
		t.Parallel()
		ctx, stop := context.WithCancel(t.Context())
		stop()
		server := serve(t, ok)
		client := newClient(t, lambdaapi.Config{Endpoint: server.url})
		wantAnswer(t, client.Complete(ctx, target, approved), replies.Unsent)
	})
}

// A request for credentials reaches a server of its own; that does not make the call to Lambda
// doubtful.
func TestNoCredentials(t *testing.T) {
	t.Parallel()
	identity := httptest.NewServer(http.HandlerFunc(http.NotFound))
	t.Cleanup(identity.Close)
	server := serve(t, ok)
	client := newClient(t, lambdaapi.Config{Endpoint: server.url, Credentials: aws.CredentialsProviderFunc(
		func(ctx context.Context) (aws.Credentials, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, identity.URL, nil)
			if err != nil {
				return aws.Credentials{}, err
			}
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				return aws.Credentials{}, err
			}
			response.Body.Close()
			return aws.Credentials{}, errors.New("no role here")
		})})

	wantAnswer(t, client.Complete(t.Context(), target, approved), replies.Credentials)
	if n := len(server.requests()); n != 0 {
		t.Errorf("%d requests were made, want none", n)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func wantAnswer(t *testing.T, err error, want replies.Reply) {
	t.Helper()
	if le := lambdaError(t, err); le.Reply != want {
		t.Errorf("got %v, want the answer %s", err, want)
	}
}
