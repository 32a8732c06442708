package lambdaapi_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"countersign/internal/callbacks"
	"countersign/internal/lambdaapi"
	"countersign/internal/replies"
)

// A callback ID with every character that base64 has and a path does not like.
const callbackID = callbacks.CallbackID("QUJD/x+Y/z0=")

const executionARN = "arn:aws:lambda:eu-central-1:123456789012:function:pay:3/durable-execution/order-7/4f2a"

var target = callbacks.Target{CallbackID: callbackID, ExecutionARN: executionARN, Region: "eu-west-1"}

var approved = callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}

// awsServer is a server that answers as Lambda does, and what it was asked.
type awsServer struct {
	url   string
	mu    sync.Mutex
	asked []request
	reply http.HandlerFunc
}

type request struct {
	method, uri, contentType, authorization, body string
}

func serve(t *testing.T, reply http.HandlerFunc) *awsServer {
	t.Helper()
	s := &awsServer{reply: reply}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *awsServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.asked = append(s.asked, request{r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), string(body)})
	s.mu.Unlock()
	s.reply(w, r)
}

func (s *awsServer) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.asked...)
}

// refuse answers with an error as the restJson1 protocol writes it. An empty code sends none.
func refuse(status int, code string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Amzn-RequestId", "6f1c2a90")
		if code != "" {
			w.Header().Set("X-Amzn-Errortype", code)
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"Type":"User","message":"about %s"}`, callbackID)
	}
}

func newClient(t *testing.T, c lambdaapi.Config) *lambdaapi.Client {
	t.Helper()
	c.Region = cmp.Or(c.Region, "us-east-1")
	if c.Credentials == nil {
		c.Credentials = credentials.NewStaticCredentialsProvider("AKID", "secret", "")
	}
	client, err := lambdaapi.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// lambdaError asserts that an error is the domain's and that it does not give the callback ID away.
func lambdaError(t *testing.T, err error) *replies.Error {
	t.Helper()
	le, ok := errors.AsType[*replies.Error](err)
	if !ok {
		t.Fatalf("got %v, want a *replies.Error", err)
	}
	for _, secret := range []string{string(callbackID), "QUJD%2Fx+Y", "QUJD%2Fx%2BY"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error gives the callback ID away: %v", err)
		}
	}
	return le
}
