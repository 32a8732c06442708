package views

import (
	"cmp"

	"countersign/internal/callbacks"
)

// adminTold is all that a reviewer reads of an answer that only an operator can do something about.
const adminTold = "an admin was told"

// said is what Lambda answered, in words for its reader.
func said(a callbacks.Answer, viewer callbacks.Person) string {
	if a.NeedsOperator() && !viewer.Roles.Admin {
		return adminTold
	}
	return answerWords(a)
}

// mending says to an admin what to do about an answer that stays the same until it is done. account is the one whose role makes
// the call, key the KMS key that stood in the way; both may be empty.
func mending(a callbacks.Answer, needed callbacks.Permission, account, key string) string {
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

// mendingDelivery says to an admin what keeps a decision from being delivered, nothing where that passes by itself.
func mendingDelivery(m Review) string {
	var account, key string
	if m.Delivery != nil {
		account = m.Delivery.Lane.Account
		for _, a := range m.Delivery.Attempts { // the latest that names one
			key = cmp.Or(a.Key, key)
		}
	}
	return mending(m.Callback.Problem, m.Callback.DeliveryPermission(), account, key)
}

// noteFor is what an audit entry says to its reader. Who is no admin reads of a refusal that an admin knows, and no more.
func noteFor(e callbacks.AuditEntry, viewer callbacks.Person) string {
	if e.NeedsOperator() && !viewer.Roles.Admin {
		return capital(adminTold)
	}
	return e.Detail
}
