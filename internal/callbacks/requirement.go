package callbacks

// Requirement is the rule that bound a callback when it arrived. A rule that changes later does not
// change it.
type Requirement struct {
	Rule       string // the rule's name, empty where the queue has none
	Version    string // of the rule
	Signatures int    // how many people have to sign the same proposal
}

// OneSignature is the requirement of a queue without rules: one of those who may decide the
// callback signs it.
var OneSignature = Requirement{Signatures: 1}
