package locallambda

import "time"

type stopResponse struct {
	StopTimestamp epochSeconds `json:"StopTimestamp"`
}

// stop ends a running execution. What answer an execution gets that has ended already is not documented; here it is the time
// of its end, and nothing changes. Errors: ResourceNotFoundException, InvalidParameterValueException for a too large error.
func (e *Engine) stop(arn string, problem *ErrorObject) (response stopResponse, err error) {
	if problem.size() > maxPayload {
		return response, invalidParameter("Error is larger than %d bytes.", maxPayload)
	}
	err = e.update(func(now time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		if x.status == running {
			x.end(now, stopped, nil, problem)
		}
		response.StopTimestamp = epochSeconds(x.endedAt)
		return nil
	})
	return response, err
}
