package storetest

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testSearch(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"Words":         searchWords,
		"InsideOfWords": searchInside,
		"Folded":        searchFolded,
		"WholeTokens":   searchTokens,
		"NeverAnError":  searchNeverFails,
		"NarrowsALists": searchNarrows,
		"LongWords":     searchLongWords,
	})
}

func searchWords(t *testing.T, s Store) {
	c := callbackstest.NewCallback(callbackstest.Title("Überweisung über 12.400,50 EUR an Łódź GmbH"), callbackstest.Function("payments-prod_v2"))
	c.Name, c.Requester = "approve-transfer", callbacks.Requester{Name: "Zoë O'Hara", Email: "zoe@example.com"}
	content := callbacks.Content{Description: "secretword", Payload: []byte(`"payloadword"`), Tags: []string{"finance", "x9y8"}}
	if _, err := s.Receive(t.Context(), callbacks.Message{}, c, content, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{}); err != nil {
		t.Fatal(err)
	}
	other := callbackstest.NewCallback(callbackstest.Title("Something else entirely"))
	other.Requester = callbacks.Requester{}
	Put(t, s, other)
	for search, want := range map[string]int{
		"überweisung": 1, "UBERWEISUNG": 1, "ueberweisung": 0, "uberw": 1, "weisung": 0, "12": 1, "400 12": 1, "12.400,50": 1,
		"eur gmbh": 1, "eur nothing": 0, "payments": 1, "payments-prod_v2": 1, "prod": 1, "approve-transfer": 1, "zoe": 1, "Zoë": 1,
		"o'hara": 1, "zoe@example.com": 1, "example": 1, "finance": 1, "x9": 1, "secretword": 0, "payloadword": 0, "  eur  ": 1,
	} {
		callbackstest.Same(t, "number found by "+search, Count(t, s, EveryRow(desk.Filter{Search: search}), 10), want)
	}
}

// searchInside: text and names written without spaces are found by the words inside them.
func searchInside(t *testing.T, s Store) {
	for title, searches := range map[string]map[string]int{
		"返金申請 注文A-17 至急":    {"返金": 1, "申請": 1, "金申": 1, "請": 1, "返金申請": 1, "A-17": 1, "注文A-17": 1, "至急 申請": 1, "申金": 0, "返請": 0},
		"東京都庁舎改修工事契約書の承認":   {"改修工事": 1, "東京都庁舎改修工事契約書の承認": 1, "庁舎改修工事契": 1, "承認": 1, "の": 1, "改修契約書の承": 0},
		"カード・ﾃﾞｰﾀ更新":        {"データ": 1, "ﾃﾞｰﾀ": 1, "ード": 1, "更新": 1},
		"경비처리승인 요청":         {"처리": 1, "승인": 1, "경비처리": 1, "요청": 1, "리요": 0},
		"อนุมัติค่าใช้จ่าย": {"ค่าใช้จ่าย": 1, "อนุมัติ": 1, "จ่าย": 1},
		"expenseApprovalV2 of May": {
			"approval": 1, "expense": 1, "expenseapproval": 1, "ExpenseApproval": 1, "approvalV2": 1, "v2": 1, "pproval": 0, "pense": 0,
		},
		"parseHTTPServer order4711": {"http": 1, "server": 1, "httpserver": 1, "4711": 1, "order4": 1, "ttp": 0, "erver": 0, "11": 0},
		"ЗаявкаНаВозврат":           {"возврат": 1, "заявка": 1, "озврат": 0},
	} {
		Put(t, s, callbackstest.NewCallback(callbackstest.Title(title)))
		for search, want := range searches {
			callbackstest.Same(t, "number found by "+search+" in "+title, Count(t, s, EveryRow(desk.Filter{Search: search}), 10), want)
		}
	}
	c := callbackstest.NewCallback(callbackstest.Title("x"))
	c.Requester.Name = "山田太郎"
	Put(t, s, c)
	callbackstest.Same(t, "number found by a given name", Count(t, s, EveryRow(desk.Filter{Search: "太郎"}), 10), 1)
}

// searchFolded: one letter has several spellings.
func searchFolded(t *testing.T, s Store) {
	for title, searches := range map[string][]string{
		"Sanierung Königstraße 5":      {"Königstrasse", "KÖNIGSTRASSE", "konigstraße", "königstraẞe"},
		"ＡＢＣ Invoice ４７１１":             {"abc", "ＡＢＣ", "ａｂｃ", "4711"},
		"Łódź Ærø Œuvre Đorđe Þór":     {"lodz", "aero", "oeuvre", "dorde", "thor", "łódź"},
		"İstanbul ısı ΟΔΟΣ":            {"istanbul", "isi", "οδος", "οδοσ", "οδοΣ"},
		"ﬁnance x² ㈱山":                 {"finance", "x2", "株"},
		"Über\u00adweisung co\u200dop": {"uberweisung", "coop"},
		"हिन्दी की":                    {"हिन्दी"},
	} {
		Put(t, s, callbackstest.NewCallback(callbackstest.Title(title)))
		for _, search := range searches {
			callbackstest.Same(t, "number found by "+search+" in "+title, Count(t, s, EveryRow(desk.Filter{Search: search}), 10), 1)
		}
	}
}

// searchLongWords: a request with a word too long for a database's index is stored, and a search
// for such a word is not an error.
func searchLongWords(t *testing.T, s Store) {
	for _, long := range []string{
		// 9 bytes each when taken apart
		strings.Repeat("x", 2046), strings.Repeat("x", 2047), strings.Repeat("x", 100_000), strings.Repeat("\uAC01", 256),
	} {
		c := callbackstest.NewCallback(callbackstest.Title("Refund " + long))
		c.Name = long
		content := callbacks.Content{Tags: []string{long}}
		if _, err := s.Receive(t.Context(), callbacks.Message{}, c, content, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{}); err != nil {
			t.Fatalf("a word of %d bytes: %v", len(long), err)
		}
		Count(t, s, EveryRow(desk.Filter{Search: long}), 10)
		callbackstest.Same(t, "number found by a word too long and another", Count(t, s, EveryRow(desk.Filter{Search: "refund " + strings.Repeat("y", 5000)}), 10), 0)
		callbackstest.Same(t, "found by its whole ID", Count(t, s, EveryRow(desk.Filter{Search: string(c.CallbackID)}), 10), 1)
	}
	callbackstest.Same(t, "number found by the word beside it", Count(t, s, EveryRow(desk.Filter{Search: "refund"}), 10), 4)
	callbackstest.Same(t, "number found by the longest word", Count(t, s, EveryRow(desk.Filter{Search: strings.Repeat("x", 2046)}), 10), 1)
}

func searchTokens(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	sibling := callbackstest.NewCallback() // another callback of the same execution
	sibling.ExecutionARN = c.ExecutionARN
	Put(t, s, sibling)
	without := callbackstest.NewCallback()
	without.ExecutionARN = ""
	Put(t, s, without)
	for name, tt := range map[string]struct {
		search string
		want   int
	}{
		"CallbackID":       {string(c.CallbackID), 1},
		"WithSpaces":       {" " + string(c.CallbackID) + "\n", 1},
		"PartOfCallbackID": {string(c.CallbackID)[:100], 0},
		"ExecutionARN":     {c.ExecutionARN, 2},
		"PartOfARN":        {c.ExecutionARN[:40], 0},
		"OtherCase":        {"ARN" + c.ExecutionARN[3:], 0},
	} {
		callbackstest.Same(t, name, Count(t, s, EveryRow(desk.Filter{Search: tt.search}), 10), tt.want)
	}
}

func searchNeverFails(t *testing.T, s Store) {
	Put(t, s, callbackstest.NewCallback(callbackstest.Title("AND or NOT near")))
	for search, want := range map[string]int{
		`"`: 0, `'`: 0, `*`: 0, `and`: 1, `AND OR NOT NEAR`: 1, `and*`: 1, `"and`: 1, `and"or"`: 1, `words:and`: 0, `-and`: 1, `^and`: 1, `and & | ! <-> or`: 1,
		`(and`: 1, `NEAR(and, 2)`: 0, `and:*`: 1, `\`: 0, `?`: 0, `$1 ?`: 0, "and\x00or": 1, "\xff\xfe": 0, "漢字 👍": 0, "%": 0, "_": 0,
	} {
		callbackstest.Same(t, "number found by "+search, Count(t, s, EveryRow(desk.Filter{Search: search}), 10), want)
		List(t, s, EveryRow(desk.Filter{Search: search, Limit: 5}))
	}
	long := ""
	for range 2000 {
		long += "and or "
	}
	callbackstest.Same(t, "number found by a very long search", Count(t, s, EveryRow(desk.Filter{Search: long}), 10), 1)
}

func searchNarrows(t *testing.T, s Store) {
	var want []callbacks.ID
	for i := range 5 {
		c := Put(t, s, callbackstest.NewCallback(callbackstest.Title("refund"), callbackstest.Timeout(time.Duration(5-i)*time.Minute)))
		want = append([]callbacks.ID{c.ID}, want...)
	}
	Put(t, s, callbackstest.NewCallback(callbackstest.Title("refund"), callbackstest.Ended(callbacks.Completed, callbackstest.T0)))
	Put(t, s, callbackstest.NewCallback(callbackstest.Title("refund"), callbackstest.Queue("other")))
	q := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable, Search: "ref", Limit: 2}, Queues: []string{callbacks.DefaultQueue}, Now: callbackstest.T0}
	callbackstest.Same(t, "found, page by page", IDsOf(ListAll(t, s, q)), want)
}
