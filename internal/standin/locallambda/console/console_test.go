package console

import (
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

func TestLocalFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]fault.Fault{
		"*=reset":                {Kind: fault.ConnectionReset},
		"Invoke=500:0.2":         {Kind: fault.Service, Operation: "Invoke", Rate: 0.2},
		"GetDurableExecution=1":  {},
		"GetDurableExecution=:1": {},
	} {
		var got Fault
		err := got.UnmarshalText([]byte(text))
		if got.Fault != want || (err != nil) != (want.Kind == "") {
			t.Errorf("%s: got %+v, %v", text, got.Fault, err)
		}
	}
}

// What a function or a reviewer sent must not reach into the terminal.
func TestActivity(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	Activity{&out, "http://127.0.0.1:9001"}.Print(locallambda.Observation{
		Kind: locallambda.CallbackClosed, Function: "approve", Status: "SUCCEEDED",
		Payload: "\x1b[2Jgone\r\n" + strings.Repeat("é", 500),
	})
	got := out.String()
	upsets := strings.ContainsAny(got[:len(got)-1], "\x1b\r\n")
	if upsets || strings.Count(got, "é") > maxPrinted || !strings.Contains(got, "…") {
		t.Errorf("printed %q", got)
	}
}

func TestCallbackURL(t *testing.T) {
	t.Parallel()
	const want = "http://127.0.0.1:9001/2025-12-01/durable-execution-callbacks/a%2Fb+c==/succeed"
	if got := callbackURL("http://127.0.0.1:9001", "a/b+c=="); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
