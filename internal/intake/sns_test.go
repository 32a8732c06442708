package intake_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/intake"
)

func TestSNSVerify(t *testing.T) {
	t.Parallel()
	const text = "{\"callbackId\":\"QUJD\",\n\"title\":\"Umlaute: äöü / <b> & \\u2028\"}"
	expenses := desk.Source{Name: "expenses", Queues: []string{"finance"}}
	for name, test := range map[string]struct {
		message map[string]any
		kind    intake.NotificationType
		from    desk.Source
	}{
		"Version2":      {notification(text), intake.TypeNotification, expenses},
		"Version1":      {changed(notification(text), "SignatureVersion", "1"), intake.TypeNotification, expenses},
		"Subject":       {changed(notification(text), "Subject", "Approve EXP-2291"), intake.TypeNotification, expenses},
		"SubjectOf1":    {changed(notification(text), "Subject", "x", "SignatureVersion", "1"), intake.TypeNotification, expenses},
		"SubjectNull":   {changed(notification(text), "Subject", json.RawMessage("null")), intake.TypeNotification, expenses},
		"OtherTopic":    {changed(notification(text), "TopicArn", otherARN), intake.TypeNotification, desk.Source{Name: "refunds"}},
		"AnHourOld":     {changed(notification(text), "Timestamp", "2026-11-22T08:30:00.000Z"), intake.TypeNotification, expenses},
		"AnHourAhead":   {changed(notification(text), "Timestamp", "2026-11-22T10:30:00Z"), intake.TypeNotification, expenses},
		"Empty":         {notification(""), intake.TypeNotification, expenses},
		"Subscription":  {subscription(), intake.TypeSubscription, expenses},
		"Subscription1": {changed(subscription(), "SignatureVersion", "1"), intake.TypeSubscription, expenses},
		"Unsubscribed":  {changed(subscription(), "Type", "UnsubscribeConfirmation"), intake.TypeUnsubscribed, expenses},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newAmazon(t).sns(clock).Verify(t.Context(), signSNS(t, test.message))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.from, got.From); diff != "" || got.Type != test.kind || got.Topic != test.message["TopicArn"] {
				t.Errorf("got %s of %s, source (-want +got):\n%s", got.Type, got.Topic, diff)
			}
			if string(got.Body) != test.message["Message"] || got.ID != test.message["MessageId"] {
				t.Errorf("got message %q with %s", got.ID, got.Body)
			}
		})
	}
}

// Every field that is signed is covered: nothing of it can be changed, taken away or added.
func TestSNSTampered(t *testing.T) {
	t.Parallel()
	withSubject := changed(notification("{}"), "Subject", "S")
	confirm := "https://" + snsHost + "/?Action=ConfirmSubscription&TopicArn=" + topicARN + "&Token=other"
	for name, test := range map[string]struct {
		signed map[string]any
		change []any
	}{
		"Message":         {notification("{}"), []any{"Message", "{ }"}},
		"MessageId":       {notification("{}"), []any{"MessageId", "other"}},
		"Subject":         {withSubject, []any{"Subject", "T"}},
		"SubjectAdded":    {notification("{}"), []any{"Subject", "S"}},
		"SubjectGone":     {withSubject, []any{"Subject", nil}},
		"Timestamp":       {notification("{}"), []any{"Timestamp", "2026-11-22T09:29:59.123Z"}},
		"TopicArn":        {notification("{}"), []any{"TopicArn", otherARN}},
		"Version":         {notification("{}"), []any{"SignatureVersion", "1"}},
		"Signature":       {notification("{}"), []any{"Signature", "AAAA"}},
		"NoSignature":     {notification("{}"), []any{"Signature", ""}},
		"NotBase64":       {notification("{}"), []any{"Signature", "%"}},
		"Version3":        {notification("{}"), []any{"SignatureVersion", "3"}},
		"SubscribeURL":    {subscription(), []any{"SubscribeURL", confirm}},
		"Token":           {subscription(), []any{"Token", "other"}},
		"SubscribeText":   {subscription(), []any{"Message", "x"}},
		"SubscribeID":     {subscription(), []any{"MessageId", "x"}},
		"SubscribeTime":   {subscription(), []any{"Timestamp", "2026-11-22T09:30:00Z"}},
		"SubscribeTopic":  {subscription(), []any{"TopicArn", otherARN}},
		"BecomesOther":    {changed(subscription(), "Type", "UnsubscribeConfirmation"), []any{"Type", "SubscriptionConfirmation"}},
		"BecomesMessage":  {subscription(), []any{"Type", "Notification"}},
		"VersionOfAnyone": {changed(notification("{}"), "SignatureVersion", "1"), []any{"SignatureVersion", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var m map[string]any
			if err := json.Unmarshal(signSNS(t, test.signed), &m); err != nil {
				t.Fatal(err)
			}
			got, err := newAmazon(t).sns(clock).Verify(t.Context(), document(t, changed(m, test.change...)))
			if !errors.Is(err, intake.ErrNotFromSNS) || got.Type != "" {
				t.Errorf("got %+v and %v, want ErrNotFromSNS", got, err)
			}
		})
	}
}

// What is refused before a certificate is asked for, so that nobody can make the desk ask.
func TestSNSRefusesAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		message map[string]any
		want    error
	}{
		"UnknownTopic": {changed(notification("{}"), "TopicArn", topicARN+"2"), intake.ErrUnknownTopic},
		"OtherAccount": {changed(notification("{}"), "TopicArn", strings.Replace(topicARN, "123456789012", "210987654321", 1)), intake.ErrUnknownTopic},
		"Old":          {changed(notification("{}"), "Timestamp", "2026-11-22T08:29:59.999Z"), intake.ErrStaleNotification},
		"Ahead":        {changed(notification("{}"), "Timestamp", "2026-11-22T10:30:00.001Z"), intake.ErrStaleNotification},
		"Version":      {changed(notification("{}"), "SignatureVersion", "0"), intake.ErrNotFromSNS},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAmazon(t)
			if _, err := a.sns(clock).Verify(t.Context(), signSNS(t, test.message)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if asked := a.requests(); len(asked) > 0 {
				t.Errorf("asked for %v", asked)
			}
		})
	}
}

func TestSNSMalformed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body     []byte
		pointers []string
	}{
		"NotJSON":     {[]byte("callbackId=QUJD"), []string{""}},
		"Array":       {[]byte("[]"), []string{""}},
		"Raw":         {[]byte(`{"callbackId":"QUJD"}`), []string{"/Type", "/Type", "/SignatureVersion", "/Signature", "/SigningCertURL"}},
		"OtherCase":   {document(t, changed(notification("{}"), "Type", nil, "type", "Notification", "Signature", "")), []string{"/Type", "/Type"}},
		"UnknownType": {document(t, changed(notification("{}"), "Type", "Other", "Signature", "")), []string{"/Type"}},
		"NoMessage":   {document(t, changed(notification("{}"), "Message", nil, "Signature", "")), []string{"/Message"}},
		"NoToken":     {document(t, changed(subscription(), "Token", nil, "Signature", "")), []string{"/Token"}},
		"Number":      {document(t, changed(notification("{}"), "MessageId", 7, "Signature", "")), []string{"/MessageId"}},
		"BadTime":     {document(t, changed(notification("{}"), "Timestamp", "today", "Signature", "")), []string{"/Timestamp"}},
		"TwoLines":    {document(t, changed(notification("{}"), "Subject", "a\nb", "Signature", "")), []string{"/Subject"}},
		"Twice":       {[]byte(`{"Type":"Notification","Type":"Notification"}`), []string{"/Type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAmazon(t)
			_, err := a.sns(clock).Verify(t.Context(), test.body)
			var pointers []string
			invalid, _ := errors.AsType[fault.List](err)
			for _, fault := range invalid {
				pointers = append(pointers, fault.Pointer)
			}
			if diff := cmp.Diff(test.pointers, pointers); diff != "" || len(a.requests()) > 0 {
				t.Errorf("%v: pointers (-want +got):\n%s", err, diff)
			}
		})
	}
}

// The same signed text must not be readable as other fields.
func TestSNSFieldsCannotMove(t *testing.T) {
	t.Parallel()
	var m map[string]any
	if err := json.Unmarshal(signSNS(t, notification("{}\nMessageId\nforged\nSubject\nx")), &m); err != nil {
		t.Fatal(err)
	}
	moved := changed(m, "Message", "{}", "MessageId", "forged", "Subject", "x\nMessageId\n"+m["MessageId"].(string))
	_, err := newAmazon(t).sns(clock).Verify(t.Context(), document(t, moved))
	if _, invalid := errors.AsType[fault.List](err); !invalid {
		t.Errorf("got %v", err)
	}
}

func TestReadNotification(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		media, raw string
		size       int
		want       error
	}{
		"AsSNSSends":   {"text/plain; charset=UTF-8", "", 9, nil},
		"JSON":         {"application/json", "", 9, nil},
		"NotRaw":       {"text/plain", "false", 9, nil},
		"Raw":          {"text/plain; charset=UTF-8", "true", 9, intake.ErrRawDelivery},
		"Form":         {"application/x-www-form-urlencoded", "", 9, intake.ErrMediaType},
		"LargestTaken": {"text/plain", "", intake.MaxBody, nil},
		"TooLarge":     {"text/plain", "", intake.MaxBody + 1, intake.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/webhooks/sns", strings.NewReader(strings.Repeat("x", test.size)))
			r.Header.Set("Content-Type", test.media)
			r.Header.Set("x-amz-sns-rawdelivery", test.raw)
			var body []byte
			err := intake.ScreenNotification(r.Header)
			if err == nil {
				body, err = intake.ReadNotification(httptest.NewRecorder(), r)
			}
			if !errors.Is(err, test.want) || err == nil && len(body) != test.size {
				t.Errorf("got %d bytes and %v, want %v", len(body), err, test.want)
			}
		})
	}
}

func TestSNSConfirm(t *testing.T) {
	t.Parallel()
	confirm := func(query string) []any { return []any{"SubscribeURL", "https://" + snsHost + "/" + query} }
	good := "?Action=ConfirmSubscription&TopicArn=" + topicARN + "&Token=" + token
	for name, test := range map[string]struct {
		change []any
		status int
		want   error
		asks   int
	}{
		"OK":          {nil, http.StatusOK, nil, 1},
		"Refused":     {nil, http.StatusBadRequest, intake.ErrNotFromSNS, 1},
		"Redirect":    {nil, http.StatusFound, intake.ErrNotFromSNS, 1},
		"Down":        {nil, http.StatusServiceUnavailable, intake.ErrSNSUnreachable, 1},
		"OtherHost":   {[]any{"SubscribeURL", "https://sns.eu-central-1.amazonaws.com.example.com/" + good}, http.StatusOK, intake.ErrNotFromSNS, 0},
		"OtherRegion": {[]any{"SubscribeURL", "https://sns.us-east-1.amazonaws.com/" + good}, http.StatusOK, intake.ErrNotFromSNS, 0},
		"Plain":       {[]any{"SubscribeURL", "http://" + snsHost + "/" + good}, http.StatusOK, intake.ErrNotFromSNS, 0},
		"OtherTopic":  {confirm(strings.Replace(good, topicARN, otherARN, 1)), http.StatusOK, intake.ErrNotFromSNS, 0},
		"OtherAction": {confirm(strings.Replace(good, "Confirm", "Set", 1)), http.StatusOK, intake.ErrNotFromSNS, 0},
		"NoQuery":     {confirm(""), http.StatusOK, intake.ErrNotFromSNS, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAmazon(t)
			s := a.sns(clock)
			a.handle(snsHost+"/", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://"+snsHost+"/other")
				w.WriteHeader(test.status)
			})
			n, err := s.Verify(t.Context(), signSNS(t, changed(subscription(), test.change...)))
			if err != nil {
				t.Fatal(err)
			}
			a.requests()
			err = s.Confirm(t.Context(), n)
			if asked := a.requests(); !errors.Is(err, test.want) || len(asked) != test.asks || test.asks > 0 && asked[0] != snsHost+"/"+good {
				t.Errorf("got %v and %v, want %v", err, asked, test.want)
			}
		})
	}
}

// A request to SNS that fails does not put the token of a subscription into the log.
func TestSNSConfirmKeepsTheToken(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	s := a.sns(clock)
	n, err := s.Verify(t.Context(), signSNS(t, subscription()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = s.Confirm(ctx, n)
	if !errors.Is(err, intake.ErrSNSUnreachable) || !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), token[:16]) {
		t.Errorf("got %v", err)
	}
}

func TestTopicsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		topics []intake.Topic
		want   string
	}{
		"NoARN":      {[]intake.Topic{{ARN: "approvals", Source: "a"}}, "not the ARN of a topic"},
		"Queue":      {[]intake.Topic{{ARN: "arn:aws:sqs:eu-west-1:123456789012:a", Source: "a"}}, "not the ARN of a topic"},
		"Partition":  {[]intake.Topic{{ARN: "arn:evil:sns:eu-west-1:123456789012:a", Source: "a"}}, "not the ARN of a topic"},
		"NoRegion":   {[]intake.Topic{{ARN: "arn:aws:sns::123456789012:a", Source: "a"}}, "not the ARN of a topic"},
		"RegionHost": {[]intake.Topic{{ARN: "arn:aws:sns:evil.example/:123456789012:a", Source: "a"}}, "not a region"},
		"NoSource":   {[]intake.Topic{{ARN: topicARN}}, "needs a source"},
		"Twice":      {[]intake.Topic{{ARN: topicARN, Source: "a"}, {ARN: topicARN, Source: "b"}}, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := intake.NewSNS(intake.SNSConfig{Topics: test.topics, Now: clock}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something about %q", err, test.want)
			}
		})
	}
}

// noNetwork fails every request.
type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no network")
}

// Whatever a body holds, it gets in by no other way than by a signature, and it is answered.
func FuzzSNS(f *testing.F) {
	s, err := intake.NewSNS(intake.SNSConfig{Topics: snsTopics, Client: &http.Client{Transport: noNetwork{}}, Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(document(f, changed(notification("{}"), "Signature", "AAAA")))
	f.Add(document(f, changed(subscription(), "Signature", "AAAA", "SigningCertURL", "https://sns.eu-central-1.amazonaws.com/%2e.pem?#")))
	f.Add([]byte(`{"Type":"Notification","TopicArn":"` + topicARN + `","Subject":null,"Subject":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := s.Verify(t.Context(), body)
		if err == nil {
			t.Fatalf("let in: %+v", n)
		}
		if _, invalid := errors.AsType[fault.List](err); !invalid && !isAny(err, intake.ErrUnknownTopic, intake.ErrStaleNotification,
			intake.ErrNotFromSNS, intake.ErrSNSUnreachable) {
			t.Errorf("%v is no error that a sender can be told", err)
		}
	})
}
