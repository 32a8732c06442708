package locallambda

import (
	"crypto/sha256"
	"time"
)

// checkpoints is the protocol state of one invocation; a new invocation starts with a new one, which makes the tokens of the
// old one invalid.
type checkpoints struct {
	token   string              // the only valid one; empty when there is none
	replies map[string]repeated // by ClientToken
	decided *outcome            // by an EXECUTION update
}

// repeated is what a checkpoint was answered with, for a client that did not hear the answer.
type repeated struct {
	request  [sha256.Size]byte
	at       time.Time
	response checkpointResponse
}

// idempotencyWindow is how long Lambda recognises a ClientToken.
const idempotencyWindow = 15 * time.Minute

type checkpointRequest struct {
	CheckpointToken string            `json:"CheckpointToken"`
	ClientToken     string            `json:"ClientToken"`
	Updates         []operationUpdate `json:"Updates"`

	digest [sha256.Size]byte // of the whole body
}

type checkpointResponse struct {
	CheckpointToken   string          `json:"CheckpointToken"`
	NewExecutionState checkpointState `json:"NewExecutionState"`
}

type checkpointState struct {
	Operations []wireOperation[epochSeconds] `json:"Operations"`
}

// checkpoint applies updates, all or none, and returns the next token with what changed since the last one.
// Errors: InvalidParameterValueException for a token that is used up and for updates that break a rule or a quota,
// ResourceNotFoundException.
func (e *Engine) checkpoint(arn string, r checkpointRequest) (response checkpointResponse, err error) {
	err = e.update(func(now time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		response, err = x.checkpoint(now, r)
		return err
	})
	return response, err
}

func (x *execution) checkpoint(now time.Time, r checkpointRequest) (checkpointResponse, error) {
	if earlier, ok := x.replies[r.ClientToken]; ok && now.Sub(earlier.at) < idempotencyWindow {
		if earlier.request != r.digest {
			return checkpointResponse{}, invalidParameter("ClientToken was used before with other parameters.")
		}
		return earlier.response, nil
	}
	if err := x.checkToken(r.CheckpointToken); err != nil {
		return checkpointResponse{}, err
	}
	x.takeArrived(now)
	if err := x.validate(r.Updates); err != nil {
		return checkpointResponse{}, err
	}
	if err := x.checkQuotas(r.Updates); err != nil {
		return checkpointResponse{}, err
	}
	for _, u := range r.Updates {
		x.apply(u, now)
	}
	response := checkpointResponse{CheckpointToken: newToken(), NewExecutionState: checkpointState{Operations: x.news()}}
	x.token = response.CheckpointToken
	x.remember(now, r, response)
	return response, nil
}

// checkToken accepts only the token that was given out last. An execution that ended has none. By the words of this error
// AWS's SDKs know that an invocation is out of date: any other one ends the execution.
func (x *execution) checkToken(token string) error {
	if x.token == "" || token != x.token {
		return invalidParameter("Invalid Checkpoint Token.")
	}
	return nil
}

// news lists the operations that changed since the function was told last, and takes note that it is told now.
func (x *execution) news() []wireOperation[epochSeconds] {
	changed := []wireOperation[epochSeconds]{}
	for _, op := range x.operations {
		if op.revision > x.seen && !op.hidden() {
			changed = append(changed, describe[epochSeconds](op))
		}
	}
	x.seen = x.revision
	return changed
}

// remember keeps an answer for a repeated request and drops those that are too old.
func (x *execution) remember(now time.Time, r checkpointRequest, response checkpointResponse) {
	if r.ClientToken == "" {
		return
	}
	if x.replies == nil {
		x.replies = map[string]repeated{}
	}
	for token, earlier := range x.replies {
		if now.Sub(earlier.at) >= idempotencyWindow {
			delete(x.replies, token)
		}
	}
	x.replies[r.ClientToken] = repeated{request: r.digest, at: now, response: response}
}
