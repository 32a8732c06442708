package admin

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
	"countersign/internal/rollout"
	"countersign/views"
	"countersign/views/viewstest"
)

const ours, theirs = callbacks.ConfigVersion("6a1f09c2d4e87b35"), callbacks.ConfigVersion("0b77aa31c9d05e12")

func replica(name string, v callbacks.ConfigVersion, problem ...string) rollout.Replica {
	r := rollout.Replica{
		Name: name, Version: v, LoadedAt: viewstest.Now.Add(-time.Hour), SeenAt: viewstest.Now.Add(-12 * time.Second),
		Problem: problem,
	}
	if len(problem) > 0 {
		r.ProblemAt = viewstest.Now.Add(-time.Minute)
	}
	return r
}

func configuration(replicas ...rollout.Replica) Configuration {
	m := Configuration{Desk: Desk{File: "/etc/countersign.yaml", Version: ours}}
	m.Self, m.Replicas = replicas[0].Name, replicas
	m.Versions = []rollout.Version{{Version: ours, FirstSeenAt: viewstest.Now, FirstSeenBy: "a:8080"}}
	return m
}

func configurationPage(t *testing.T, m Configuration) *goquery.Document {
	t.Helper()
	return viewstest.HTML(t, ConfigurationPage(viewstest.Shell(views.PlaceConfig, "/admin/configuration"), m))
}

// box returns the words of the part of the page with a heading.
func box(doc *goquery.Document, title string) string {
	return viewstest.Words(doc.Find("section.box").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return viewstest.Words(s.Find("h2")) == title
	}))
}

func tiles(doc *goquery.Document) (all []string) {
	doc.Find(".tiles > div").Each(func(_ int, s *goquery.Selection) { all = append(all, viewstest.Words(s)) })
	return all
}

// TestConfigurationPage_Alone: one replica needs no table of replicas, and a new database has no
// other version.
func TestConfigurationPage_Alone(t *testing.T) {
	t.Parallel()
	doc := configurationPage(t, configuration(replica("a:8080", ours)))
	want := []string{
		"In force 6a1f09c2d4e8 read 12:51:02 first run 13:51:02 by a:8080", "File In force as it is /etc/countersign.yaml",
		"Replicas 1 replica, this one a:8080 made this page",
	}
	if got := tiles(doc); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if box(doc, "Replicas") != "" || box(doc, "The file was refused") != "" {
		t.Errorf("the page has %q and %q", box(doc, "Replicas"), box(doc, "The file was refused"))
	}
	if got := box(doc, "Versions seen before"); !strings.HasSuffix(got, "No other version has run on this database.") {
		t.Errorf("%q", got)
	}
	if got := box(doc, "Sources"); got != "Sources No source may send webhooks." {
		t.Errorf("%q", got)
	}
}

// TestConfigurationPage_Replicas: those that differ are marked, and versions that are gone are
// listed.
func TestConfigurationPage_Replicas(t *testing.T) {
	t.Parallel()
	m := configuration(replica("a:8080", ours), replica("b:8080", ours), replica("c:8080", theirs))
	m.Versions = append(m.Versions, rollout.Version{Version: theirs, FirstSeenAt: viewstest.Now.Add(-time.Hour), FirstSeenBy: "c:8080"})
	doc := configurationPage(t, m)
	if got := tiles(doc)[2]; !strings.Contains(got, "2 of 3 run this version") {
		t.Errorf("%q", got)
	}
	if got := doc.Find(".tiles .st.problem").Length(); got != 1 {
		t.Errorf("%d tiles are marked", got)
	}
	var rows []string
	doc.Find("section table").First().Find("tbody tr").Each(func(_ int, s *goquery.Selection) { rows = append(rows, viewstest.Words(s)) })
	want := []string{
		"a:8080 This one 6a1f09c2d4e8 12:51:02 12 s ago", "b:8080 6a1f09c2d4e8 12:51:02 12 s ago",
		"c:8080 0b77aa31c9d0 differs 12:51:02 12 s ago",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("got %q, want %q", rows, want)
	}
	if got := box(doc, "Versions seen before"); !strings.Contains(got, "0b77aa31c9d0 c:8080 12:51:02") || strings.Contains(got, "6a1f") {
		t.Errorf("%q", got)
	}
	m.Replicas[2].Version = ours
	if got := tiles(configurationPage(t, m))[2]; !strings.Contains(got, "All 3 run this version") {
		t.Errorf("%q", got)
	}
}

// TestConfigurationPage_Refused: replicas that refused the same file are named together, each line
// with its place.
func TestConfigurationPage_Refused(t *testing.T) {
	t.Parallel()
	line := "/etc/countersign.yaml:3:1: rols: unknown key: did you mean roles?"
	m := configuration(replica("a:8080", ours, line), replica("b:8080", ours, line), replica("c:8080", theirs, "no place"))
	doc := configurationPage(t, m)
	boxes := doc.Find("section.box:has(.faults)")
	if boxes.Length() != 2 {
		t.Fatalf("%d refusals, want 2", boxes.Length())
	}
	if got := viewstest.Words(boxes.First()); !strings.HasPrefix(got, "The file was refused 1 fault 13:50:02 by a:8080, b:8080 rols: unknown key: did you mean roles? /etc/countersign.yaml:3:1 Version 6a1f09c2d4e8 stays in force.") {
		t.Errorf("%q", got)
	}
	if got := viewstest.Words(boxes.Last()); !strings.Contains(got, "by c:8080 no place Version 0b77aa31c9d0 stays in force.") {
		t.Errorf("%q", got)
	}
	if got := tiles(doc)[1]; !strings.HasPrefix(got, "File Refused as it is now") {
		t.Errorf("%q", got)
	}
	alone := configurationPage(t, configuration(replica("a:8080", ours, line)))
	if got := viewstest.Words(alone.Find("section.box:has(.faults) .box-h")); got != "The file was refused 1 fault 13:50:02" {
		t.Errorf("a desk of one replica names it: %q", got)
	}
}

// TestAlert: admins are told what they have to do something about.
func TestAlert(t *testing.T) {
	t.Parallel()
	const refused = "A newer countersign.yaml was refused, so the version before it is still in force."
	for want, replicas := range map[string][]rollout.Replica{
		"": {replica("a", ours), replica("b", ours)},
		"3 replicas run 2 versions of the configuration.": {replica("a", ours), replica("b", theirs), replica("c", ours)},
		refused: {replica("a", ours, "x")},
		"2 replicas run 2 versions of the configuration. " + refused: {replica("a", ours, "x"), replica("b", theirs)},
	} {
		if got := Alert(replicas); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
