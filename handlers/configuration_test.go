package handlers_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/reload"
	"countersign/internal/rollout"
	"countersign/views/admin"
)

// configVersion is the version that a site runs.
const configVersion = "6a1f09c2d4e87b35"

// deskOf is what the countersign.yaml of a site says.
func deskOf() admin.Desk {
	return admin.Desk{
		File: "/etc/countersign/countersign.yaml", Version: configVersion,
		Reviewers: []string{"reviewers"}, Queues: []callbacks.Queue{queues["finance"]},
		Sources: []admin.Source{{Name: "expenses", Secrets: 2}},
	}
}

// replica reports what a process runs into the site's database.
func (s *site) replica(name string, running *reload.State) *rollout.Reporter {
	return rollout.NewReporter(rollout.Config{
		Store: s.store, Name: name, Running: func() reload.State { return *running },
		Log: slog.New(slog.DiscardHandler), Now: s.clock.Now,
	})
}

// TestConfiguration: admins and auditors see what is in force, without a report of any replica.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, who := range []string{adam, audrey} {
		a := s.as(who).get("/admin/configuration")
		for _, part := range []string{
			"6a1f09c2d4e8", "/etc/countersign/countersign.yaml", "1 replica, this one", "In force as it is",
			"Decided by members of finance; requesters cannot decide their own requests", "May address every queue; 2 secrets",
			"No other version has run", `aria-current="page"`,
		} {
			if a.status != http.StatusOK || !strings.Contains(a.body, part) {
				t.Errorf("%s, %d: the page lacks %q", who, a.status, part)
			}
		}
	}
}

// TestConfiguration_Refused: the faults of a file that is not in force stand on the page, as text.
func TestConfiguration_Refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.running.Problem = []string{
		`/etc/countersign/countersign.yaml:4:9: queues.finance.groups[0]: there is no group "<b>": did you mean finance?`,
		"/etc/countersign/countersign.yaml may not be read by this user: change its owner or mode",
	}
	s.running.ProblemAt = s.clock.Now()
	a := s.as(audrey).get("/admin/configuration")
	for _, part := range []string{
		"2 faults", "countersign.yaml:4:9", "there is no group &#34;&lt;b&gt;&#34;", "may not be read by this user",
		"Refused as it is now", "stays in force",
	} {
		if !strings.Contains(a.body, part) {
			t.Errorf("%d: the page lacks %q", a.status, part)
		}
	}
}

// TestConfiguration_Change: each version is beside the one before it, line by line, as text.
func TestConfiguration_Change(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	running := reload.State{Version: "0b77", Text: "queues:\n  finance:\n    groups: [finance]\n"}
	report := s.replica("desk-2:8080", &running)
	run := func(v, text string) {
		t.Helper()
		s.clock.Advance(time.Minute)
		running.Version, running.Text = v, text
		if err := report.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	run("0b77", running.Text)
	run("1c88", "queues:\n  finance:\n    groups: [<b>]\n    fourEyes: true\n")
	run("2d99", strings.Repeat("#", rollout.MaxText+1))
	auditor := s.as(audrey)
	for version, parts := range map[string][]string{
		"0b77": {"No version ran on this database before it."},
		"1c88": {"<del>", "groups: [finance]", "<ins>", "groups: [&lt;b&gt;]", "fourEyes: true", "− 0b77, + 1c88"},
		"2d99": {"The desk keeps files of at most 256 KiB"},
	} {
		a := auditor.get("/admin/configuration?version=" + version)
		for _, part := range parts {
			if a.status != http.StatusOK || !strings.Contains(a.body, part) {
				t.Errorf("%s, %d: the page lacks %q", version, a.status, part)
			}
		}
	}
	if a := auditor.get("/admin/configuration?version=unknown"); a.status != http.StatusNotFound {
		t.Errorf("a version that never ran: %d", a.status)
	}
	if a := s.as(rita).get("/admin/configuration?version=0b77"); a.status != http.StatusForbidden {
		t.Errorf("a reviewer: %d", a.status)
	}
}

// TestConfigAlert: on their pages admins are told that replicas differ or refuse a file, until they
// no longer do. Nobody else is told, and no other page says it.
func TestConfigAlert(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := reload.State{Version: configVersion, LoadedAt: s.clock.Now()}
	report := s.replica("desk-2:8080", &other)
	visitors := map[string]*browser{adam: s.as(adam), audrey: s.as(audrey), rita: s.as(rita)}
	const differ, refused = "2 replicas run 2 versions of the configuration.", "A newer countersign.yaml was refused"
	check := func(when string, says map[string]bool) {
		t.Helper()
		if err := report.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		for who, paths := range map[string][]string{
			adam:   {"/admin/callbacks", "/admin/watches", "/admin/sessions", "/audit", "/", "/sessions", "/admin/configuration"},
			audrey: {"/admin/callbacks", "/admin/watches", "/audit"},
			rita:   {"/", "/sessions"},
		} {
			for i, path := range paths {
				body := visitors[who].get(path).body
				for text, said := range says {
					if want := said && who == adam && i < 4; strings.Contains(body, text) != want {
						t.Errorf("%s: %s tells %s %q: %t, want %t", when, path, who, text, !want, want)
					}
				}
			}
		}
	}
	check("agreed", map[string]bool{differ: false, refused: false})
	other.Version = "0b77"
	check("differ", map[string]bool{differ: true, refused: false})
	other.Version, other.Problem = configVersion, []string{"countersign.yaml:1:1: rols: unknown key"}
	check("refused", map[string]bool{differ: false, refused: true})
	other.Version = "0b77"
	check("both", map[string]bool{differ: true, refused: true})
	a := visitors[audrey].get("/admin/configuration")
	for _, part := range []string{"1 of 2 run this version", "desk-2:8080", "differs", "refused a newer file", "0b77"} {
		if !strings.Contains(a.body, part) {
			t.Errorf("%d: the page lacks %q", a.status, part)
		}
	}
	other = reload.State{Version: configVersion}
	check("mended", map[string]bool{differ: false, refused: false})
	s.clock.Advance(time.Hour)
	if a := s.as(audrey).get("/admin/configuration"); strings.Contains(a.body, "desk-2:8080</td>") || !strings.Contains(a.body, "1 replica, this one") {
		t.Error("a replica that died an hour ago is still there")
	}
}

// TestConfiguration_Down: without a database the page says so, as any other.
func TestConfiguration_Down(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(adam)
	_ = s.store.Close()
	if a := b.get("/admin/configuration"); a.status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", a.status)
	}
}
