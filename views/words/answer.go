package words

import (
	"cmp"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// Reply says how Lambda answered an attempt, for a person who cannot see logs.
func Reply(a replies.Reply) string {
	switch a {
	case replies.Accepted:
		return "accepted"
	case replies.Closed:
		return "the callback is closed"
	case replies.Invalid:
		return "refused as invalid"
	case replies.MaybeClosed:
		return "refused, or the callback is closed"
	case replies.Gone:
		return "the callback is not known"
	case replies.Denied:
		return "access denied"
	case replies.Throttled:
		return "throttled"
	case replies.KMS:
		return "the encryption key cannot be used"
	case replies.Fault:
		return "an internal Lambda error"
	case replies.None:
		return "no answer"
	case replies.Unsent:
		return "not reachable"
	case replies.Skew:
		return "the desk’s clock or signature is not accepted"
	case replies.Credentials:
		return "the desk has no valid credentials"
	case replies.Sealed:
		return "the desk cannot decrypt what it is to send"
	}
	return string(a)
}

// AdminTold is all that a reviewer learns of an answer that only an operator can do something
// about.
const AdminTold = "an admin was told"

// AnswerFor says how Lambda answered, in words that suit the viewer.
func AnswerFor(a replies.Reply, viewer callbacks.Person) string {
	if a.NeedsOperator() && !viewer.Roles.Admin {
		return AdminTold
	}
	return Reply(a)
}

// AttemptReply says how Lambda answered one of several attempts, in words that suit the viewer. The
// verdict, not each attempt, says that an admin was told.
func AttemptReply(a replies.Reply, viewer callbacks.Person) string {
	if a.NeedsOperator() && !viewer.Roles.Admin {
		return "not accepted"
	}
	return Reply(a)
}

// Remedy tells an admin what to do about an answer that will not change by itself. account is the
// one whose role makes the call, and key the KMS key that caused the answer; both may be empty.
func Remedy(a replies.Reply, needed Permission, account, key string) string {
	switch a {
	case replies.Denied:
		text := "Allow " + needed.Action + " on " + needed.Resource
		if account != "" {
			text += " in the role of account " + account
		}
		return text + ". AWS takes a moment to apply it."
	case replies.KMS:
		return "Enable " + cmp.Or(key, "the KMS key of the function") + ", and allow kms:Decrypt and kms:GenerateDataKey with it."
	case replies.Skew:
		return "Set the clock of the machine (NTP); if it is right, the secret key of the credentials is wrong."
	case replies.Credentials:
		return "Give the desk valid AWS credentials: they are missing, have expired, or are not known to AWS. The log says more."
	case replies.Sealed:
		return "Put the key under which the secret was encrypted into COUNTERSIGN_SECRETS_KEY, behind the present one. Nothing was sent."
	case replies.Accepted, replies.Closed, replies.MaybeClosed, replies.Invalid, replies.Gone,
		replies.Throttled, replies.Fault, replies.None, replies.Unsent:
	}
	return ""
}

// FailingHeartbeats says that Lambda does not accept the heartbeats, and how it answers.
func FailingHeartbeats(c *callbacks.Callback, viewer callbacks.Person) string {
	return "Lambda does not take the heartbeats: " + AnswerFor(c.MissedHeartbeats.Reply, viewer)
}
