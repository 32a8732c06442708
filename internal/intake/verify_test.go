package intake_test

import (
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"countersign/internal/desk"
	"countersign/internal/intake"
)

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func clock() time.Time { return now }

func secret(fill string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(fill, 32)[:32]))
}

var (
	paymentsSecret = secret("payments")
	paymentsNext   = secret("payments-next")
	legalSecret    = secret("legal")
	strayToken     = "stray-token-0123456789-0123456789"
	reportsToken   = "reports-token-0123456789-0123456789"

	sources = []intake.Source{
		{Name: "payments", Secrets: []string{paymentsSecret, paymentsNext}, Queues: []string{"payments", "refunds"}},
		{Name: "legal", Secrets: []string{legalSecret}},
		{Name: "reports", Tokens: []string{reportsToken}},
	}
	body = []byte(`{"callbackId":"QUJD"}`)
)

func newVerifier(t testing.TB, sources []intake.Source, now func() time.Time) *intake.Verifier {
	t.Helper()
	v, err := intake.NewVerifier(sources, now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// signed is the headers of a message signed with secrets at a time.
func signed(t testing.TB, id string, at time.Time, body []byte, secrets ...string) http.Header {
	t.Helper()
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	var signatures []string
	for _, s := range secrets {
		webhook, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := webhook.Sign(id, at, body)
		if err != nil {
			t.Fatal(err)
		}
		signatures = append(signatures, signature)
	}
	h.Set("webhook-signature", strings.Join(signatures, " "))
	return h
}

func with(h http.Header, name, value string) http.Header {
	h.Set(name, value)
	return h
}

func TestVerify(t *testing.T) {
	t.Parallel()
	sign := func(secrets ...string) http.Header { return signed(t, "msg_1", now, body, secrets...) }
	payments := desk.Source{Name: "payments", Queues: []string{"payments", "refunds"}}
	for name, test := range map[string]struct {
		header http.Header
		want   desk.Source
		id     string
	}{
		"Signed":            {sign(paymentsSecret), payments, "msg_1"},
		"SignedWithNext":    {sign(paymentsNext), payments, "msg_1"},
		"SignedTwice":       {sign(secret("older"), paymentsSecret), payments, "msg_1"},
		"OtherSource":       {sign(legalSecret), desk.Source{Name: "legal"}, "msg_1"},
		"Named":             {with(sign(paymentsSecret), intake.HeaderSource, "payments"), payments, "msg_1"},
		"FiveMinutesOld":    {signed(t, "msg_1", now.Add(-5*time.Minute), body, paymentsSecret), payments, "msg_1"},
		"FiveMinutesAhead":  {signed(t, "msg_1", now.Add(5*time.Minute), body, paymentsSecret), payments, "msg_1"},
		"Bearer":            {http.Header{"Authorization": {"Bearer " + reportsToken}}, desk.Source{Name: "reports"}, ""},
		"BearerLowerCase":   {http.Header{"Authorization": {"bearer " + reportsToken}}, desk.Source{Name: "reports"}, ""},
		"BearerWithMessage": {http.Header{"Authorization": {"Bearer " + reportsToken}, "Webhook-Id": {"42"}}, desk.Source{Name: "reports"}, "42"},
		"SignatureWinsOver": {with(sign(legalSecret), "Authorization", "Bearer "+reportsToken), desk.Source{Name: "legal"}, "msg_1"},
		"OtherVersionFirst": {with(sign(legalSecret), "webhook-signature", "v2,AAAA "+sign(legalSecret).Get("webhook-signature")), desk.Source{Name: "legal"}, "msg_1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, id, err := newVerifier(t, sources, clock).Verify(test.header, body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || id != test.id {
				t.Errorf("message %q, source (-want +got):\n%s", id, diff)
			}
		})
	}
}

// refusedMessage is one that is not let in.
type refusedMessage struct {
	header http.Header
	want   error
}

// badSignatures are headers of messages that are not signed as they should be.
func badSignatures(t *testing.T) map[string]refusedMessage {
	t.Helper()
	sign := func() http.Header { return signed(t, "msg_1", now, body, paymentsSecret) }
	without := func(name string) http.Header { h := sign(); h.Del(name); return h }
	return map[string]refusedMessage{
		"Nothing":           {http.Header{}, intake.ErrNoCredentials},
		"SignatureMissing":  {without("webhook-signature"), intake.ErrNoCredentials},
		"IDMissing":         {without("webhook-id"), intake.ErrHeader},
		"TimestampMissing":  {without("webhook-timestamp"), intake.ErrHeader},
		"TimestampWord":     {with(sign(), "webhook-timestamp", "now"), intake.ErrHeader},
		"TimestampNegative": {with(sign(), "webhook-timestamp", "-1795339800"), intake.ErrHeader},
		"TimestampSigned":   {with(sign(), "webhook-timestamp", "+1795339800"), intake.ErrHeader},
		"TimestampFraction": {with(sign(), "webhook-timestamp", "1795339800.5"), intake.ErrHeader},
		"TimestampHuge":     {with(sign(), "webhook-timestamp", "99999999999999999999"), intake.ErrHeader},
		"TimestampMillis":   {with(sign(), "webhook-timestamp", strconv.FormatInt(now.UnixMilli(), 10)), intake.ErrHeader},
		"TooOld":            {signed(t, "msg_1", now.Add(-5*time.Minute-time.Second), body, paymentsSecret), intake.ErrStale},
		"TooNew":            {signed(t, "msg_1", now.Add(5*time.Minute+time.Second), body, paymentsSecret), intake.ErrStale},
		"Epoch":             {signed(t, "msg_1", time.Unix(0, 0), body, paymentsSecret), intake.ErrStale},
		"IDWithFullStop":    {signed(t, "msg.1", now, body, paymentsSecret), intake.ErrHeader},
		"IDWithSpace":       {signed(t, "msg 1", now, body, paymentsSecret), intake.ErrHeader},
		"IDNotASCII":        {signed(t, "mßg", now, body, paymentsSecret), intake.ErrHeader},
		"IDTooLong":         {signed(t, strings.Repeat("m", 257), now, body, paymentsSecret), intake.ErrHeader},
		"SignaturesTooLong": {with(sign(), "webhook-signature", strings.Repeat("v1,A ", 1000)), intake.ErrHeader},
		"UnknownSecret":     {signed(t, "msg_1", now, body, secret("stranger")), intake.ErrNoMatch},
		"OtherBody":         {signed(t, "msg_1", now, []byte(`{"callbackId":"QUJE"}`), paymentsSecret), intake.ErrNoMatch},
		"OtherID":           {with(sign(), "webhook-id", "msg_2"), intake.ErrNoMatch},
		"OtherTimestamp":    {with(sign(), "webhook-timestamp", strconv.FormatInt(now.Unix()+1, 10)), intake.ErrNoMatch},
		"SignatureCutShort": {with(sign(), "webhook-signature", sign().Get("webhook-signature")[:20]), intake.ErrNoMatch},
		"SignatureEmpty":    {with(sign(), "webhook-signature", "v1,"), intake.ErrNoMatch},
	}
}

// badSenders are headers that name another sender, or hold another token.
func badSenders(t *testing.T) map[string]refusedMessage {
	t.Helper()
	sign := func() http.Header { return signed(t, "msg_1", now, body, paymentsSecret) }
	return map[string]refusedMessage{
		"NamedAnother":       {with(sign(), intake.HeaderSource, "legal"), intake.ErrNoMatch},
		"NamedUnknown":       {with(sign(), intake.HeaderSource, "nobody"), intake.ErrNoMatch},
		"WrongSignatureOnly": {with(signed(t, "msg_1", now, body, secret("x")), "Authorization", "Bearer "+reportsToken), intake.ErrNoMatch},
		"BearerUnknown":      {http.Header{"Authorization": {"Bearer " + strayToken}}, intake.ErrNoMatch},
		"BearerBeginning":    {http.Header{"Authorization": {"Bearer " + reportsToken[:20]}}, intake.ErrNoMatch},
		"BearerIsASecret":    {http.Header{"Authorization": {"Bearer " + paymentsSecret}}, intake.ErrNoMatch},
		"BearerEmpty":        {http.Header{"Authorization": {"Bearer "}}, intake.ErrHeader},
		"Basic":              {http.Header{"Authorization": {"Basic " + reportsToken}}, intake.ErrHeader},
		"BearerBadMessageID": {http.Header{"Authorization": {"Bearer " + reportsToken}, "Webhook-Id": {"a.b"}}, intake.ErrHeader},
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	messages := badSignatures(t)
	maps.Copy(messages, badSenders(t))
	for name, test := range messages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, id, err := newVerifier(t, sources, clock).Verify(test.header, body)
			if !errors.Is(err, test.want) || got.Name != "" || id != "" {
				t.Errorf("got %+v, %q and error %v, want %v", got, id, err, test.want)
			}
			for _, s := range sources {
				if err != nil && strings.Contains(err.Error(), s.Name) {
					t.Errorf("the error names a source: %v", err)
				}
			}
		})
	}
}

// The vector that the libraries of Standard Webhooks and Svix share, so that the scheme is checked
// by more than itself.
func TestVerifyVector(t *testing.T) {
	t.Parallel()
	v := newVerifier(t, []intake.Source{{Name: "vector", Secrets: []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}},
		func() time.Time { return time.Unix(1614265330, 0) })
	h := http.Header{}
	h.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set("webhook-timestamp", "1614265330")
	h.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	if _, _, err := v.Verify(h, []byte(`{"test": 2432232314}`)); err != nil {
		t.Error(err)
	}
}

func TestVerifyWithoutSources(t *testing.T) {
	t.Parallel()
	_, _, err := newVerifier(t, nil, clock).Verify(signed(t, "msg_1", now, body, paymentsSecret), body)
	if !errors.Is(err, intake.ErrNoMatch) {
		t.Errorf("got %v", err)
	}
}

func TestSourcesRefused(t *testing.T) {
	t.Parallel()
	many := make([]string, 65)
	for i := range many {
		many[i] = secret(strconv.Itoa(1000 + i))
	}
	for name, test := range map[string]struct {
		sources []intake.Source
		want    string
	}{
		"NoName":         {[]intake.Source{{Secrets: []string{legalSecret}}}, "name of its own"},
		"NameTwice":      {[]intake.Source{{Name: "a", Secrets: []string{legalSecret}}, {Name: "a", Tokens: []string{strayToken}}}, "name of its own"},
		"NoKeys":         {[]intake.Source{{Name: "a"}}, "needs a secret or a token"},
		"NoPrefix":       {[]intake.Source{{Name: "a", Secrets: []string{strings.TrimPrefix(legalSecret, "whsec_")}}}, "secret 1"},
		"NotBase64":      {[]intake.Source{{Name: "a", Secrets: []string{legalSecret, "whsec_" + strayToken + "!"}}}, "secret 2"},
		"ShortSecret":    {[]intake.Source{{Name: "a", Secrets: []string{"whsec_c2VjcmV0"}}}, "secret 1"},
		"ShortToken":     {[]intake.Source{{Name: "a", Tokens: []string{"secret"}}}, "token 1"},
		"TokenWithSpace": {[]intake.Source{{Name: "a", Tokens: []string{strayToken + " x"}}}, "token 1"},
		"KeyOfAnother":   {[]intake.Source{{Name: "a", Secrets: []string{legalSecret}}, {Name: "b", Secrets: []string{legalSecret}}}, "twice"},
		"TooManyKeys":    {[]intake.Source{{Name: "a", Secrets: many}}, "the limit is 64"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := intake.NewVerifier(test.sources, clock)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want something about %q", err, test.want)
			}
			for _, s := range test.sources {
				for _, k := range append(s.Secrets, s.Tokens...) {
					if strings.Contains(err.Error(), k) {
						t.Errorf("the error gives a key away: %v", err)
					}
				}
			}
		})
	}
}

// TestScreen: what is wrong by the headers alone is refused without the body, and nothing that
// could be right is.
func TestScreen(t *testing.T) {
	t.Parallel()
	signature := signed(t, "msg_1", now, body, paymentsSecret)
	changed := func(name, value string) http.Header { return with(signature.Clone(), name, value) }
	for name, test := range map[string]struct {
		header http.Header
		want   error
	}{
		"Right":              {signature, nil},
		"RightNamed":         {changed(intake.HeaderSource, "payments"), nil},
		"ForgedNamesNoFault": {changed("webhook-signature", "v1,AAAA"), nil},
		"NoCredentials":      {http.Header{}, intake.ErrNoCredentials},
		"NoID":               {changed("webhook-id", ""), intake.ErrHeader},
		"LongID":             {changed("webhook-id", strings.Repeat("x", 257)), intake.ErrHeader},
		"NoTimestamp":        {changed("webhook-timestamp", ""), intake.ErrHeader},
		"BadTimestamp":       {changed("webhook-timestamp", "-5"), intake.ErrHeader},
		"Stale":              {signed(t, "msg_1", now.Add(-6*time.Minute), body, paymentsSecret), intake.ErrStale},
		"LongSignature":      {changed("webhook-signature", strings.Repeat("x", 5000)), intake.ErrHeader},
		"UnknownSource":      {changed(intake.HeaderSource, "nobody"), intake.ErrNoMatch},
		"SourceHasNoSecret":  {changed(intake.HeaderSource, "reports"), intake.ErrNoMatch},
		"Token":              {http.Header{"Authorization": {"Bearer " + reportsToken}}, nil},
		"UnknownToken":       {http.Header{"Authorization": {"Bearer " + strayToken}}, intake.ErrNoMatch},
		"TokenOfAnother":     {with(http.Header{"Authorization": {"Bearer " + reportsToken}}, intake.HeaderSource, "legal"), intake.ErrNoMatch},
		"Basic":              {http.Header{"Authorization": {"Basic " + reportsToken}}, intake.ErrHeader},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := newVerifier(t, sources, clock).Screen(test.header); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}
