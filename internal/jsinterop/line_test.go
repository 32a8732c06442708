package jsinterop

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// line writes an event as: type, position of the operation, subtype, name, details.
func line(t *testing.T, e types.Event) string {
	t.Helper()
	line := string(e.EventType)
	if strings.HasPrefix(line, "Execution") {
		return line
	}
	if d := e.InvocationCompletedDetails; d != nil {
		return line + failure(d.Error)
	}
	position, ok := positions[aws.ToString(e.Id)]
	parent := position[:max(0, strings.LastIndex(position, "-"))]
	if !ok || positions[aws.ToString(e.ParentId)] != parent {
		t.Errorf("%s of %s (%s) has the parent %q, want %q", line, aws.ToString(e.Id), position, aws.ToString(e.ParentId), parent)
	}
	line += " " + position + " " + aws.ToString(e.SubType)
	if e.Name != nil {
		line += " " + *e.Name
	}
	return line + details(e)
}

func details(e types.Event) string {
	switch {
	case e.CallbackStartedDetails != nil:
		return clock("timeout", e.CallbackStartedDetails.Timeout) + clock("heartbeat", e.CallbackStartedDetails.HeartbeatTimeout)
	case e.CallbackSucceededDetails != nil:
		return payload(e.CallbackSucceededDetails.Result)
	case e.CallbackFailedDetails != nil:
		return failure(e.CallbackFailedDetails.Error)
	case e.CallbackTimedOutDetails != nil:
		// the text is the engine's own
		return " " + aws.ToString(e.CallbackTimedOutDetails.Error.Payload.ErrorType)
	case e.StepSucceededDetails != nil:
		return payload(e.StepSucceededDetails.Result)
	case e.StepFailedDetails != nil:
		return failure(e.StepFailedDetails.Error)
	case e.ContextSucceededDetails != nil:
		return payload(e.ContextSucceededDetails.Result)
	case e.ContextFailedDetails != nil:
		return failure(e.ContextFailedDetails.Error)
	case e.WaitStartedDetails != nil:
		return fmt.Sprintf(" %ds", aws.ToInt32(e.WaitStartedDetails.Duration))
	}
	return ""
}

func clock(name string, seconds *int32) string {
	if aws.ToInt32(seconds) == 0 {
		return ""
	}
	return fmt.Sprintf(" %s=%d", name, *seconds)
}

func payload(r *types.EventResult) string {
	if r == nil || r.Payload == nil {
		return ""
	}
	return " " + *r.Payload
}

func failure(e *types.EventError) string {
	if e == nil {
		return ""
	}
	text := " " + aws.ToString(e.Payload.ErrorType)
	if e.Payload.ErrorMessage != nil {
		text += ": " + *e.Payload.ErrorMessage
	}
	return text
}

// positions are those that the cases use, by the ID that the SDK makes of them.
var positions = func() map[string]string {
	byID := map[string]string{"": ""} // the root
	for _, p := range []string{"1", "2", "3", "1-1", "1-2", "2-1", "2-2", "3-1", "3-2", "1-1-1", "1-1-2"} {
		sum := md5.Sum([]byte(p))
		byID[hex.EncodeToString(sum[:])[:16]] = p
	}
	return byID
}()
