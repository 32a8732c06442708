package callbacks

import (
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/fault"
	"countersign/internal/template"
)

var mara = Person{ID: "u-1", Subject: "u-1", Name: "Mara Okafor", Email: "mara@harborline.example", Groups: []string{"finance-approvers"}, Roles: Roles{Reviewer: true}}

func TestFill(t *testing.T) {
	t.Parallel()
	choice := Choice{Comment: "Fine by me.", PreparedAt: time.Date(2026, 11, 24, 13, 52, 31, 0, time.UTC)}
	approve, reject := DefaultOutcomes("")[0], DefaultOutcomes("")[1]

	t.Run("DefaultApprove", func(t *testing.T) {
		t.Parallel()
		want := `{"approved":true,"outcome":"approve","comment":"Fine by me.","reviewer":{"id":"u-1","name":"Mara Okafor","email":"mara@harborline.example"},"decidedAt":"2026-11-24T13:52:31Z"}`
		if got := approve.Fill(choice, mara, nil); got.Kind != Success || string(got.Result) != want {
			t.Errorf("got %s %s\nwant %s", got.Kind, got.Result, want)
		}
	})
	t.Run("DefaultReject", func(t *testing.T) {
		t.Parallel()
		got := reject.Fill(choice, mara, nil)
		if got.Kind != Failure || got.Error.ErrorType != "Rejected" || got.Error.ErrorMessage != "Fine by me." {
			t.Errorf("got %+v", got)
		}
		var data struct{ Approved *bool }
		if err := json.Unmarshal([]byte(got.Error.ErrorData), &data); err != nil || data.Approved == nil || *data.Approved {
			t.Errorf("error data %s does not say approved:false (%v)", got.Error.ErrorData, err)
		}
	})
	t.Run("RejectAsSuccess", func(t *testing.T) {
		t.Parallel()
		if got := DefaultOutcomes(Success)[1].Fill(choice, mara, nil); got.Kind != Success || !strings.HasPrefix(string(got.Result), `{"approved":false,`) {
			t.Errorf("got %s %s", got.Kind, got.Result)
		}
	})
	t.Run("CommentCannotBreakOut", func(t *testing.T) {
		t.Parallel()
		nasty := choice
		nasty.Comment = `","approved":false,"x":"{{reviewer.email}}\` + "\n\u2028</script>"
		got := approve.Fill(nasty, mara, nil)
		var doc struct {
			Approved bool
			Comment  string
			X        *string
		}
		if err := json.Unmarshal(got.Result, &doc); err != nil || !doc.Approved || doc.X != nil || doc.Comment != nasty.Comment {
			t.Errorf("got %s (%v)", got.Result, err)
		}
	})
	t.Run("Text", func(t *testing.T) {
		t.Parallel()
		o := Outcome{Kind: Success, Encoding: EncodingText, Payload: json.RawMessage(`"yes: {{comment}}"`)}
		if got := o.Fill(choice, mara, nil); string(got.Result) != "yes: Fine by me." {
			t.Errorf("got %s", got.Result)
		}
	})
	t.Run("KeepsTheSendersSpelling", func(t *testing.T) {
		t.Parallel()
		o := Outcome{Kind: Success, Payload: json.RawMessage(`{"b": 1.50, "a":"{{reviewer.id}}"}`)}
		if got := o.Fill(choice, mara, nil); string(got.Result) != `{"b": 1.50, "a":"u-1"}` {
			t.Errorf("got %s", got.Result)
		}
	})
	t.Run("SameArgumentsSameBytes", func(t *testing.T) {
		t.Parallel()
		first, second := approve.Fill(choice, mara, nil), approve.Fill(choice, mara, nil)
		if first.SHA256() != second.SHA256() {
			t.Error("two fillings of the same choice differ")
		}
	})
}

// placeholders is a template with the comment in n places.
func placeholders(n int) json.RawMessage {
	return json.RawMessage(`"` + strings.Repeat("{{comment}}", n) + `"`)
}

// TestPreview_TooLong: what is too long for Lambda is refused before it is made. The templates are
// older than the limit of placeholders. It measures memory, so nothing runs beside it.
func TestPreview_TooLong(t *testing.T) {
	const copies = 5900 // in 64 KiB; that is 135 MiB of comment
	long := placeholders(copies)
	for name, o := range map[string]Outcome{
		"JSON":    {Kind: Success, Payload: long},
		"Text":    {Kind: Success, Payload: long, Encoding: EncodingText},
		"Message": {Kind: Failure, ErrorType: "No", ErrorMessage: string(long)},
		"Data":    {Kind: Failure, ErrorType: "No", ErrorData: long},
	} {
		t.Run(name, func(t *testing.T) {
			o.Name = "long"
			choice := Choice{Outcome: "long", Comment: strings.Repeat("🎉", MaxCommentRunes)}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Prepared{Outcome: o}.completion(false, choice, mara, nil)
			runtime.ReadMemStats(&after)
			faults, ok := errors.AsType[fault.List](err)
			if !ok || faults[0].Pointer != "comment" || faults[0].Detail != "Lambda takes at most 1048576 bytes, this would be more." {
				t.Errorf("got %v, want a fault of the comment", err)
			}
			if spent := after.TotalAlloc - before.TotalAlloc; spent > MaxCompletionBytes {
				t.Errorf("%d bytes were used to refuse it", spent)
			}
		})
	}
}

// TestPreview_LongByItself: a template that is too long without any comment is no fault of the
// comment.
func TestPreview_LongByItself(t *testing.T) {
	t.Parallel()
	named := mara
	named.Name = strings.Repeat("Mara ", 100)
	names := json.RawMessage(`"` + strings.Repeat("{{reviewer.name}}", 3000) + `"`)
	long := Prepared{Outcome: Outcome{Name: "long", Kind: Success, Payload: names}}
	_, err := long.completion(false, Choice{Outcome: "long"}, named, nil)
	if faults, ok := errors.AsType[fault.List](err); !ok || faults[0].Pointer != "outcome" {
		t.Errorf("got %v, want a fault of the outcome", err)
	}
}

// TestPreview_LongTogether: if the comments of those who signed before are too long together, the
// last one cannot mend that with theirs. They can if theirs is too much.
func TestPreview_LongTogether(t *testing.T) {
	t.Parallel()
	lists := strings.Repeat(template.Signatures+",", 90)
	o := Outcome{Name: "pay", Kind: Success, Payload: json.RawMessage("[" + lists + "1]")}
	long := strings.Repeat("x", MaxCommentRunes)
	for name, tt := range map[string]struct {
		comments []string // the reader's last
		place    string
		together bool
	}{
		"OfOthers":        {[]string{long, long, long, "Fine."}, "outcome", true},
		"OfOthersAlone":   {[]string{long, long, long, ""}, "outcome", true},
		"WithTheReader's": {[]string{long, long, long}, "comment", false},
		"Fits":            {[]string{long, long, "Fine."}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var signed []Signature
			for _, comment := range tt.comments {
				signed = append(signed, Signature{Comment: comment})
			}
			choice := Choice{Outcome: "pay", Comment: tt.comments[len(tt.comments)-1]}
			_, err := Prepared{Outcome: o}.completion(false, choice, mara, signed)
			faults, _ := errors.AsType[fault.List](err)
			if tt.place == "" {
				if err != nil {
					t.Errorf("got %v, want none", err)
				}
				return
			}
			if len(faults) != 1 || faults[0].Pointer != tt.place || strings.Contains(faults[0].Detail, "too long together") != tt.together {
				t.Errorf("got %v, want a fault of the %s", err, tt.place)
			}
			if signed[0].Comment != long {
				t.Error("the signatures were changed")
			}
		})
	}
}

// TestLeastSize is never more than what is made: else something that Lambda takes would be refused.
func TestLeastSize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		choice := Choice{Comment: rapid.String().Draw(t, "comment")}
		for _, o := range append(DefaultOutcomes(Failure), Outcome{Kind: Success, Encoding: EncodingText, Payload: placeholders(3)}) {
			if least, made := o.leastSize(choice, mara, nil), len(o.Fill(choice, mara, nil).Body()); least > made {
				t.Errorf("%d bytes are foretold of %d, for %+v", least, made, o)
			}
		}
	})
}
