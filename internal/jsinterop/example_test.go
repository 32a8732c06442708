package jsinterop

import (
	"testing"

	"countersign/internal/standin/locallambda"
)

// The example of docs/local-lambda.md, served as it says there.
func TestExampleOfTheDocs(t *testing.T) {
	t.Parallel()
	const folder = "../../examples/approval-js/"
	address, stop, err := startNode(folder+"serve.mjs", folder+"approve.mjs", "0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	for reply, want := range map[string]string{
		`{"approved":true}`:                       `"order-7 is approved"`,
		`{"approved":false,"comment":"too dear"}`: `"order-7 is not approved: too dear"`,
	} {
		run := start(t, address, "approve", `{"id":"order-7"}`)
		run.suspended()
		run.succeed(1, reply)
		if o := run.log.Next(t, locallambda.ExecutionEnded); o.Payload != want {
			t.Errorf("%s: ended %s with %s %v, want %s", reply, o.Status, o.Payload, o.Error, want)
		}
	}
}
