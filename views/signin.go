package views

// SignIn is the page on which a person chooses to sign in.
type SignIn struct {
	Provider  string // the identity provider's name
	Return    string // path to go to afterwards, checked by the handler; "/" for none in particular
	Down      bool   // the provider does not answer
	Problem   string // what went wrong with the last try, one sentence for the person; empty for nothing
	SignedOut bool   // the person has just signed out
}
