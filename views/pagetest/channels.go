package pagetest

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/views/admin"
	"countersign/views/viewstest"
)

// Channels is the page of channels, of which each is in another state. said is what other sides said.
func Channels(said string) admin.Channels {
	now := viewstest.Now
	slack := notice.Health{Channel: notice.Slack, Hours: [notice.HealthHours]int{12, 40, 55, 0, 62, 48, 66, 80, 74, 90, 60, 52}, LastSent: now.Add(-4 * time.Second)}
	mail := notice.Health{
		Channel: notice.Email, Hours: [notice.HealthHours]int{11: 9}, LastSent: now.Add(-time.Minute), Waiting: 2,
		GivenUp: 7, FailingSince: now.Add(-time.Hour), Fault: notice.NoPlace, Words: said, FailedAt: "legal@harborline.example",
	}
	push := notice.Health{Channel: notice.Push, Failing: 1, GivenUp: 1, FailingSince: now.Add(-time.Hour), LastSent: now, Fault: notice.Busy, Words: said, Tries: 2, Next: now.Add(time.Minute)}
	erp := notice.Health{
		Channel: notice.Webhooks, Place: "erp-bridge", Waiting: 1, Failing: 1000, FailingSince: now.Add(-70 * time.Minute), Fault: notice.Busy,
		Words: said, FailedAt: "erp-bridge", Tries: 8, Next: now.Add(7 * time.Minute),
	}
	aiko := callbacks.Actor{Kind: callbacks.ActorPerson, ID: "aiko", Name: "Aiko Brandt"}
	return admin.Channels{
		Admin: true, Health: []notice.Health{slack, mail, push, erp},
		List: []admin.Channel{
			{Name: notice.Slack, Says: "3 channels of groups", Places: []string{"#finance", "#ops", "#releases"}},
			{Name: notice.Email, Says: "smtp.harborline.example:587", Places: []string{"finance@harborline.example"}},
			{Name: notice.Push, Says: "browsers of people"},
			{Name: notice.Teams, Place: "finance-room", Says: "a workflow", Places: []string{"finance-room"}},
			{Name: notice.Webhooks, Place: "erp-bridge", Says: "https://erp.harborline.example", Places: []string{"erp-bridge"}},
			{Name: notice.Webhooks, Place: "data-lake", Says: "https://lake.harborline.example", Places: []string{"data-lake"}},
		},
		Pauses: []notice.Pause{
			{Channel: notice.Webhooks, Place: "data-lake", At: now.Add(-time.Hour), Until: notice.ForGood, Code: notice.NoPlace, Words: said, By: callbacks.System("notices")},
			{Channel: notice.Slack, Place: "#attic", At: now.Add(-time.Hour), Until: notice.ForGood, Code: notice.NoPlace, Words: said, By: callbacks.System("notices")},
			{Channel: notice.Email, Place: "noor@harborline.example", Person: "noor", At: now.Add(-time.Hour), Until: notice.ForGood, Code: notice.NoPlace, Words: said, By: callbacks.System("notices")},
			{Channel: notice.Teams, Place: "finance-room", At: now, Until: now.Add(time.Hour), Words: said, By: aiko},
		},
	}
}

// ChannelsTested is the page after a test that was not taken, and a mute without a reason.
func ChannelsTested(said string) admin.Channels {
	m := Channels(said)
	m.Tested = &admin.Tested{Channel: m.List[0], Place: "#ops", Fault: &notice.Fault{Code: notice.NoPlace, Words: said}}
	m.Mute = admin.MuteDraft{Channel: m.List[3].Key(), Hours: "8", Reason: said, Faults: fault.List{{Pointer: "reason", Detail: "At most 200 characters."}}}
	return m
}
