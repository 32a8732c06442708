package words

import (
	"cmp"

	"countersign/internal/callbacks"
)

// Answer says how Lambda answered an attempt, for a person who cannot see logs.
func Answer(a callbacks.Answer) string {
	switch a {
	case callbacks.AnswerAccepted:
		return "accepted"
	case callbacks.AnswerClosed:
		return "the callback is closed"
	case callbacks.AnswerInvalid:
		return "refused as invalid"
	case callbacks.AnswerMaybeClosed:
		return "refused, or the callback is closed"
	case callbacks.AnswerGone:
		return "the callback is not known"
	case callbacks.AnswerDenied:
		return "access denied"
	case callbacks.AnswerThrottled:
		return "throttled"
	case callbacks.AnswerKMS:
		return "the encryption key cannot be used"
	case callbacks.AnswerFault:
		return "an internal Lambda error"
	case callbacks.AnswerNone:
		return "no answer"
	case callbacks.AnswerUnsent:
		return "not reachable"
	case callbacks.AnswerSkew:
		return "the desk’s clock or signature is not accepted"
	case callbacks.AnswerCredentials:
		return "the desk has no valid credentials"
	}
	return string(a)
}

// AdminTold is all that a reviewer learns of an answer that only an operator can do something
// about.
const AdminTold = "an admin was told"

// AnswerFor says how Lambda answered, in words that suit the viewer.
func AnswerFor(a callbacks.Answer, viewer callbacks.Person) string {
	if a.NeedsOperator() && !viewer.Roles.Admin {
		return AdminTold
	}
	return Answer(a)
}

// Remedy tells an admin what to do about an answer that will not change by itself. account is the
// one whose role makes the call, and key the KMS key that caused the answer; both may be empty.
func Remedy(a callbacks.Answer, needed callbacks.Permission, account, key string) string {
	switch a {
	case callbacks.AnswerDenied:
		text := "Allow " + needed.Action + " on " + needed.Resource
		if account != "" {
			text += " in the role of account " + account
		}
		return text + ". It takes a moment until AWS goes by it."
	case callbacks.AnswerKMS:
		return "Enable " + cmp.Or(key, "the KMS key of the function") + ", and allow kms:Decrypt and kms:GenerateDataKey with it."
	case callbacks.AnswerSkew:
		return "Set the clock of the machine (NTP); if it is right, the secret key of the credentials is wrong."
	case callbacks.AnswerCredentials:
		return "Give the desk valid AWS credentials: they are missing, have expired, or are not known to AWS. The log says more."
	case callbacks.AnswerAccepted, callbacks.AnswerClosed, callbacks.AnswerMaybeClosed, callbacks.AnswerInvalid, callbacks.AnswerGone,
		callbacks.AnswerThrottled, callbacks.AnswerFault, callbacks.AnswerNone, callbacks.AnswerUnsent:
	}
	return ""
}

// FailingHeartbeats says that Lambda does not accept the heartbeats, and how it answers.
func FailingHeartbeats(c *callbacks.Callback, viewer callbacks.Person) string {
	return "Lambda does not take the heartbeats: " + AnswerFor(c.Untaken.Answer, viewer)
}
