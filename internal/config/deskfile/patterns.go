package deskfile

// What several keys must match, and how to say so.
const (
	namePattern = `^[a-z0-9][a-z0-9_-]{0,62}$`
	nameWords   = "write 1 to 63 of a-z, 0-9, - and _"

	mailPattern = `^[^\s@<>,;]+@[^\s@<>,;]+[.][^\s@<>,;.]+$`
	mailWords   = "write an address alone, as finance@example.com"

	slackPattern = `^(#[^\s#,:]{1,80}|[CG][A-Z0-9]{8,20})$`
	slackWords   = "write a channel's name in quotes, as '#finance', or its ID"

	partPattern = `^[1-9][0-9]?%$`
	partWords   = "write 1% to 99%"

	spanPattern = `^([0-9]{1,3}h)?([0-9]{1,3}m)?$`
	spanWords   = "write hours and minutes, as 8h or 1h30m"
)
