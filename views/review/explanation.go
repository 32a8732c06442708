package review

import (
	"countersign/internal/callbacks"
	"countersign/views/untrusted"
)

// whyQuestion is the question that an explanation answers.
func whyQuestion(why *callbacks.Explanation) string {
	if why.Can() {
		return "Why can I sign?"
	}
	return "Why can’t I sign?"
}

// whyAnswer is the answer in a few words.
func whyAnswer(why *callbacks.Explanation) string {
	failed, ok := why.Failed()
	switch {
	case !ok && why.ActingFor != "":
		return "You can sign, for " + untrusted.Isolate(why.ActingFor)
	case !ok:
		return "You can sign"
	case failed.Result == callbacks.GateUnknown:
		return "Not known whether you can sign"
	}
	return "You cannot sign: " + because(failed.Code)
}

// because is a reason in a few words.
func because(code callbacks.ReasonCode) string {
	switch code {
	case callbacks.CodeNotPending:
		return "it does not wait any more"
	case callbacks.CodeRole:
		return "you have no role that signs"
	case callbacks.CodeUnannounced, callbacks.CodeUnknownRequester:
		return "nobody knows who asks"
	case callbacks.CodeRequester:
		return "you asked for this"
	case callbacks.CodeStated:
		return "you said who asks"
	case callbacks.CodeUnverified:
		return "you may be the requester"
	case callbacks.CodeActsForRequester:
		return "you act for the requester"
	case callbacks.CodeActsForExcluded:
		return "you act for somebody who may be the requester"
	case callbacks.CodeQueue:
		return "you are in no group of the queue"
	case callbacks.CodeGroup:
		return "you are in none of the groups"
	case callbacks.CodeAlreadySigned:
		return "you have signed"
	case callbacks.CodeSamePerson:
		return "you have signed with another account"
	case callbacks.CodeTooOften:
		return "you have signed it too often"
	case callbacks.CodeNoPlace:
		return "every place that you can fill is taken"
	case callbacks.CodeGroupsOld, callbacks.CodeDelegatorOld:
		return "groups were read too long ago"
	}
	return string(code)
}
