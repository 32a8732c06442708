package demo

import "fmt"

// reports are the expense reports of the demo, without their numbers.
var reports = []expense{
	{
		Employee: "Ines Calloway", Email: "ines.calloway@harborline.example",
		Total: "7846.20", Trip: "Osaka customer onsite",
		Lines: []expenseLine{
			{1, "Flight MUC-KIX return", 2914.50, "r-88101"},
			{2, "Hotel, 3 nights", 1167.00, "r-88102"},
			{7, "Team dinner for nine", 1284.30, ""},
		},
		Policy: overLimit("hotel_cap:osaka", "receipt_missing:7"),
	},
	{
		Employee: "Aurelio Bianchi", Email: "aurelio.bianchi@harborline.example",
		Total: "5212.00", Trip: "trade fair stand",
		Lines: []expenseLine{
			{1, "Stand, 12 square metres, 3 days", 3900.00, "r-88140"},
			{2, "Carpentry and carpet", 912.00, "r-88141"},
			{3, "Power and internet", 400.00, "r-88142"},
		},
		Policy: overLimit("no_purchase_order"),
	},
	{
		Employee: "Leo Marchetti", Email: "leo.marchetti@harborline.example",
		Total: "6120.75", Trip: "laptops for the new team",
		Lines: []expenseLine{
			{1, "Laptop, 14 inch, 3 pieces", 5397.00, "r-88177"},
			{2, "Docking station, 3 pieces", 723.75, "r-88178"},
		},
		Policy: overLimit("bought_outside_of_it"),
	},
}

// reasons say, in Markdown, why each report is over policy.
var reasons = []string{
	`Three-day onsite at **Kansai Precision** to close the renewal (signed 19 November, $412k ARR).
Two things are over policy and were agreed in advance:

- Hotel at $389 per night; the cap for Osaka is $310. The trade fair week left nothing closer.
- Team dinner for nine, line ` + "`7`" + `: the itemised receipt is missing, the card slip is attached.`,
	`The stand at **Logistics World** in February. The organiser takes cards only, so there is
no purchase order.`,
	`Three engineers start on Monday, and the usual supplier delivers in **four weeks**. IT agreed to
take the machines over.`,
}

// deposit is so large that three people have to sign it.
var deposit = expense{
	Employee: "Ines Calloway", Email: "ines.calloway@harborline.example",
	Total: "18420.00", Trip: "Lisbon partner summit, venue deposit",
	Lines: []expenseLine{
		{1, "Hall for 340 people, 40 % deposit", 16800.00, "contract-2296"},
		{2, "Interpreters, 40 % deposit", 1620.00, "contract-2297"},
	},
	Policy: overLimit("deposit_over_15000"),
}

const depositReason = `Deposit of 40 % for the hall in Lisbon, due **Thursday 26 November**. Without it the hall goes to
the next bidder.

- Budget line ` + "`EV-2027-03`" + ` has $61,000.00 left.
- Refundable until 15 January, less 10 %.`

func overLimit(violations ...string) expensePolicy {
	return expensePolicy{Version: "2026-07", OverLimit: true, Violations: violations}
}

// expenseInput is the n-th report. It begins with the first again after the last. Reports have odd
// numbers, deposits even ones.
func expenseInput(n int) any { return numbered(reports[n%len(reports)], 2291+2*n) }

// depositInput is the n-th deposit.
func depositInput(n int) any { return numbered(deposit, 2296+2*n) }

func numbered(report expense, number int) expense {
	report.Report, report.Currency = fmt.Sprintf("EXP-%d", number), "USD"
	return report
}

// why says why a report is over policy.
func (in expense) why() string {
	if in.Trip == deposit.Trip {
		return depositReason
	}
	for i, report := range reports {
		if report.Trip == in.Trip {
			return reasons[i]
		}
	}
	return ""
}
