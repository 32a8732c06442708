package locallambda

import (
	"net/http"
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

type stopResponse struct {
	StopTimestamp wire.EpochSeconds `json:"StopTimestamp"`
}

// stop ends a running execution. For an execution that has already ended, AWS documents no answer;
// this engine answers with the time of its end and changes nothing. Errors:
// ResourceNotFoundException, and InvalidParameterValueException for an error object that is too
// large.
func (e *Engine) stop(arn string, problem *wire.ErrorObject) (response stopResponse, err error) {
	if problem.Size() > protocol.MaxPayload {
		return response, wire.InvalidParameter("Error is larger than %d bytes.", protocol.MaxPayload)
	}
	err = e.update(func(now time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		if x.status == running {
			x.end(now, stopped, nil, problem)
		}
		response.StopTimestamp = wire.EpochSeconds(x.endedAt)
		return nil
	})
	return response, err
}

// handleStop serves StopDurableExecution. The body is the error object itself, and optional.
func handleStop(e *Engine, w http.ResponseWriter, r *http.Request) error {
	problem, err := readErrorObject(w, r)
	if err != nil {
		return err
	}
	response, err := e.stop(r.PathValue("arn"), problem)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, response)
}
