// Package mailbox is a mail server of one domain with a page that shows what arrived, for the demo
// and for tests. It delivers nothing. It refuses what servers refuse; each refusal names the page
// that has it. Mails are in memory only.
package mailbox
