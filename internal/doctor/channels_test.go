package doctor

import "testing"

func TestChannelSections(t *testing.T) {
	t.Parallel()
	if s := ChannelSections(nil); s != nil {
		t.Errorf("sections without channels: %+v", s)
	}
	got := ChannelSections([]Channel{
		{Name: "Slack", Says: "workspace Harborline", Lacks: []string{"there is no channel #attic"}}, {Name: "Teams room", Says: "its address takes connections"}, {Name: "Slack", Problem: "invalid_auth"},
	})[0].Findings
	want := []Finding{
		{Level: OK, Text: "Slack: workspace Harborline"}, {Level: Warning, Text: "Slack: there is no channel #attic"},
		{Level: OK, Text: "Teams room: its address takes connections"}, {Level: Problem, Text: "Slack: invalid_auth"},
	}
	for i, f := range got {
		if f.Level != want[i].Level || f.Text != want[i].Text || (len(f.Do) > 0) != (f.Level != OK) {
			t.Errorf("%+v, want %+v", f, want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d findings", len(got))
	}
}
