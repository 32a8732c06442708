package intake

import (
	"crypto/x509"
	"slices"
	"strings"
)

// NotificationType is the type of a message of SNS.
type NotificationType string

// The types of messages (SNS developer guide, "Parsing Amazon SNS message formats").
const (
	TypeNotification NotificationType = "Notification"             // somebody published
	TypeSubscription NotificationType = "SubscriptionConfirmation" // somebody subscribed us
	// somebody ended the subscription
	TypeUnsubscribed NotificationType = "UnsubscribeConfirmation"
)

// signedFields are the fields that a signature covers, in its order. Subject is there when the
// publisher gave one (SNS developer guide, "Verifying the signatures of Amazon SNS messages").
var signedFields = map[NotificationType][]string{
	TypeNotification: {"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"},
	TypeSubscription: {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"},
	TypeUnsubscribed: {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"},
}

// proofFields are the fields that prove the others.
var proofFields = []string{"SignatureVersion", "Signature", "SigningCertURL"}

// signatureVersions are the algorithms by SignatureVersion. Version 1 is what a topic uses until it
// is set to 2.
var signatureVersions = map[string]x509.SignatureAlgorithm{"1": x509.SHA1WithRSA, "2": x509.SHA256WithRSA}

// envelope is a message of SNS: the fields that are signed and those that prove them.
type envelope map[string]string

// readEnvelope reads a message. It ignores other fields: SNS has some and may add more.
func readEnvelope(body []byte) (envelope, error) {
	var f faults
	checkDocument(body, &f)
	if err := f.err(); err != nil {
		return nil, err
	}
	o, ok := openObject(body, "", &f)
	if !ok {
		return nil, f.err()
	}
	e := envelope{"Type": o.required("Type")}
	fields, known := signedFields[e.kind()]
	if !known {
		f.add("/Type", "a message type of SNS is expected")
	}
	for _, name := range slices.Concat(fields, proofFields) {
		if name == "Type" || name == "Subject" && !o.has(name) {
			continue
		}
		e[name] = o.required(name)
		// One value a line: otherwise the same signed text could be split into fields in more than
		// one way.
		if name != "Message" && strings.Contains(e[name], "\n") {
			f.add(pointer("", name), "one line is expected")
		}
	}
	return e, f.err()
}

func (e envelope) kind() NotificationType { return NotificationType(e["Type"]) }

// stringToSign is the text that SNS signs: name and value of each field on lines of their own.
func (e envelope) stringToSign() []byte {
	var b strings.Builder
	for _, name := range signedFields[e.kind()] {
		if value, ok := e[name]; ok {
			b.WriteString(name + "\n" + value + "\n")
		}
	}
	return []byte(b.String())
}
