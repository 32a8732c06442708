package locallambda

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// historyRequest holds the parameters of a GetDurableExecutionHistory call.
type historyRequest struct {
	wire.Page
	data    bool
	reverse bool // newest first
}

// historyResponse is a page of a history.
type historyResponse struct {
	Events     []wireEvent `json:"Events"`
	NextMarker string      `json:"NextMarker,omitempty"`
}

// wireEvent is an event in the form that a reader requested.
type wireEvent struct {
	*event
	cutting
}

// history reads a page of an execution's history. A marker is the ID of the last event that was
// read, so that events which arrive meanwhile do not shift the pages. Errors:
// ResourceNotFoundException, and InvalidParameterValueException for a wrong marker.
func (e *Engine) history(arn string, r historyRequest) (response historyResponse, err error) {
	var events []*event
	err = e.update(func(time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		events = x.events // events are only ever appended
		return nil
	})
	if err != nil {
		return response, err
	}
	events, response.NextMarker, err = r.page(events)
	response.Events = make([]wireEvent, len(events))
	for i, ev := range events {
		response.Events[i] = wireEvent{ev, cutting{data: r.data, limit: e.config.HistoryPayloadLimit}}
	}
	return response, err
}

// page selects from a whole history. The event with ID n is at index n-1.
func (r historyRequest) page(events []*event) (page []*event, next string, err error) {
	last, err := r.Position(len(events))
	if err != nil {
		return nil, "", err
	}
	step, i := 1, last
	if r.reverse {
		step, i = -1, last-2
		if r.Marker == "" {
			i = len(events) - 1
		}
	}
	for ; i >= 0 && i < len(events); i += step {
		if len(page) == r.Size {
			return page, strconv.Itoa(page[len(page)-1].id), nil
		}
		page = append(page, events[i])
	}
	return page, "", nil
}

// MarshalJSON writes the event with the one details member for its type.
func (w wireEvent) MarshalJSON() ([]byte, error) {
	fields := map[string]any{
		"EventId":                  w.id,
		"EventTimestamp":           wire.EpochSeconds(w.at),
		"EventType":                w.kind,
		string(w.kind) + "Details": w.details.cut(w.cutting),
	}
	if op := w.operation; op != nil {
		for key, value := range map[string]string{"Id": op.id, "ParentId": op.parent, "Name": op.name, "SubType": op.subType} {
			if value != "" {
				fields[key] = value
			}
		}
	}
	return json.Marshal(fields)
}

// handleGetHistory serves GetDurableExecutionHistory. Payloads are included unless the request says
// no. AWS documents that default; one emulator has the opposite.
func handleGetHistory(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := wire.NewQuery(r)
	request := historyRequest{
		Page:    q.Page(),
		data:    q.Bool("IncludeExecutionData", true),
		reverse: q.Bool("ReverseOrder", false),
	}
	if q.Err() != nil {
		return q.Err()
	}
	response, err := e.history(r.PathValue("arn"), request)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, response)
}
