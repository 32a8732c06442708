package main

import (
	"countersign/internal/schema"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/condition"
	"countersign/internal/config/deskfile"
	"countersign/internal/desk"
	"countersign/internal/people"
	"countersign/internal/policy"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// plannedDesk asks two approvers for requests over 5,000.
const plannedDesk = `roles: {reviewers: [approvers, controllers]}
queues:
  finance:
    groups: [approvers, controllers]
    rules:
      - name: large
        when: payload.total > 5000.0
        signatures: [{from: [approvers], for: 2}]
      - {name: everyday, signatures: [{for: 1}]}
`

// seenDatabase is a database that has seen one approver, and has two requests under the rules of
// plannedDesk.
func seenDatabase(t *testing.T, file string) (url string) {
	t.Helper()
	url = sqlstoretest.NewDatabase(t)
	store, err := sqlstore.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	now := time.Now()
	seen := callbacks.Person{ID: "p-mara", Name: "Mara", Groups: []string{"approvers"}, GroupsReadAt: now}
	if err := store.KeepPerson(t.Context(), people.NewProfile(seen, false, now)); err != nil {
		t.Fatal(err)
	}
	read, err := deskfile.Load(file, deskfile.Surroundings{ReadFile: deskfile.ReadFile, Conditions: condition.Compile, Forms: schema.NewCompiler()})
	if err != nil {
		t.Fatal(err)
	}
	service := desk.NewService(desk.ServiceConfig{Store: store, Queues: domainQueues(read), Invalidator: invalidators{}, Now: func() time.Time { return now }})
	for id, payload := range map[string]string{"YQ==": `{"total":7846.20}`, "Yg==": `{"sum":1}`} {
		a := announcement.Announcement{CallbackID: id, Queue: "finance", Title: "EXP " + id, Payload: []byte(payload)}
		if _, err := service.Receive(t.Context(), desk.Source{Name: "expenses"}, "", a); err != nil {
			t.Fatal(err)
		}
	}
	return url
}

// TestConfigCheck_Seen: with a database, check says what nobody who was seen could sign, and what the
// conditions find; without one, that it does not know.
func TestConfigCheck_Seen(t *testing.T) {
	t.Parallel()
	file := writeFile(t, filepath.Join(t.TempDir(), "countersign.yaml"), plannedDesk)
	got := runConfig(t, map[string]string{"COUNTERSIGN_DATABASE_URL": seenDatabase(t, file)}, "check", file)
	for _, want := range []string{
		file + ":8:22: warning: Rule large needs 2 of approvers, and 1 was seen in 30 days.\n    A request could wait until its timeout.\n",
		file + ":7:15: warning: The condition of large cannot be evaluated for 1 of 2 requests.\n" +
			"    The last one: there is no total in the request. Such requests get rule large.\n",
		"note: Seen in 30 days: 1 person.\n",
	} {
		if !strings.Contains(got.stdout, want) || got.code != 0 {
			t.Errorf("no %q in %+v", want, got)
		}
	}
	got = runConfig(t, nil, "check", file)
	if !strings.Contains(got.stdout, "note: Not known: who could sign, and what the conditions find.\n") || got.code != 0 {
		t.Errorf("without a database: %+v", got)
	}
	fresh := filepath.Join(t.TempDir(), "new.db")
	got = runConfig(t, map[string]string{"COUNTERSIGN_DATABASE_URL": "sqlite:" + fresh}, "check", file)
	if _, err := os.Stat(fresh); !strings.Contains(got.stdout, "a database that a desk has used") || got.code != 0 || err == nil {
		t.Errorf("before the first start: %+v, the file: %v", got, err)
	}
	wrong := map[string]string{"COUNTERSIGN_DATABASE_URL": "sqlite:" + writeFile(t, filepath.Join(t.TempDir(), "text.db"), strings.Repeat("no database ", 100))}
	if got = runConfig(t, wrong, "check", file); got.code != 2 || !strings.Contains(got.err, "COUNTERSIGN_DATABASE_URL") {
		t.Errorf("a file that is no database: %+v", got)
	}
}

// TestConfigPlan: what is loosened is named, with the requests that would differ.
func TestConfigPlan(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	was := writeFile(t, filepath.Join(folder, "countersign.yaml"), plannedDesk)
	is := writeFile(t, filepath.Join(folder, "new.yaml"), strings.Replace(plannedDesk, "for: 2", "for: 1", 1))
	variables := map[string]string{"COUNTERSIGN_CONFIG_FILE": was}
	got := runConfig(t, variables, "plan", is)
	if want := "loosened   queue finance, rule large: signatures 1 of approvers, instead of 2 of approvers\nNot known: who may sign, and which pending"; !strings.Contains(got.stdout, want) || got.code != 0 {
		t.Errorf("without a database: %+v", got)
	}
	fewer := writeFile(t, filepath.Join(folder, "fewer.yaml"), strings.Replace(plannedDesk, "5000.0", "9000.0", 1))
	got = runConfig(t, variables, "plan", fewer)
	if want := "loosened   queue finance, rule large: when payload.total > 9000.0, instead of payload.total > 5000.0\n"; !strings.Contains(got.stdout, want) {
		t.Errorf("the strict rule takes fewer: %+v", got)
	}
	variables["COUNTERSIGN_DATABASE_URL"] = seenDatabase(t, was)
	got = runConfig(t, variables, "plan", is)
	for _, want := range []string{
		"2 of 2 pending requests would get other terms if they arrived now. They keep what they have.\n",
		": large (1 of approvers), instead of large (2 of approvers)\n",
		"Of 2 requests, 2 would need fewer signatures, and 0 more.\n",
		"People seen who would gain or lose the right to sign in a queue: 0 of 1.\n",
	} {
		if !strings.Contains(got.stdout, want) || got.code != 0 {
			t.Errorf("no %q in %+v", want, got)
		}
	}
	if got = runConfig(t, variables, "plan", was); !strings.Contains(got.stdout, "Nothing changes about who must sign.\nPeople seen who would gain or lose the right to sign in a queue: 0 of 1.\n") {
		t.Errorf("the same file: %+v", got)
	}
	if got = runConfig(t, nil, "plan", is); got.code != 2 || !strings.Contains(got.err, "COUNTERSIGN_CONFIG_FILE") {
		t.Errorf("without a file in force: %+v", got)
	}
}

// TestConfigPlan_QueueGone: requests that wait in a queue that the new file does not have are named.
func TestConfigPlan_QueueGone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	was := writeFile(t, filepath.Join(folder, "countersign.yaml"), plannedDesk)
	is := writeFile(t, filepath.Join(folder, "new.yaml"), strings.Replace(plannedDesk, "  finance:", "  money:", 1))
	variables := map[string]string{"COUNTERSIGN_CONFIG_FILE": was, "COUNTERSIGN_DATABASE_URL": seenDatabase(t, was)}
	got := runConfig(t, variables, "plan", is)
	for _, want := range []string{
		"2 pending requests in a queue that would be gone.", "  EXP YQ==: queue finance\n", "  EXP Yg==: queue finance\n",
		"0 of 0 pending requests would get other terms",
	} {
		if !strings.Contains(got.stdout, want) || got.code != 0 {
			t.Errorf("no %q in %+v", want, got)
		}
	}
	if got = runConfig(t, variables, "plan", was); strings.Contains(got.stdout, "would be gone") {
		t.Errorf("the same file: %+v", got)
	}
}

// TestConfigPlan_Roles: groups that lose a role are named, and who could sign no more.
func TestConfigPlan_Roles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	was := writeFile(t, filepath.Join(folder, "countersign.yaml"), plannedDesk)
	is := writeFile(t, filepath.Join(folder, "new.yaml"), strings.Replace(plannedDesk, "[approvers, controllers]}", "[controllers], auditors: [audit]}", 1))
	variables := map[string]string{"COUNTERSIGN_CONFIG_FILE": was, "COUNTERSIGN_DATABASE_URL": seenDatabase(t, was)}
	got := runConfig(t, variables, "plan", is)
	want := "tightened  roles: reviewers controllers, instead of approvers, controllers\n" +
		"altered    roles: auditors audit\n" +
		"tightened  queue default: groups controllers, instead of approvers, controllers\n" + // which those of reviewers see
		"People seen who would gain or lose the right to sign in a queue: 1 of 1.\nloses      Mara: default, finance\n"
	if !strings.Contains(got.stdout, want) || got.code != 0 {
		t.Errorf("no %q in %+v", want, got)
	}
	variables["COUNTERSIGN_CONFIG_FILE"] = is
	got = runConfig(t, variables, "plan", was)
	want = "People seen who would gain or lose the right to sign in a queue: 1 of 1.\ngains      Mara: default, finance\n"
	if !strings.Contains(got.stdout, want) || got.code != 0 {
		t.Errorf("back: no %q in %+v", want, got)
	}
}

// TestWriteRights: a plan names no more people than its bound, and says how many there are.
func TestWriteRights(t *testing.T) {
	t.Parallel()
	all := make([]policy.Right, maxPlanned+2)
	for i := range all {
		all[i] = policy.Right{Person: callbacks.Person{Name: "Mara"}, Gains: []string{"money"}, Loses: []string{"finance"}}
	}
	var b strings.Builder
	writeRights(&b, all, &policy.Evidence{People: make([]policy.Known, 1000), MorePeople: true})
	got := b.String()
	if strings.Count(got, "gains      Mara: money\nloses      Mara: finance\n") != maxPlanned ||
		!strings.HasPrefix(got, "People seen who would gain or lose the right to sign in a queue: 52 of 1000.\n") ||
		!strings.HasSuffix(got, "and 2 more.\nOnly the people who were here last were looked at.\n") {
		t.Errorf("got %s", got)
	}
}
