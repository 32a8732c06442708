package policy

import (
	"bytes"
	"testing"

	"countersign/internal/callbacks"
)

// holds is a condition that looks for a text in the payload.
type holds string

func (h holds) Holds(r *callbacks.Reading) (bool, error) {
	return bytes.Contains(r.Content.Payload, []byte(h)), nil
}

// TestAsShown: no pasted condition finds out what a masked value is; one that is in force reads it, as
// it does when a request arrives, and what is in force is not changed.
func TestAsShown(t *testing.T) {
	t.Parallel()
	queue := func(when string, masked ...string) callbacks.Queues {
		return callbacks.Queues{"finance": {Name: "finance", Masked: masked, Rules: []callbacks.Rule{
			{Name: "asked", When: when, Condition: holds(when), Terms: callbacks.OneSignature.Terms},
			{Name: "everyday", Terms: callbacks.OneSignature.Terms},
		}}}
	}
	content := callbacks.Content{Payload: []byte(`{"iban":"DE02","pin":"4711","total":7}`), Masked: []string{"/pin"}}
	for name, tt := range map[string]struct {
		inForce callbacks.Queues
		when    string
		want    callbacks.StepResult
	}{
		"Masked":         {queue("x", "/iban"), "DE02", callbacks.StepNot},
		"MaskedBySender": {queue("x"), "4711", callbacks.StepNot},
		"NotMasked":      {queue("x"), "DE02", callbacks.StepHolds},
		"Total":          {queue("x", "/iban"), "total", callbacks.StepHolds},
		"InForce":        {queue("DE02", "/iban"), "DE02", callbacks.StepHolds},
		"OtherQueue":     {callbacks.Queues{"sales": queue("DE02")["finance"], "finance": {Masked: []string{"/iban"}}}, "DE02", callbacks.StepNot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pasted := Policy{Queues: queue(tt.when)}
			steps := pasted.asShown(tt.inForce).Queues["finance"].Steps(&callbacks.Callback{}, &content)
			if steps[0].Result != tt.want {
				t.Errorf("the condition is %s, want %s", steps[0].Result, tt.want)
			}
			if own := pasted.Queues["finance"].Steps(&callbacks.Callback{}, &content); own[0].Result != callbacks.StepHolds {
				t.Errorf("what was pasted is changed: %s", own[0].Result)
			}
		})
	}
}
