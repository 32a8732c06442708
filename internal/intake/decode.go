package intake

import (
	"bytes"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
)

// byteOrderMark is what some senders write before UTF-8. RFC 8259 lets a reader ignore it.
var byteOrderMark = []byte("\ufeff")

// Decode reads the body of an announcement. It returns all faults of its shape at once, as
// a fault.List; a document that two readers could understand differently is not read
// further. The domain checks the values. The payload stays as it was sent, byte for byte.
func Decode(body []byte) (announcement.Announcement, error) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	var f faults
	checkDocument(body, &f)
	if err := f.err(); err != nil {
		return announcement.Announcement{}, err
	}
	var a announcement.Announcement
	readObject(body, "", &f, func(o object) { a = readAnnouncement(o) })
	if err := f.err(); err != nil {
		return announcement.Announcement{}, err
	}
	return a, nil
}

func readAnnouncement(o object) announcement.Announcement {
	a := announcement.Announcement{
		CallbackID:        o.required("callbackId"),
		Title:             o.text("title"),
		Description:       o.text("description"),
		Requester:         o.text("requester"),
		RequesterID:       o.text("requesterId"),
		Payload:           o.any("payload"),
		Function:          o.text("function"),
		ExecutionARN:      o.text("executionArn"),
		Name:              o.text("name"),
		StartedAt:         o.instant("startedAt"),
		Timeout:           o.seconds("timeoutSeconds"),
		HeartbeatTimeout:  o.seconds("heartbeatTimeoutSeconds"),
		ExecutionDeadline: o.instant("executionDeadline"),
		Queue:             o.text("queue"),
		Tags:              o.texts("tags"),
		KeepAlive:         callbacks.KeepAlive(o.text("keepAlive")),
		Masked:            o.texts("masked"),
		Group:             o.text("group"),
	}
	o.objects("links", func(link object) {
		a.Links = append(a.Links, callbacks.Link{Title: link.text("title"), URL: link.text("url")})
	})
	o.objects("outcomes", func(outcome object) {
		read := readOutcome(outcome)
		a.Outcomes = append(a.Outcomes, read)
		if sent := readForm(outcome); len(sent.Schema)+len(sent.Value) > 0 {
			if a.Forms == nil {
				a.Forms = map[string]announcement.Form{}
			}
			a.Forms[read.Name] = sent
		}
	})
	return a
}

// readForm reads what an outcome brings for its answer. A proposed answer may be null.
func readForm(o object) announcement.Form {
	return announcement.Form{Schema: o.value("form"), Value: o.any("value")}
}

func readOutcome(o object) callbacks.Outcome {
	return callbacks.Outcome{
		Name:         o.text("name"),
		Label:        o.text("label"),
		Kind:         callbacks.Kind(o.text("kind")),
		Stated:       callbacks.Stance(o.text("stance")),
		Comment:      callbacks.CommentRule(o.text("comment")),
		Encoding:     callbacks.Encoding(o.text("encoding")),
		Payload:      o.any("payload"),
		ErrorType:    o.text("errorType"),
		ErrorMessage: o.text("errorMessage"),
		ErrorData:    o.value("errorData"),
	}
}
