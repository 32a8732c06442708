package review

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/views/untrusted"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

func reviewPage(t *testing.T, m Review) *goquery.Document {
	t.Helper()
	return viewstest.HTML(t, Page(viewstest.Shell("mine", "/callbacks/exp2291?scope=mine"), m))
}

func TestReviewShowsTheRequest(t *testing.T) {
	t.Parallel()
	doc := reviewPage(t, sampleReview())
	for selector, want := range map[string]string{
		"h1":        "Expense report EXP-2291: $7,846.20, Osaka customer onsite",
		".byline":   "IC Ines Calloway asks expense-approval 48 min ago Queue finance",
		".crumb":    "Mine Expense report EXP-2291: $7,846.20, Osaka custom…",
		".links li": "10 receipts, 1 card slip receipts.harborline.example",
		".taglist":  "travel over-policy",
		"#presence": "DF Dana is also reviewing , here for 3 min. The first decision wins; you will see theirs at once.",
	} {
		if got := viewstest.Words(doc.Find(selector)); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	if got := doc.Find(".prose strong").Text(); got != "Kansai Precision" {
		t.Errorf("the description is not what the sanitiser let through: %q", got)
	}
	link := doc.Find(".links a")
	if link.AttrOr("rel", "") != "noopener noreferrer nofollow" || link.AttrOr("target", "") != "_blank" {
		t.Errorf("a stranger's link opens with rel %q in %q", link.AttrOr("rel", ""), link.AttrOr("target", ""))
	}
	if got := doc.Find(".crumb a").AttrOr("href", ""); got != "/?scope=mine" {
		t.Errorf("back leads to %s", got)
	}
}

// TestReviewOrder: whoever reads from the top, as on a phone, meets the reason before the clocks,
// and both before the payload.
func TestReviewOrder(t *testing.T) {
	t.Parallel()
	var got []string
	reviewPage(t, sampleReview()).Find("h1, #why, #clocks, #payload").Each(func(_ int, e *goquery.Selection) {
		got = append(got, cmp.Or(e.AttrOr("id", ""), goquery.NodeName(e)))
	})
	if want := []string{"h1", "why", "clocks", "payload"}; !slices.Equal(got, want) {
		t.Errorf("the page has %q, want %q", got, want)
	}
}

// TestReviewByTemplate: whose words these are, and what is missing.
func TestReviewByTemplate(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	if reviewPage(t, m).Find("#made").Length() != 0 {
		t.Error("an announced request is said to be made by the configuration")
	}
	m.Callback.Source = callbacks.SourceDiscovery
	m.Content.Template = &callbacks.TemplateUse{LeftOut: []callbacks.LeftOut{
		{Field: "title", Why: "there is no input/customer"}, {Field: "tags/1", Why: "1 to 40 characters, this has 41"},
	}}
	want := "Made from the function’s input by countersign.yaml. " +
		"Left out title : there is no input/customer Left out tags/1 : 1 to 40 characters, this has 41"
	if got := viewstest.Words(reviewPage(t, m).Find("#made")); got != want {
		t.Errorf("got %q", got)
	}
	m.Content.Template.Decodes = true
	want += " The template read the input as it arrived. The desk decodes no input for a template."
	if got := viewstest.Words(reviewPage(t, m).Find("#made")); got != want {
		t.Errorf("with a decoder: %q", got)
	}
}

// TestReviewByTemplate_Announced: of a template, an announcement without a payload leaves the
// payload.
func TestReviewByTemplate_Announced(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Content.Template = &callbacks.TemplateUse{Payload: true, LeftOut: []callbacks.LeftOut{
		{Field: "title", Why: "there is no input/customer"}, {Field: "payload/total", Why: "there is no input/total"},
	}}
	want := "The payload was made from the function’s input by countersign.yaml. The rest is what the function announced. " +
		"Left out payload/total : there is no input/total"
	if got := viewstest.Words(reviewPage(t, m).Find("#made")); got != want {
		t.Errorf("got %q", got)
	}
	m.Content.Template.Payload = false
	if got := reviewPage(t, m).Find("#made").Length(); got != 0 {
		t.Error("the input as it arrived is said to be made by the configuration")
	}
}

func TestReviewClocks(t *testing.T) {
	t.Parallel()
	clocks := reviewPage(t, sampleReview()).Find("#clocks")
	if got := viewstest.Words(clocks.Find(".clocks-lead")); got != "Decide within Tue 24 Nov, 14:32:10 CET 41:08 Due soon 0 1 h 30 m" {
		t.Errorf("lead: %q", got)
	}
	rows := clocks.Find(".clock").Map(func(_ int, s *goquery.Selection) string { return viewstest.Words(s) })
	want := []string{
		"Timeout 41:08 Set by the function, 1 h 30 m 14:32:10",
		"Heartbeat 1:48 Kept alive by this review. Last beat 13:50:50. Next in 0:28 of 2:00",
		"Execution 6 h 10 m Limit of the whole execution 20:01:54",
		"Your keep-alive budget 27:08 Then you are asked whether you are still here of 30:00",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("got  %q\nwant %q", rows, want)
	}
	if got := viewstest.Words(clocks.Find(".bite .nm")); got != "Timeout" {
		t.Errorf("%q ends first", got)
	}
}

func TestReviewClocksUnattended(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Reviews, m.Callback.HeldUntil, m.Callback.NextHeartbeatAt = nil, time.Time{}, time.Time{}
	clocks := reviewPage(t, m).Find("#clocks")
	if got := viewstest.Words(clocks.Find(".bite")); got != "Heartbeat 1:48 No heartbeats are being sent. Last beat 13:50:50. of 2:00" {
		t.Errorf("the clock that bites: %q", got)
	}
	if clocks.Find(".beat, [data-budget]").Length() != 0 {
		t.Error("beats or a budget are shown although nobody is here")
	}
}

func TestReviewWithoutClocks(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Callback.Clocks = callbacks.Clocks{StartedAt: viewstest.Now}
	doc := reviewPage(t, m)
	if got := viewstest.Words(doc.Find("#clocks")); got != "No clock ends this by itself Open" {
		t.Errorf("%q", got)
	}
	if got := doc.Find("decision-bar").AttrOr("data-until", "none"); got != "" {
		t.Errorf("the bar locks itself at %q", got)
	}
}

// TestReviewLease: who may not decide does not keep the function waiting.
func TestReviewLease(t *testing.T) {
	t.Parallel()
	if got := reviewPage(t, sampleReview()).Find("review-lease").AttrOr("data-url", ""); got != "/callbacks/exp2291/reviews" {
		t.Errorf("reviews go to %q", got)
	}
	m := sampleReview()
	m.Previews, m.Refused = nil, &callbacks.Refusal{Code: "queue", Reason: "Only members of queue finance decide here."}
	doc := reviewPage(t, m)
	if doc.Find("review-lease, #wire, #comment, form#decide").Length() != 0 {
		t.Error("somebody who may not decide gets the means to")
	}
	if doc.Find(".decide [data-unsent]:not([hidden])").Length() != 0 {
		t.Error("one who could never decide reads that theirs was not sent")
	}
	if got := viewstest.Words(doc.Find(".decide")); got != "You can see this, but not decide it. Yours was not sent. Only members of queue finance decide here." {
		t.Errorf("%q", got)
	}
}

func TestPresence(t *testing.T) {
	t.Parallel()
	aiko := callbacks.Actor{Kind: callbacks.ActorPerson, ID: "aiko", Name: "Aiko Brandt"}
	review := func(by callbacks.Actor, since time.Duration) callbacks.Review {
		return callbacks.Review{By: by, OpenedAt: viewstest.Now.Add(-since), RenewedAt: viewstest.Now}
	}
	for _, tc := range []struct {
		name    string
		reviews []callbacks.Review
		want    string
	}{
		{"OnlyMe", []callbacks.Review{review(viewstest.Mara.Actor(), time.Hour)}, ""},
		{"JustCame", []callbacks.Review{review(viewstest.Dana, 5*time.Second)}, "Dana is also reviewing . The first"},
		{"TwoTabs", []callbacks.Review{review(viewstest.Dana, 2*time.Hour), review(viewstest.Dana, 0)}, "Dana is also reviewing , here for 2 h. The first"},
		{"Two", []callbacks.Review{review(viewstest.Dana, time.Hour), review(aiko, 0)}, "Dana and Aiko are also reviewing . The first"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := sampleReview()
			m.Reviews = tc.reviews
			if got := viewstest.Words(reviewPage(t, m).Find("#presence")); !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
				t.Errorf("%q, want %q in it", got, tc.want)
			}
		})
	}
}

// TestPresenceNamesTurned: a provider that sends "Calloway, Ines" has people called by their given
// names all the same.
func TestPresenceNamesTurned(t *testing.T) {
	t.Parallel()
	by := callbacks.Actor{Kind: callbacks.ActorPerson, ID: "i", Name: "Calloway, Ines"}
	if got, want := presenceLead([]callbacks.Actor{by}), untrusted.Isolate("Ines")+" is also reviewing"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestExecutionBox(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Callback.ExecutionARN, m.ConsoleURL = "", ""
	doc := reviewPage(t, m)
	if doc.Find("#execution-arn").Length() != 0 || strings.Contains(doc.Text(), "Lambda console") {
		t.Error("an ARN or a console is shown that nobody knows")
	}
	doc = reviewPage(t, sampleReview())
	if got := doc.Find("#callback-id").Text(); got != string(sampleReview().Callback.CallbackID) {
		t.Errorf("callback ID: %q", got)
	}
	if n := doc.Find("[data-copy=callback-id], [data-copy=execution-arn]").Length(); n != 2 {
		t.Errorf("%d copy buttons, want 2", n)
	}
}

// TestUnknownFunction: a sender need not name the function. No page leaves a gap for it.
func TestUnknownFunction(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Callback.Function = ""
	doc := viewstest.HTML(t, Page(viewstest.Shell("mine", "/"), m))
	if got := viewstest.Words(doc.Find(".facts")); strings.Contains(got, "Function") {
		t.Errorf("facts: %q", got)
	}
	if n := doc.Find("#item header .sep").Length(); n != 1 {
		t.Errorf("%d separators in the heading", n)
	}
}

// TestPaneWithoutTimeout: heartbeats end only a callback that has a heartbeat timeout.
func TestPaneWithoutTimeout(t *testing.T) {
	t.Parallel()
	for heartbeat, want := range map[time.Duration]string{0: "No clock ends it by itself", time.Minute: "Only a missing heartbeat ends it"} {
		m := sampleReview()
		m.Callback.Clocks = callbacks.Clocks{StartedAt: viewstest.Now, HeartbeatTimeout: heartbeat}
		if got := viewstest.Words(viewstest.HTML(t, Body(viewstest.Shell("mine", "/"), m, true)).Find("#clocks")); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestReview_InputUnread: an announcement without a payload may replace the description in which
// discovery says that the input was not read, and a template may make no payload of it. The page
// says it then.
func TestReview_InputUnread(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		source string
		unread bool
		use    *callbacks.TemplateUse
		want   string
	}{
		"Announced":   {"shop", true, nil, "The execution’s input is not shown."},
		"Found":       {callbacks.SourceDiscovery, true, nil, ""}, // its description says it
		"Template":    {callbacks.SourceDiscovery, true, &callbacks.TemplateUse{}, "The execution’s input is not shown."},
		"WithPayload": {"shop", false, nil, ""},
	} {
		m := sampleReview()
		m.Callback.Source, m.Content.InputUnread, m.Content.Payload = tt.source, tt.unread, nil
		m.Content.Template = tt.use
		if got := viewstest.Words(reviewPage(t, m).Find("#unread b")); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
