package spelling

import "testing"

func TestLookAlike(t *testing.T) {
	t.Parallel()
	for a, b := range map[string]string{
		"Approve": "approve", "Reject": " Re\u00a0ject ", "Hold": "Ho\u200dld", "Pay": "Ｐａｙ", "Go": "G\u043e", "Deploy": "Dep\u04cfoy",
		"Accept": "Ассерт", "Café": "Cafe\u0301", "Confirm": "Confirrn", "Plan I": "Plan l", "Plan 1": "Plan l", "Stage 0": "Stage O", "Send": "Send.",
		"Don't": "Don’t", "A-B": "A–B", "TOP": "ΤΟΡ", "Stop": "Stop\ufe0f", "x": "х", "Yes": "\u00a0YES", "Straße": "STRASSE",
		"𝐀pprove": "Approve", "Approve?": "Approve!", "(Approve)": "Approve", "Approve:": "approve", "Approvẹ": "Approve", "Apprové": "Approve",
		"A\u0336p\u0336prove": "Approve", "Ok\u20e3": "Ok", "ᴀᴘᴘʀᴏᴠᴇ": "Approve", "Yes∕No": "Yes/No", "İPTAL": "iptal", "IPTAL": "ıptal",
	} {
		if !LookAlike(a, b) || !LookAlike(b, a) {
			t.Errorf("%q and %+q are told apart", a, b)
		}
	}
	for a, b := range map[string]string{
		"Approve": "Reject", "Approve for 1 day": "Approve for 7 days", "+1": "-1", "👍": "👎", "!": "?", "Pay 10": "Pay 100", "はい": "いいえ", "承認": "却下",
		"1": "-1", "(": ")", "か": "が", "v1.1": "v11", "Да": "Нет",
	} {
		if LookAlike(a, b) {
			t.Errorf("%q and %q look alike", a, b)
		}
	}
}

func TestMixesAlphabets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Аpprove": true, "Rejеct": true, "Αpprove": true, "Ꮯlose": true, "Approve": false, "Одобрить": false, "Approve / Одобрить": false,
		"承認OK": false, "ＯＫする": false, "5 µm": false, "Été": false, "A\u200dд": true,
	} {
		if got := MixesAlphabets(text); got != want {
			t.Errorf("%+q: %v, want %v", text, got, want)
		}
	}
}
