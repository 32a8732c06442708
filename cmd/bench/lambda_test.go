package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// TestLambda: the stand-in is called as the SDK calls AWS, and gives the callback ID back as it was.
func TestLambda(t *testing.T) {
	t.Parallel()
	l, err := startLambda(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	client := lambda.New(lambda.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(l.url), Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	all := l.expect(2)
	for _, id := range []string{"a/b+c=", "YWJj"} {
		select {
		case <-all:
			t.Error("full before the last call")
		default:
		}
		_, err := client.SendDurableExecutionCallbackSuccess(context.Background(), &lambda.SendDurableExecutionCallbackSuccessInput{
			CallbackId: aws.String(id), Result: []byte(strings.Repeat("x", 100)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	<-all
	if arrived := l.arrivals(); len(arrived) != 2 || arrived["a/b+c="].IsZero() || arrived["YWJj"].Before(arrived["a/b+c="]) {
		t.Errorf("arrivals %v, want both in their order", arrived)
	}
}
