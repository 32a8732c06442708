package pagetest

import (
	"time"

	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/internal/notice/personal"
	"countersign/views/preferences"
	"countersign/views/viewstest"
)

// Notices are those of somebody who chose something everywhere, and whose latest form had a fault.
func Notices() *preferences.Notices {
	settings := notice.NewSettings()
	settings.ZoneName = "Europe/Berlin"
	settings.Quiet = &notice.Quiet{From: 19 * 60, Until: 450, Weekends: true}
	settings.Digest = &notice.DailyDigest{Minute: 480}
	settings.Mutes = []notice.Mute{{Queue: "support", Until: viewstest.Now.Add(3 * 24 * time.Hour)}}
	return &preferences.Notices{
		Book: &personal.Book{
			Settings: settings, Channels: []string{notice.Push, notice.Slack, notice.Email}, Address: "dana.fischer@harborline.example", Now: viewstest.Now,
		},
		Browsers: []preferences.Browser{
			{ID: "b1.key", Name: "Chrome 145 on Linux", MadeAt: viewstest.Now.Add(-time.Hour), Current: true},
			{ID: "b2.old", Name: "Pixel 8 <b>\u202e", MadeAt: viewstest.Now.Add(-90 * 24 * time.Hour)},
		},
		PushKey: "BPk", Queues: []string{"finance", "procurement", "support"}, Zone: "Europe/Berlin", Saved: viewstest.Now,
		Tested: &preferences.Tested{Channel: notice.Email, Tested: personal.Tested{
			At: viewstest.Now, Took: 300 * time.Millisecond, Fault: &notice.Fault{Code: notice.NoPlace, Words: "550 5.1.1 No such user"},
		}},
		Faults: fault.List{{Pointer: "/zone", Detail: "There is no time zone \"Mars\"."}},
	}
}
