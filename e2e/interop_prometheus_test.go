package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda/fault"
)

// TestInteropPrometheus: the alerts of deploy/alerts.yaml are valid, fire when they should, and ask
// for what the desk measures.
func TestInteropPrometheus(t *testing.T) {
	t.Parallel()
	_, version := installed(t, "prometheus")
	alerts, err := filepath.Abs("../deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	t.Run(version, func(t *testing.T) {
		t.Run("promtool takes the rules", func(t *testing.T) { promtool(t, "check", "rules", alerts) })
		t.Run("the rules fire on made-up series", func(t *testing.T) {
			cases, err := os.ReadFile("testdata/alerts.yaml")
			if err != nil {
				t.Fatal(err)
			}
			promtool(t, "test", "rules", fileOf(t, t.TempDir(), "cases.yaml", string(cases), "rule_files: [ALERTS]", "rule_files: ["+alerts+"]"))
		})
		t.Run("the rules fire on a desk that is in trouble", func(t *testing.T) { inTrouble(t, alerts) })
	})
}

func promtool(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("promtool", args...).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

// inTrouble scrapes a desk that Lambda throttles, a codec server refuses and strangers write to,
// and which dies in the end.
func inTrouble(t *testing.T, alerts string) {
	const payroll = "payroll"
	scraped := freeAddress(t)
	codec := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(codec.Close)
	token := fileOf(t, t.TempDir(), "token", codecToken)
	chat := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(chat.Close)
	secret := fileOf(t, t.TempDir(), "secret", "whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	w := newWorld(t, func(settings map[string]string) {
		settings["METRICS_ADDR"] = scraped
		settings[deskText] += "functions: {" + function + ": {watch: {queue: finance}}, " +
			payroll + ": {codec: {url: '" + codec.URL + "', token: {file: " + token + "}}}}\n" +
			"channels: {webhooks: {chat: {url: '" + chat.URL + "', secrets: [{file: " + secret + "}]}}}\n"
	})
	w.register(payroll)
	p := startPrometheus(t, alerts, scraped)
	w.engine.SetFaults(nil,
		fault.Fault{Kind: fault.Throttled, Operation: "SendDurableExecutionCallbackHeartbeat"},
		fault.Fault{Kind: fault.Throttled, Operation: sendSuccess})
	a := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 600 }))
	w.ask(t, expense()) // waits until the end
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	p.fires("CountersignHeartbeatsNotTaken", func() {})
	mara.arm("approve")
	mara.confirm()
	p.fires("CountersignDecisionsDoNotArrive", func() {})
	encoded := w.askFrom(t, payroll, expense())
	p.fires("CountersignCodecFails", func() { mara.open(encoded.page()) })
	p.fires("CountersignSendersRefused", func() {
		resp, err := http.Post(w.url+"/webhooks/callbacks", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	})
	p.hasSeries(alerts)
	w.desk.kill(t)
	p.fires("CountersignNoDatabase", func() {})
}

// prometheus is a server that scrapes a desk every second.
type prometheus struct {
	t   *testing.T
	url string
}

// startPrometheus runs the server with our rules, which fire after a second where they would after
// minutes.
func startPrometheus(t *testing.T, alerts, scraped string) prometheus {
	t.Helper()
	rules, err := os.ReadFile(alerts)
	if err != nil {
		t.Fatal(err)
	}
	dir, address := t.TempDir(), freeAddress(t)
	soon := fileOf(t, dir, "alerts.yaml", regexp.MustCompile(`for: \d+[mh]`).ReplaceAllString(string(rules), "for: 1s"))
	settings := fileOf(t, dir, "prometheus.yaml", "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [RULES]\n"+
		"scrape_configs: [{job_name: countersign, static_configs: [{targets: ['DESK']}]}]\n", "RULES", soon, "DESK", scraped)
	path, _ := installed(t, "prometheus")
	runBeside(t, path, address, "--config.file="+settings, "--storage.tsdb.path="+dir+"/data", "--web.listen-address="+address)
	return prometheus{t, "http://" + address}
}

// fires does something again and again until an alert fires.
func (p prometheus) fires(alert string, do func()) {
	p.t.Helper()
	deadline := time.After(3 * patience)
	for again := time.NewTicker(time.Second); ; {
		do()
		var got struct {
			Alerts []struct {
				Labels map[string]string
				State  string
			}
		}
		p.ask("/api/v1/alerts", &got)
		for _, a := range got.Alerts {
			if a.Labels["alertname"] == alert && a.State == "firing" {
				return
			}
		}
		select {
		case <-again.C:
		case <-deadline:
			p.t.Fatalf("%s does not fire; there is %+v", alert, got.Alerts)
		}
	}
}

// hasSeries asks for what each rule compares. Only what is absent while all is well, and messages
// that are late, have nothing to say.
func (p prometheus) hasSeries(alerts string) {
	p.t.Helper()
	rules, err := os.ReadFile(alerts)
	if err != nil {
		p.t.Fatal(err)
	}
	var silent []string
	for _, rule := range regexp.MustCompile(`(?m)^ +expr: (.+?)(?: > [0-9.]+)?$`).FindAllStringSubmatch(string(rules), -1) {
		var got struct{ Result []any }
		p.ask("/api/v1/query?query="+url.QueryEscape(rule[1]), &got)
		if len(got.Result) == 0 {
			silent = append(silent, rule[1])
		}
	}
	if !slices.Equal(silent, []string{"absent(countersign_heartbeats_overdue)", "time() - min by (channel) (countersign_notices_oldest_due_timestamp_seconds)"}) {
		p.t.Errorf("no series for %q, want none for what is absent, and for messages that are late, alone", silent)
	}
}

// ask reads an answer of the server's API.
func (p prometheus) ask(path string, into any) {
	p.t.Helper()
	resp, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&struct{ Data any }{into}); err != nil {
		p.t.Fatal(err)
	}
}
