package schema_test

import (
	"strings"
	"testing"

	"countersign/internal/form"
)

// answers has for each schema a document that fits it, one that does not, and what is wrong with
// that.
var answers = map[string]struct{ good, bad, faults string }{
	"account-closure": {
		`{"account":"123e4567-e89b-12d3-a456-426614174000","keep_invoices":"2036-12-31","send_export_to":"a@b.example"}`,
		`{"account":"1","send_export_to":"a@b.example"}`,
		`/account a UUID, written 123e4567-e89b-12d3-a456-426614174000; /keep_invoices is missing, as "send_export_to" is there`,
	},
	"approve-amount":  {`{ "amount" : 815.00, "currency":"EUR" }`, `{"amount":0.001,"currency":"CHF"}`, `/amount a multiple of 0.01; /currency is not one of the choices`},
	"bank-change":     {`{"iban":"LT121000011101001000","bic":null,"pin":"1234"}`, `{"iban":"LT12","bic":"A"}`, `/bic at least 8 characters, this has 1; /iban is not written as the form asks: ^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`},
	"category-tree":   {`{"name":"a","children":[{"name":"b","children":[]}]}`, `{"name":"a","children":[{}]}`, `/children/0/name is missing`},
	"change-plan":     {"{\"steps\": [\n {\"what\":\"stop\",\"owner\":{\"name\":\"Rasa\"}}]}", `{"steps":[{"what":"","owner":{"email":"x"}}]}`, `/steps/0/owner/email an e-mail address; /steps/0/what at least 1 character, this has 0`},
	"choose-supplier": {`{"supplier":17,"runner_up":null}`, `{"supplier":18,"runner_up":"x"}`, `/runner_up is not one of the choices; /supplier is not one of the choices`},
	"contract-terms":  {`{"terms":"net 90","penalty_per_day":0.10,"x_a":"b"}`, `{"terms":"net 90","x_a":1}`, `/penalty_per_day is missing; /x_a a text, not a number`},
	"credit-limit":    {`{"limit":9223372036854775808,"rate":0.10}`, `{"limit":9223372036854775809,"rate":1e0}`, `/limit at most 9223372036854775808; /rate less than 1`},
	"deploy-window":   {`{"start":"2026-12-11T09:30:00-05:00","minutes":5e1,"services":["api"]}`, `{"start":"tomorrow","minutes":7,"services":[]}`, `/minutes a multiple of 5; /services at least 1 item, this has 0; /start a date and a time with its zone, written 2026-12-11T09:30:00+02:00`},
	"edit-list":       {`["a@b.example", "c@d.example"]`, `["a@b.example","a@b.example","x"]`, ` items 1 and 2 are the same; /2 an e-mail address`},
	"escalate":        {`"vendor"`, `"boss"`, ` is not one of the choices`},
	"incident":        {`{"severity":1,"page":null,"summary":"Payments are slow","links":[]}`, `{"severity":1.5,"summary":"Slow"}`, `/severity is not one of the choices; /summary at least 10 characters, this has 4`},
	"labels":          {`{"replicas":3,"labels":{"app":"web"}}`, `{"replicas":"3","labels":{"app":1}}`, `/labels/app a text, not a number; /replicas a whole number, not a text`},
	"leave":           {`{"from":"2026-12-24","until":"2027-01-02","cover":{"person":"a@b.example"}}`, `{"from":"24.12.","cover":{}}`, `/cover/person is missing; /from a date, written 2026-12-11; /until is missing`},
	"moderation":      {`{"verdict":"hide","message":"\u202bمرحبا\u202c"}`, `{"verdict":"ban"}`, `/verdict is not one of the choices`},
	"number-wanted":   {`8.080e3`, `80`, ` at least 1024`},
	"purchase-order": {
		`{"order":"PO-1","quantity":40,"max_price":815.00,"deliver_by":"2026-12-04","speed":"standard","lines":[{"item":"a","pieces":1,"each":0.10}]}`,
		`{"order":"PO-1","quantity":64,"max_price":815.00,"deliver_by":"11.12.2026","speed":"standard","lines":[{"item":"","pieces":0,"each":1}],"x":1}`,
		`/deliver_by a date, written 2026-12-11; /lines/0/item at least 1 character, this has 0; /lines/0/pieces at least 1; /quantity at most 60; /x is no member of this object`,
	},
	"pydantic-order": {`{"items":[{"sku":"a"},{"sku":"b","quantity":2}],"priority":"high","coupon":null}`, `{"items":[{"quantity":0}],"coupon":1}`, `/coupon a text or null; /items/0/quantity more than 0; /items/0/sku is missing`},
	"refund":         {`{"lines":[{"sku":"A-1","refund":10.00}],"reason":"late"}`, `{"lines":[{"sku":"A-1","refund":-1,"note":"x"}]}`, `/lines/0/note is no member of this object; /lines/0/refund at least 0`},
	"rollout":        {`{"flag":"new-checkout","percent":12.5,"regions":["eu"]}`, `{"flag":"old","percent":101,"regions":["eu","eu"]}`, `/flag must be "new-checkout"; /percent at most 100; /regions items 1 and 2 are the same`},
	"tool-call":      {`{"path":"/srv/a","content":"a\nb","mode":null}`, `{"path":"/srv/a","content":"a","mode":"777","sudo":true}`, `/mode is not written as the form asks: ^0[0-7]{3}$; /sudo is no member of this object`},

	"angular-ai-config":      {`{"tool":["none"]}`, `{"tool":"none"}`, `/tool a list, not a text`},
	"angular-application":    {`{"name":"shop","routing":true}`, `{"name":1,"shop":2}`, `/name a text, not a number; /shop is no member of this object`},
	"angular-dev-server":     {`{"buildTarget":"shop:build","port":4200,"allowedHosts":["a"]}`, `{"port":"4200"}`, `/buildTarget is missing; /port a number, not a text`},
	"angular-service-worker": {`{"project":"shop"}`, `{"target":1}`, `/project is missing; /target a text, not a number`},
	"changesets-config":      {`{"access":"public","ignore":[]}`, `{"access":"all","ignore":"x"}`, `/access is not one of the choices; /ignore a list, not a text`},
	"copy-webpack-plugin":    {`{"patterns":["a",{"from":"b"}]}`, `{"patterns":[{"to":"b"}]}`, `/patterns/0/from is missing`},
	"nx-migrations":          {`{"generators":{},"packageJsonUpdates":{}}`, `{"generators":[]}`, `/generators an object, not a list`},
	"nx-prune-lockfile":      {`{"buildTarget":"build"}`, `{"outputPath":1}`, `/buildTarget is missing; /outputPath a text, not a number`},
	"nx-run-script":          {`{"script":"build","__unparsed__":["--x"]}`, `{"script":["build"]}`, `/script a text, not a list`},
	"ssm-document":           {`{"schemaVersion":"2.2","mainSteps":[]}`, `{"schemaVersion":2.2}`, `/schemaVersion a text, not a number`},
}

// TestAnswers checks documents against each schema, and sends both through its form: untouched, each
// comes back byte for byte.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, text := range fixtures(t) {
		want, ok := answers[name]
		if !ok {
			t.Errorf("%s has no answers", name)
			continue
		}
		c, f := compile(t, text), form.New(parsed(t, text))
		if got := said(c.Check(t.Context(), want.good)); got != "" {
			t.Errorf("%s: %s\nis refused: %s", name, want.good, got)
		}
		if got := said(c.Check(t.Context(), want.bad)); got != want.faults {
			t.Errorf("%s: %s\ngot  %s\nwant %s", name, want.bad, got, want.faults)
		}
		for _, document := range []string{want.good, want.bad} {
			if !f.Drawn() {
				continue
			}
			proposed := parsed(t, document)
			filled := f.Fill("a", proposed, posted(f.Fill("a", proposed, nil).Root, form.Posted{}))
			if filled.Answer.JSON() != document {
				t.Errorf("%s: %s\ncame back as %s", name, document, filled.Answer.JSON())
			}
			filled.Blame(c.Check(t.Context(), document))
			if want := strings.Count(said(c.Check(t.Context(), document)), "; "); document == answers[name].bad && blamed(filled.Root) != want+1 {
				t.Errorf("%s: the page tells %d faults, want %d", name, blamed(filled.Root), want+1)
			}
		}
	}
}

// blamed counts the faults on a page.
func blamed(e *form.Entry) int {
	n := len(e.Faults)
	for _, child := range e.Entries {
		n += blamed(child)
	}
	return n
}

// posted is what a browser posts of a form that nobody touched.
func posted(e *form.Entry, all form.Posted) form.Posted {
	if e.RowsAs != "" {
		all[e.RowsAs] = append(all[e.RowsAs], "")
	}
	for _, child := range e.Entries {
		if child.Row != "" {
			all[e.RowsAs] = append(all[e.RowsAs], child.Row)
		}
		posted(child, all)
	}
	if len(e.Entries) == 0 && e.RowsAs == "" && !e.Fixed() {
		all[e.Name] = []string{strings.ReplaceAll(e.Text, "\n", "\r\n")}
	}
	return all
}
