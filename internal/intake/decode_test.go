package intake_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/intake"
)

const full = `{
  "callbackId": "QUJD/x+Y/z0=",
  "title": "Refund 120 €",
  "description": "**Why**: damaged",
  "requester": "Ines Calloway <ines@example.com>",
  "payload": { "amount" : 1.50e2, "a":[1,  2], "n": null },
  "function": "refunds",
  "executionArn": "arn:aws:lambda:eu-west-1:123456789012:function:refunds:3/durable-execution/r-7/4f2a",
  "name": "approval",
  "startedAt": "2026-11-22T10:30:00.25+01:00",
  "timeoutSeconds": 3600,
  "heartbeatTimeoutSeconds": 60,
  "executionDeadline": "2026-11-23T00:00:00Z",
  "queue": "refunds",
  "links": [{"title": "Order", "url": "https://example.com/orders/7"}],
  "tags": ["eu", "high"],
  "keepAlive": "queued",
  "masked": ["/a/*", "/n"],
  "outcomes": [
    {"name": "pay", "label": "Pay", "kind": "success", "stance": "against", "comment": "none", "encoding": "json", "payload": {"pay" : "{{comment}}"}},
    {"name": "refuse", "label": "Refuse", "kind": "failure", "comment": "required", "errorType": "Refused", "errorMessage": "{{comment}}", "errorData": {"by" : "{{reviewer.id}}"}}
  ]
}`

func TestDecode(t *testing.T) {
	t.Parallel()
	got, err := intake.Decode([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := announcement.Announcement{
		CallbackID:        "QUJD/x+Y/z0=",
		Title:             "Refund 120 €",
		Description:       "**Why**: damaged",
		Requester:         "Ines Calloway <ines@example.com>",
		Payload:           json.RawMessage(`{ "amount" : 1.50e2, "a":[1,  2], "n": null }`),
		Function:          "refunds",
		ExecutionARN:      "arn:aws:lambda:eu-west-1:123456789012:function:refunds:3/durable-execution/r-7/4f2a",
		Name:              "approval",
		StartedAt:         time.Date(2026, 11, 22, 9, 30, 0, 250_000_000, time.UTC),
		Timeout:           time.Hour,
		HeartbeatTimeout:  time.Minute,
		ExecutionDeadline: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		Queue:             "refunds",
		Links:             []callbacks.Link{{Title: "Order", URL: "https://example.com/orders/7"}},
		Tags:              []string{"eu", "high"},
		KeepAlive:         callbacks.KeepAliveQueued,
		Masked:            []string{"/a/*", "/n"},
		Outcomes: []callbacks.Outcome{
			{Name: "pay", Label: "Pay", Kind: callbacks.Success, Stated: callbacks.Against, Comment: callbacks.CommentNone,
				Encoding: callbacks.EncodingJSON, Payload: json.RawMessage(`{"pay" : "{{comment}}"}`)},
			{Name: "refuse", Label: "Refuse", Kind: callbacks.Failure, Comment: callbacks.CommentRequired, ErrorType: "Refused",
				ErrorMessage: "{{comment}}", ErrorData: json.RawMessage(`{"by" : "{{reviewer.id}}"}`)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("announcement (-want +got):\n%s", diff)
	}
}

func TestDecodeLittle(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"OnlyTheID": `{"callbackId":"QUJD"}`,
		"Marked":    "\ufeff{\"callbackId\":\"QUJD\"}",
		"Spaces":    " \n{ \"callbackId\" : \"QUJD\" }\r\n",
		"Nulls": `{"callbackId":"QUJD","title":null,"startedAt":null,"timeoutSeconds":null,"links":null,"tags":null,"outcomes":null,
			"queue":null,"keepAlive":null,"executionArn":null}`,
		"Empties": `{"callbackId":"QUJD","title":"","timeoutSeconds":0,"links":[],"tags":[],"outcomes":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := intake.Decode([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(announcement.Announcement{CallbackID: "QUJD"}, got); diff != "" {
				t.Errorf("announcement (-want +got):\n%s", diff)
			}
		})
	}
}

// A payload may be any JSON, null included, for null is a value; an outcome's errorData of null is
// none.
func TestDecodePayload(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{`null`, `false`, `0`, `-1.0E+2`, `"\u00e9 \/ \n"`, `[ ]`, "{\n\t\"b\":1,\"a\":[{}] }"} {
		t.Run(payload, func(t *testing.T) {
			t.Parallel()
			got, err := intake.Decode(fmt.Appendf(nil, `{"callbackId":"QUJD","payload": %s ,"outcomes":[{"payload":%[1]s,"errorData":null}]}`, payload))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Payload) != payload || string(got.Outcomes[0].Payload) != payload || got.Outcomes[0].ErrorData != nil {
				t.Errorf("got %s, %s and %s", got.Payload, got.Outcomes[0].Payload, got.Outcomes[0].ErrorData)
			}
		})
	}
}

// What a fault says.
const (
	str, object, array = "a string is expected", "an object is expected", "an array is expected"
	seconds            = "a whole number of seconds is expected"
	instant            = "a time like 2026-11-22T09:30:00Z is expected (RFC 3339)"
	unknown, twice     = "unknown field", "duplicate name in one object"
)

// field is an announcement with one more field.
func field(s string) string { return `{"callbackId":"QUJD",` + s + `}` }

// refused are bodies that cannot be read, with the one fault of each.
var refused = map[string]struct{ body, pointer, detail string }{
	"Empty":            {``, "", "not one JSON document: unexpected end of JSON input, at byte 0"},
	"CutShort":         {`{"callbackId":"QU`, "", "not one JSON document: unexpected end of JSON input, at byte 17"},
	"Trailing":         {`{"callbackId":"QUJD"} {}`, "", "not one JSON document: invalid character '{' after top-level value, at byte 23"},
	"TrailingComma":    {`{"callbackId":"QUJD",}`, "", "not one JSON document: invalid character '}' looking for beginning of object key string, at byte 22"},
	"Comment":          {`{"callbackId":"QUJD"/**/}`, "", "not one JSON document: invalid character '/' after object key:value pair, at byte 21"},
	"TwoMarks":         {"\ufeff\ufeff{}", "", "not one JSON document: invalid character 'ï' looking for beginning of value, at byte 1"},
	"NotUTF8":          {"{\"callbackId\":\"QUJD\",\"title\":\"\xff\"}", "", "the body is not valid UTF-8"},
	"Array":            {`[]`, "", object},
	"Null":             {`null`, "", object},
	"IDMissing":        {`{}`, "/callbackId", "this field is required"},
	"IDNull":           {`{"callbackId":null}`, "/callbackId", "this field is required"},
	"IDNumber":         {`{"callbackId":7}`, "/callbackId", str},
	"Unknown":          {field(`"colour":"red"`), "/colour", unknown},
	"OtherCase":        {field(`"Title":"x"`), "/Title", unknown},
	"Escaped":          {field(`"a/b~c":1`), "/a~1b~0c", unknown},
	"Twice":            {field(`"title":"a","title":"b"`), "/title", twice},
	"TwiceEscaped":     {field(`"title":"a","\u0074itle":"b"`), "/title", twice},
	"TwiceInPayload":   {field(`"payload":{"rows":[{"a":1},{"a":1,"a":2}]}`), "/payload/rows/1/a", twice},
	"TooDeep":          {field(`"payload":` + strings.Repeat("[", 64) + strings.Repeat("]", 64)), "/payload" + strings.Repeat("/0", 63), "nested deeper than 64 levels"},
	"TitleNumber":      {field(`"title":7`), "/title", str},
	"TitleObject":      {field(`"title":{}`), "/title", str},
	"SecondsText":      {field(`"timeoutSeconds":"60"`), "/timeoutSeconds", seconds},
	"SecondsFraction":  {field(`"timeoutSeconds":1.5`), "/timeoutSeconds", seconds},
	"SecondsSmall":     {field(`"heartbeatTimeoutSeconds":15e-1`), "/heartbeatTimeoutSeconds", seconds},
	"SecondsEndless":   {field(`"heartbeatTimeoutSeconds":1e999999999`), "/heartbeatTimeoutSeconds", seconds},
	"SecondsFloatHuge": {field(`"timeoutSeconds":2147483648.0`), "/timeoutSeconds", seconds},
	"SecondsHuge":      {field(`"timeoutSeconds":99999999999`), "/timeoutSeconds", seconds},
	"SecondsBool":      {field(`"timeoutSeconds":true`), "/timeoutSeconds", seconds},
	"TimeNumber":       {field(`"startedAt":1795339800`), "/startedAt", instant},
	"TimeDate":         {field(`"startedAt":"2026-11-22"`), "/startedAt", instant},
	"TimeNoZone": {field(`"startedAt":"2026-11-22T09:30:00"`), "/startedAt",
		instant + "; this one has no offset: end it with Z for UTC or with an offset like +01:00"},
	"TimeNoLeap": {field(`"startedAt":"2026-12-30T23:59:60Z"`), "/startedAt",
		instant + "; second 60 is a leap second, which only ends the last day of a month in UTC"},
	"TimeBadDay":       {field(`"executionDeadline":"2026-02-30T00:00:00Z"`), "/executionDeadline", instant},
	"TimeYear10000":    {field(`"executionDeadline":"9999-12-31T23:59:59-23:00"`), "/executionDeadline", "a time in the years 1971 to 9999 (UTC) is expected"},
	"LinksObject":      {field(`"links":{}`), "/links", array},
	"LinkText":         {field(`"links":["https://example.com"]`), "/links/0", object},
	"LinkNull":         {field(`"links":[{},null]`), "/links/1", object},
	"LinkUnknown":      {field(`"links":[{"url":"x","rel":"y"}]`), "/links/0/rel", unknown},
	"LinkURLNumber":    {field(`"links":[{"url":1}]`), "/links/0/url", str},
	"TagsText":         {field(`"tags":"eu"`), "/tags", array},
	"TagNumber":        {field(`"tags":["eu",7]`), "/tags/1", str},
	"MaskedText":       {field(`"masked":"/a"`), "/masked", array},
	"MaskedNumber":     {field(`"masked":["/a",7]`), "/masked/1", str},
	"TagNull":          {field(`"tags":[null]`), "/tags/0", str},
	"OutcomesText":     {field(`"outcomes":"approve"`), "/outcomes", array},
	"OutcomeUnknown":   {field(`"outcomes":[{"colour":"red"}]`), "/outcomes/0/colour", unknown},
	"OutcomeKind":      {field(`"outcomes":[{"name":"a"},{"kind":1}]`), "/outcomes/1/kind", str},
	"KeepAliveBoolean": {field(`"keepAlive":true`), "/keepAlive", str},
	"LongUnknown":      {field(`"` + strings.Repeat("é", 500) + `":1`), "/" + strings.Repeat("é", 32) + "…", unknown},
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := intake.Decode([]byte(test.body))
			if diff := cmp.Diff(error(fault.List{{Pointer: test.pointer, Detail: test.detail}}), err); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeDeepest(t *testing.T) {
	t.Parallel()
	payload := strings.Repeat("[", 63) + strings.Repeat("]", 63)
	if _, err := intake.Decode([]byte(`{"callbackId":"QUJD","payload":` + payload + `}`)); err != nil {
		t.Error(err)
	}
}

func TestDecodeListsAllFaults(t *testing.T) {
	t.Parallel()
	_, err := intake.Decode([]byte(`{"title":1,"tags":[2],"links":[{"url":3}],"zebra":4,"apple":5}`))
	faults, _ := errors.AsType[fault.List](err)
	var got []string
	for _, fault := range faults {
		got = append(got, fault.Pointer)
	}
	want := []string{"/callbackId", "/title", "/tags/0", "/links/0/url", "/apple", "/zebra"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pointers (-want +got):\n%s", diff)
	}
}

func TestDecodeBoundsFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		more string
	}{
		"Unknown":    {`{"callbackId":"QUJD"` + numbered(1000, `,"f%d":1`) + `}`, "and 968 more"},
		"Twice":      {`{"callbackId":"QUJD"` + numbered(1000, `,"title":"%d"`) + `}`, "and 967 more"},
		"TwiceDeep":  {`{"payload":{"a":[{"b":0` + numbered(1000, `,"b":%d`) + `}]}}`, "and 968 more"},
		"AtTheBound": {`{"callbackId":"QUJD"` + numbered(32, `,"f%d":1`) + `}`, ""},
		"OneMore":    {`{"callbackId":"QUJD"` + numbered(33, `,"f%d":1`) + `}`, "and 1 more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := intake.Decode([]byte(test.body))
			faults, _ := errors.AsType[fault.List](err)
			want := fault.Max
			if test.more != "" {
				want++
			}
			if len(faults) != want || test.more != "" && faults[fault.Max] != (fault.Fault{Detail: test.more}) {
				t.Errorf("%d faults, the last %v; want %d and %q", len(faults), faults[len(faults)-1], want, test.more)
			}
		})
	}
}

// TestDecodeBoundsLists: a list without end is read up to a bound above what the domain takes.
func TestDecodeBoundsLists(t *testing.T) {
	t.Parallel()
	a, err := intake.Decode([]byte(`{"callbackId":"QUJD","tags":["a"` + numbered(1000, `,"%d"`) + `],"links":[{}` + strings.Repeat(`,{}`, 1000) + `]}`))
	if err != nil || len(a.Tags) != 64 || len(a.Links) != 64 {
		t.Errorf("%d tags, %d links, %v; want 64 of each", len(a.Tags), len(a.Links), err)
	}
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestDecodeYears: an offset may lead out of the years that can be written.
func TestDecodeYears(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"0000-01-01T00:00:00+23:59": false, // of the year -1
		"0000-01-01T00:00:00Z":      false,
		"0001-01-01T00:00:00Z":      false, // Go's own zero
		"1970-01-01T00:00:00Z":      false, // that of columns
		"1971-01-01T00:00:00Z":      true,
		"9999-12-31T23:59:59Z":      true,
		"9999-12-31T23:59:59-23:59": false, // of the year 10000
	} {
		for _, field := range []string{"startedAt", "executionDeadline"} {
			a, err := intake.Decode([]byte(`{"callbackId":"QUJD","` + field + `":"` + text + `"}`))
			if faults, _ := errors.AsType[fault.List](err); ok != (err == nil) || !ok && faults[0].Pointer != "/"+field {
				t.Errorf("%s %s: %v", field, text, err)
			}
			if err == nil {
				_ = a.Fingerprint()
			}
		}
	}
}
