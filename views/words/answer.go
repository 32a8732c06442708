package words

import (
	"cmp"

	"countersign/internal/callbacks"
)

// Reply says how Lambda answered an attempt, for a person who cannot see logs.
func Reply(a callbacks.Reply) string {
	switch a {
	case callbacks.ReplyAccepted:
		return "accepted"
	case callbacks.ReplyClosed:
		return "the callback is closed"
	case callbacks.ReplyInvalid:
		return "refused as invalid"
	case callbacks.ReplyMaybeClosed:
		return "refused, or the callback is closed"
	case callbacks.ReplyGone:
		return "the callback is not known"
	case callbacks.ReplyDenied:
		return "access denied"
	case callbacks.ReplyThrottled:
		return "throttled"
	case callbacks.ReplyKMS:
		return "the encryption key cannot be used"
	case callbacks.ReplyFault:
		return "an internal Lambda error"
	case callbacks.ReplyNone:
		return "no answer"
	case callbacks.ReplyUnsent:
		return "not reachable"
	case callbacks.ReplySkew:
		return "the desk’s clock or signature is not accepted"
	case callbacks.ReplyCredentials:
		return "the desk has no valid credentials"
	}
	return string(a)
}

// AdminTold is all that a reviewer learns of an answer that only an operator can do something
// about.
const AdminTold = "an admin was told"

// AnswerFor says how Lambda answered, in words that suit the viewer.
func AnswerFor(a callbacks.Reply, viewer callbacks.Person) string {
	if a.NeedsOperator() && !viewer.Roles.Admin {
		return AdminTold
	}
	return Reply(a)
}

// AttemptReply says how Lambda answered one of several attempts, in words that suit the viewer. The
// verdict, not each attempt, says that an admin was told.
func AttemptReply(a callbacks.Reply, viewer callbacks.Person) string {
	if a.NeedsOperator() && !viewer.Roles.Admin {
		return "not accepted"
	}
	return Reply(a)
}

// Remedy tells an admin what to do about an answer that will not change by itself. account is the
// one whose role makes the call, and key the KMS key that caused the answer; both may be empty.
func Remedy(a callbacks.Reply, needed Permission, account, key string) string {
	switch a {
	case callbacks.ReplyDenied:
		text := "Allow " + needed.Action + " on " + needed.Resource
		if account != "" {
			text += " in the role of account " + account
		}
		return text + ". AWS takes a moment to apply it."
	case callbacks.ReplyKMS:
		return "Enable " + cmp.Or(key, "the KMS key of the function") + ", and allow kms:Decrypt and kms:GenerateDataKey with it."
	case callbacks.ReplySkew:
		return "Set the clock of the machine (NTP); if it is right, the secret key of the credentials is wrong."
	case callbacks.ReplyCredentials:
		return "Give the desk valid AWS credentials: they are missing, have expired, or are not known to AWS. The log says more."
	case callbacks.ReplyAccepted, callbacks.ReplyClosed, callbacks.ReplyMaybeClosed, callbacks.ReplyInvalid, callbacks.ReplyGone,
		callbacks.ReplyThrottled, callbacks.ReplyFault, callbacks.ReplyNone, callbacks.ReplyUnsent:
	}
	return ""
}

// FailingHeartbeats says that Lambda does not accept the heartbeats, and how it answers.
func FailingHeartbeats(c *callbacks.Callback, viewer callbacks.Person) string {
	return "Lambda does not take the heartbeats: " + AnswerFor(c.MissedHeartbeats.Reply, viewer)
}
