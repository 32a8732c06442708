package condition_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/condition"
)

var request = callbacks.Callback{
	ExecutionARN: "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP-2296/0f2c",
	Region:       "eu-central-1", Function: "expense-approval", Name: "approve-expense",
	Request: callbacks.Request{
		Source: "expenses", Queue: "finance", Title: "EXP-2296: Lisbon partner summit",
		Requester: callbacks.Requester{ID: "u-7", Name: "Ines Calloway", Email: "Ines@Harborline.example"},
	},
}

// holds evaluates a condition on a payload. The answer is true, false or the error.
func holds(t *testing.T, text, payload string) string {
	t.Helper()
	compiled, err := condition.Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	got, err := compiled.Holds(&callbacks.Reading{Callback: &request, Content: &callbacks.Content{Payload: []byte(payload), Tags: []string{"travel", "q4"}}})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(got)
}

// TestInputUnread: an input that the desk does not hold is not an empty one. Only a condition that
// reads it cannot be evaluated.
func TestInputUnread(t *testing.T) {
	t.Parallel()
	const unread = "the execution's input is too large, could not be read, is not JSON, or makes no payload"
	for text, want := range map[string]string{
		`has(payload.total) && payload.total > 5000.0`: unread,
		`!has(payload.total)`:                          unread,
		`payload == {}`:                                unread,
		`queue == "finance"`:                           "true",
		`queue == "other" && has(payload.total)`:       "false",
	} {
		compiled, err := condition.Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		holds, err := compiled.Holds(&callbacks.Reading{Callback: &request, Content: &callbacks.Content{InputUnread: true}})
		got := fmt.Sprint(holds)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// TestPayloadIsReadOnce: all conditions of a request share what the first made of its payload.
func TestPayloadIsReadOnce(t *testing.T) {
	t.Parallel()
	content := callbacks.Content{Payload: []byte(`{"total":5}`)}
	reading := callbacks.Reading{Callback: &request, Content: &content}
	for i, text := range []string{`queue == "other"`, `payload.total > 5`, `payload.total == 5`} {
		compiled, err := condition.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		holds, err := compiled.Holds(&reading)
		if err != nil || holds != (i == 2) {
			t.Errorf("%s: %t, %v", text, holds, err)
		}
		if i > 0 {
			content.Payload = []byte("not JSON, and never read again")
		}
	}
}

// TestVariables: each variable has the value that its name says.
func TestVariables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`payload.total == 3`:                           "true",
		`title.startsWith("EXP-")`:                     "true",
		`requester.name == "Ines Calloway"`:            "true",
		`requester.email.endsWith(".example")`:         "true",
		`requester.email == "ines@harborline.example"`: "true",
		`requester.id == "u-7"`:                        "true",
		`queue == "finance"`:                           "true",
		`source == "expenses"`:                         "true",
		`functionName == "expense-approval"`:           "true",
		`name == "approve-expense"`:                    "true",
		`account == "123456789012"`:                    "true",
		`region in ["eu-central-1", "us-east-1"]`:      "true",
		`"travel" in tags && size(tags) == 2`:          "true",
		`"travel" in tags && payload.total > 3`:        "false",
		`has(payload.other) && payload.other`:          "false",
		`payload.lines.exists(l, l.amount > 100)`:      "true",
		`payload.lines.all(l, l.amount > 100)`:         "false",
		`size(payload.lines.filter(l, l.ok)) == 1`:     "true",
		`title.matches("^EXP-[0-9]+:")`:                "true",
	} {
		if got := holds(t, text, `{"total":3,"lines":[{"amount":120.5,"ok":true},{"amount":2,"ok":false}]}`); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	if len(condition.Variables) != 12 {
		t.Errorf("%d variables; test the new ones too", len(condition.Variables))
	}
}

// TestNumbers: how a number is written does not matter, and none is rounded without a word.
func TestNumbers(t *testing.T) {
	t.Parallel()
	const many = " has more digits than can be compared exactly"
	for name, tc := range map[string]struct{ text, payload, want string }{
		"Whole":          {"payload.n >= 15000.0", `{"n":15000}`, "true"},
		"Zeros":          {"payload.n >= 15000.0", `{"n":15000.00}`, "true"},
		"Exponent":       {"payload.n >= 15000.0", `{"n":1.5e4}`, "true"},
		"Below":          {"payload.n >= 15000.0", `{"n":14999.99}`, "false"},
		"WholeLiteral":   {"payload.n > 5000", `{"n":7846.20}`, "true"},
		"Equal":          {"payload.n == 7846.2", `{"n":7846.20}`, "true"},
		"Arithmetic":     {"payload.n / 100.0 > 50.0", `{"n":5001}`, "true"},
		"MixedKinds":     {"payload.n / 100 > 50.0", `{"n":5001}`, "a value is of another type than the condition expects"},
		"Negative":       {"payload.n < -1.5", `{"n":-2}`, "true"},
		"Zero":           {"payload.n == 0.0", `{"n":-0.000}`, "true"},
		"Text":           {"payload.n > 5000.0", `{"n":"7846.20"}`, "a value is of another type than the condition expects"},
		"TextEqual":      {`payload.n == 7846.2`, `{"n":"7846.20"}`, "false"},
		"NumberOfText":   {"number(payload.n) > 5000.0", `{"n":"7846.20"}`, "true"},
		"NumberOfNumber": {"number(payload.n) > 5000.0", `{"n":7846.20}`, "true"},
		"NumberOfWords":  {"number(payload.n) > 5000.0", `{"n":"7,846.20"}`, `the text "7,846.20" is not a number`},
		"NumberOfHex":    {"number(payload.n) > 5000.0", `{"n":"0x1p20"}`, `the text "0x1p20" is not a number`},
		"NumberOfNaN":    {"number(payload.n) > 5000.0", `{"n":"NaN"}`, `the text "NaN" is not a number`},
		"NumberOfList":   {"number(payload.n) > 5000.0", `{"n":[1]}`, "number() takes a number or a text, not a list"},
		"NumberOfMany":   {"number(payload.n) > 1.0", `{"n":"15000.000000000000001"}`, "the number 15000.000000000000001" + many},
		"ManyDigits":     {"payload.n > 15000.0", `{"n":15000.000000000000001}`, "the number 15000.000000000000001" + many},
		"Fifteen":        {"payload.n > 1.0", `{"n":12345678901.2345}`, "true"},
		"GreatestWhole":  {"payload.n == 9007199254740992", `{"n":9007199254740992}`, "true"},
		"BeyondWhole":    {"payload.n > 1.0", `{"n":9007199254740993}`, "the number 9007199254740993" + many},
		"TooLarge":       {"payload.n > 1.0", `{"n":1e400}`, "the number 1e400" + many},
		"TooSmall":       {"payload.n > 0.0", `{"n":1e-400}`, "the number 1e-400" + many},
		"Subnormal":      {"payload.n > 0.0", `{"n":4.5e-320}`, "the number 4.5e-320" + many},
		"LongText":       {"payload.n > 0.0", `{"n":1` + strings.Repeat("1", 100) + `}`, "the number " + strings.Repeat("1", 40) + "…" + many},
		"Unread":         {"payload.m > 0.0", `{"n":9007199254740993,"m":1}`, "true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := holds(t, tc.text, tc.payload); got != tc.want {
				t.Errorf("%s of %s is %s, want %s", tc.text, tc.payload, got, tc.want)
			}
		})
	}
}

// TestFaults: what cannot be evaluated says why, and is never true or false.
func TestFaults(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[`, 5000) + strings.Repeat(`]`, 5000)
	wide := `{"list":[` + strings.TrimSuffix(strings.Repeat("1,", 20_000), ",") + `]}`
	for name, tc := range map[string]struct{ text, payload, want string }{
		"Missing":      {"payload.report.total > 1.0", `{"report":{}}`, "there is no total in the request"},
		"MissingAbove": {"payload.report.total > 1.0", `{}`, "there is no report in the request"},
		"NoPayload":    {"payload.total > 1.0", ``, "there is no total in the request"},
		"Null":         {"payload.total > 1.0", `{"total":null}`, "a value is of another type than the condition expects"},
		"List":         {"payload.total > 1.0", `[1]`, "a value is of another type than the condition expects"},
		"NotBoolean":   {"payload.total", `{"total":1}`, "it must be true or false, and is a number"},
		"NotBooleans":  {"payload.total || payload.other", `{"total":"yes","other":"no"}`, "a value is of another type than the condition expects"},
		"Broken":       {"payload.total > 1.0", `{"total":1`, "the payload is not JSON"},
		"TwoValues":    {"payload.total > 1.0", `{"total":2} {"total":0}`, "the payload is not one JSON value"},
		"NameTwice":    {"payload.total > 1.0", `{"total":2,"total":0}`, `the payload has the name "total" twice in one object`},
		"Deep":         {"payload == null", deep, "the payload is nested more than 100 deep"},
		"Cost":         {"payload.list.all(a, payload.list.exists(b, b == a + 1.0))", wide, "it costs too much for this request"},
		"DeepUnread":   {`queue == "finance"`, deep, "true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := holds(t, tc.text, tc.payload); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

// TestCompileAtOnce: two files can be checked at once. CEL's checker looks up its names when it meets
// the first unknown one, while another check may copy them into the scope of an all().
func TestCompileAtOnce(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { _, _ = condition.Compile("payload.list.all(a, payload.list.exists(b, b == a))") })
		group.Go(func() { _, _ = condition.Compile("paylaod.total > 1.0") })
	}
	group.Wait()
}

// TestCompile: the message says what is wrong, and where.
func TestCompile(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"paylaod.total > 1.0":            "1:1: there is no paylaod: write one of payload, title, requester.name, requester.email, requester.id, queue, source, functionName, name, account, region, tags",
		"title > 5":                      "1:7: > cannot take a text and a number",
		"queue == 'a' &&\n  title > 5.0": "2:9: > cannot take a text and a number",
		"requester == 'Ines'":            "1:1: there is no requester: write requester.email, requester.name or requester.id",
		"function == 'x'":                "1:1: there is no function: write functionName",
		"requester.mail == 'Ines'":       "1:10: there is no requester.mail: write requester.email, requester.name or requester.id",
		"double(payload.n) > 1.0":        "1:7: there is no double: write number(…), which loses no digits",
		"now > payload.at":               "1:1: there is no now: a condition knows no time, because a request gets its rule once, when it arrives",
		"payload.n >":                    "1:12: this is not CEL: mismatched input 'the end'",
		"title":                          "1:1: this is no condition: it must be true or false, and is a text",
		"payload.n > 15000.00000000001":  "1:13: the number 15000.00000000001 has more digits than can be compared exactly: write at most 15",
		"payload.n > 9007199254740993":   "1:13: the number 9007199254740993 has more digits than can be compared exactly: write at most 15",
		"payload.l.map(x, x + 1.0) == l": "1:14: there is no map: write one of",
	} {
		_, err := condition.Compile(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
}

// TestCompile_Bounds: a condition that is too long or nested too deep is refused at once.
func TestCompile_Bounds(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"Long":  "true" + strings.Repeat(" && true", 200),
		"Deep":  strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200),
		"Regex": `title.matches("((a{100}){100}){10}")`,
	} {
		if _, err := condition.Compile(text); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

// TestHolds_AtOnce: one compiled condition serves every request of the desk.
func TestHolds_AtOnce(t *testing.T) {
	t.Parallel()
	compiled, err := condition.Compile("payload.n > 5.0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan string, 20)
	for i := range 20 {
		go func() {
			got, err := compiled.Holds(&callbacks.Reading{Callback: &request, Content: &callbacks.Content{Payload: fmt.Appendf(nil, `{"n":%d}`, i)}})
			done <- fmt.Sprint(i, got == (i > 5), err)
		}()
	}
	for range 20 {
		if got := <-done; !strings.HasSuffix(got, "true <nil>") {
			t.Error(got)
		}
	}
}

func BenchmarkHolds(b *testing.B) {
	compiled, err := condition.Compile("payload.report.total >= 15000.0")
	if err != nil {
		b.Fatal(err)
	}
	content := callbacks.Content{Payload: []byte(`{"report":{"total":18420.00,"lines":[` + strings.TrimSuffix(strings.Repeat(`{"a":1.5},`, 50), ",") + `]}}`)}
	for b.Loop() {
		if _, err := compiled.Holds(&callbacks.Reading{Callback: &request, Content: &content}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzHolds(f *testing.F) {
	for _, text := range []string{"payload.n > 1.0", "payload.l.exists(x, x == 1.0)", "number(payload) > 2", "title.matches('a+')"} {
		f.Add(text, `{"n":1,"l":[1,2]}`)
	}
	f.Fuzz(func(t *testing.T, text, payload string) {
		compiled, err := condition.Compile(text)
		if err != nil {
			return
		}
		_, _ = compiled.Holds(&callbacks.Reading{Callback: &request, Content: &callbacks.Content{Payload: []byte(payload)}}) // must not panic
	})
}
