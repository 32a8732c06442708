package callbacks

// Requirement is the rule that applied to a callback when it arrived. Later changes of the rule do
// not affect it.
type Requirement struct {
	Rule       string // the rule's name, empty if the queue has none
	Version    string // of the rule
	Signatures int    // how many people have to sign the same proposal
}

// OneSignature is the requirement of a queue without rules: one person who may decide the callback
// signs it.
var OneSignature = Requirement{Signatures: 1}
