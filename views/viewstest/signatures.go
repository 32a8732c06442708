package viewstest

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// The other people of EXP-2296. Priya and Dana are finance-approvers as Mara is, Aiko is a
// controller.
var (
	Priya = callbacks.Actor{Kind: callbacks.ActorPerson, ID: "priya", Name: "Priya Raman"}
	Aiko  = callbacks.Actor{Kind: callbacks.ActorPerson, ID: "aiko", Name: "Aiko Brandt"}
)

// LargeExpenses is the rule of EXP-2296: two finance-approvers and one controller.
func LargeExpenses() callbacks.Requirement {
	return callbacks.Requirement{
		Rule: "large expenses", Version: "6a1f09c2d4e87b35", Basis: callbacks.BasisCondition,
		Terms: callbacks.Terms{
			Signatures: []callbacks.Threshold{
				{From: []string{"finance-approvers"}, For: 2}, {From: []string{"controllers"}, For: 1},
			},
			Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester},
		},
	}
}

// SignedBy is a signature for the request by a member of a group, some time before now.
func SignedBy(by callbacks.Actor, group, comment string, ago time.Duration) callbacks.Signature {
	return callbacks.Signature{
		By: by, Groups: []string{group}, GroupsReadAt: Now.Add(-time.Hour), InQueue: true, NotRequester: true,
		Proposal: callbacks.DefaultOutcomes(callbacks.Failure)[0].Proposal(nil), Comment: comment, At: Now.Add(-ago),
		Rule: "large expenses", Via: callbacks.ViaWeb,
	}
}

// Against turns a signature for the request into one against it.
func Against(s callbacks.Signature) callbacks.Signature {
	s.Proposal = callbacks.DefaultOutcomes(callbacks.Failure)[1].Proposal(nil)
	return s
}

// EndedSignature is a signature that ceased to count some time before now.
func EndedSignature(s callbacks.Signature, lapse callbacks.Lapse, why string, ago time.Duration) callbacks.Signature {
	s.End = &callbacks.SignatureEnd{Lapse: lapse, At: Now.Add(-ago), Why: why}
	return s
}

// Waiting2296 is EXP-2296 with some signatures, as Mara sees it.
func Waiting2296(signatures ...callbacks.Signature) desk.Sheet {
	r := Waiting("exp2296", "Expense report EXP-2296: $18,420.00, Lisbon partner summit, venue deposit", "expense-approval", "Ines Calloway",
		49*time.Minute+2*time.Second, 40*time.Minute+58*time.Second)
	r.Clocks.ExecutionDeadline = Now.Add(6*time.Hour + 10*time.Minute)
	r.Requester.Email = "ines.calloway@harborline.example"
	r.Requirement = LargeExpenses()
	sheet := desk.Sheet{
		Callback: r.Callback, Content: callbacks.Content{Description: "markdown", Payload: []byte(Payload)},
		Audit: Audit(r.Callback),
	}
	return Signing(sheet, signatures...)
}

// Signing returns a sheet with its signatures, with what they add up to, and with what Mara can do.
func Signing(sheet desk.Sheet, signatures ...callbacks.Signature) desk.Sheet {
	sheet.Signatures = signatures
	gate := gate(&sheet.Callback, signatures)
	sheet.Standing = callbacks.Weigh(sheet.Callback.Requirement, signatures)
	sheet.Why = gate.Explain(callbacks.Signer{Person: Mara}, sheet.Standing.Leading().Proposal)
	if n := len(signatures); n > 0 && signatures[n-1].By.ID == Mara.ID && signatures[n-1].End != nil {
		sheet.Void = &signatures[n-1]
	}
	return sheet
}

func gate(c *callbacks.Callback, signatures []callbacks.Signature) callbacks.Gate {
	return callbacks.Gate{
		Callback: c, Signatures: signatures, Now: Now,
		Queue: callbacks.Queue{Name: "finance", Groups: []string{"finance-approvers", "controllers"}},
	}
}

// Previews are the previews of all outcomes with a comment, for Mara. Signatures are those that the
// callback has.
func Previews(c callbacks.Callback, comment string, signatures ...callbacks.Signature) []desk.Preview {
	var previews []desk.Preview
	gate, signer := gate(&c, signatures), callbacks.Signer{Person: Mara}
	for _, o := range c.Outcomes {
		choice, proposal := callbacks.Choice{Outcome: o.Name, Comment: comment, PreparedAt: Now}, o.Proposal(nil)
		p := desk.Preview{
			Prepared:   callbacks.Prepared{Outcome: o, Completion: o.Fill(choice, Mara, nil)},
			PreparedAt: Now, Seen: "seen-" + o.Name, Why: gate.Explain(signer, proposal),
		}
		p.Tally = callbacks.Weigh(c.Requirement, signatures).Of(proposal)
		p.Sends = p.Tally.Has+1 >= p.Tally.Needs
		previews = append(previews, p)
	}
	return previews
}
