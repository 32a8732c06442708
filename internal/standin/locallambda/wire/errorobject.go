package wire

// ErrorObject is Lambda's description of a failure, as functions, callers and the history exchange
// it. All fields are optional.
type ErrorObject struct {
	ErrorType    string   `json:"ErrorType,omitempty"`
	ErrorMessage string   `json:"ErrorMessage,omitempty"`
	ErrorData    string   `json:"ErrorData,omitempty"`
	StackTrace   []string `json:"StackTrace,omitempty"`
}

// Size returns the size that Lambda's limit of 1 MB applies to: all fields together, in bytes.
func (o *ErrorObject) Size() int {
	if o == nil {
		return 0
	}
	n := len(o.ErrorType) + len(o.ErrorMessage) + len(o.ErrorData)
	for _, line := range o.StackTrace {
		n += len(line)
	}
	return n
}

// Error makes the object usable as a Go error: a function may return one to say how it failed.
func (o *ErrorObject) Error() string {
	if o.ErrorType == "" {
		return o.ErrorMessage
	}
	return o.ErrorType + ": " + o.ErrorMessage
}
