package words

import (
	"fmt"
	"strings"

	"countersign/internal/callbacks"
)

// Terms says in sentences what a rule asks for: "2 of finance-approvers and 1 of controllers. One
// rejection ends it. The requester may not sign." They are made from the configuration, never
// written beside it.
func Terms(t callbacks.Terms) string {
	said := []string{Thresholds(t.Signatures), rejections(t.Against)}
	if len(t.Exclude) > 0 {
		said = append(said, "The requester may not sign.")
	}
	if reason := reasons(t); reason != "" {
		said = append(said, reason)
	}
	if e := t.Escalate; e != nil {
		said = append(said, fmt.Sprintf("After %.4g %% of the time, members of %s may sign too.",
			e.After*100, strings.Join(e.To, " or ")))
	}
	if t.GroupsNotOlderThan > 0 {
		said = append(said, "Groups must have been read within "+Duration(t.GroupsNotOlderThan)+".")
	}
	return strings.Join(said, " ")
}

// Thresholds says how many people of which groups have to sign, as a sentence.
func Thresholds(thresholds []callbacks.Threshold) string {
	var parts []string
	for _, t := range thresholds {
		parts = append(parts, fmt.Sprintf("%d of %s", max(t.For, 1), From(t.From)))
	}
	if len(parts) == 0 {
		return "Nobody can meet it, because it asks for no signature."
	}
	return strings.Join(parts, " and ") + "."
}

// From names the groups of which a threshold takes members.
func From(groups []string) string {
	if len(groups) == 0 {
		return "the queue’s groups"
	}
	return strings.Join(groups, " or ")
}

func rejections(against int) string {
	if against <= 1 {
		return "One rejection ends it."
	}
	return Capital(Number(against)) + " rejections end it."
}

// reasons says for which signatures a comment is required.
func reasons(t callbacks.Terms) string {
	switch approve, reject := t.NeedsReason(callbacks.For), t.NeedsReason(callbacks.Against); {
	case approve && reject:
		return "Every signature needs a comment."
	case approve:
		return "An approval needs a comment."
	case reject:
		return "A rejection needs a comment."
	}
	return ""
}
