package locallambda

import (
	"net/http"
	"strconv"
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// maxPageBytes limits the results and inputs on a page; Lambda's own limit for an answer is 6 MB.
const maxPageBytes = 5 << 20

// stateResponse is a page of an execution's state.
type stateResponse struct {
	Operations []wireOperation[wire.EpochSeconds] `json:"Operations"`
	NextMarker string                             `json:"NextMarker,omitempty"`
}

// state reads the operations that a function needs to replay.
// Errors: ResourceNotFoundException, InvalidParameterValueException for a wrong token or marker.
func (e *Engine) state(arn, token string, p wire.Page) (response stateResponse, err error) {
	err = e.update(func(time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		if err := x.checkToken(token); err != nil {
			return err
		}
		from, err := p.Position(len(x.operations))
		if err != nil {
			return err
		}
		response.Operations, response.NextMarker = page[wire.EpochSeconds](x, from, p.Size)
		return nil
	})
	return response, err
}

// page describes up to size operations from a position on, and returns the marker of the next page,
// if there is one.
func page[T wire.Timestamp](x *execution, from, size int) (operations []wireOperation[T], next string) {
	operations = []wireOperation[T]{}
	bytes := 0
	for i := from; i < len(x.operations); i++ {
		op := x.operations[i]
		if op.hidden() {
			continue
		}
		if bytes += op.size(); len(operations) == size || bytes > maxPageBytes && len(operations) > 0 {
			return operations, strconv.Itoa(i)
		}
		operations = append(operations, describe[T](op))
	}
	return operations, ""
}

// size returns roughly how many bytes the operation takes on the wire.
func (op *operation) size() int {
	const frame = 512
	n := frame + len(text(op.result)) + op.err.Size()
	if op.kind == protocol.Execution {
		n += len(*op.execution.input)
	}
	return n
}

// handleGetState serves GetDurableExecutionState, with which a function reads what did not fit into
// its invocation's payload.
func handleGetState(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := wire.NewQuery(r)
	page := q.Page()
	if q.Err() != nil {
		return q.Err()
	}
	response, err := e.state(r.PathValue("arn"), q.Get("CheckpointToken"), page)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, response)
}
