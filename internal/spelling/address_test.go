package spelling

import "testing"

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"zoe@bücher.example", "ZOE@XN--BCHER-KVA.example", "zoe@bu\u0308cher.example."},
		{"o'hara@example.com", "O'Hara@Example.com"},
		{"straße@example.com", "STRASSE@example.com"},
		{"ines@example.com", "İNES@EXAMPLE.COM", "ınes@example.com", "i\u0307nes@example.com", "ines@EXAMPLE.COM"},
		{"zoe@mini.example", "ZOE@MİNİ.EXAMPLE"},
		{"+all@example.com", "+ALL@example.com"},
		{"a+b+c@example.com", "a@example.com", "a.@example.com"},
	} {
		want, ok := AddressKey(same[0])
		for _, spelling := range same {
			if got, readable := AddressKey(spelling); !ok || !readable || got != want {
				t.Errorf("%q is %q (%v), want %q", spelling, got, readable, want)
			}
		}
	}
	if all, _ := AddressKey("+all@example.com"); all == "@example.com" {
		t.Error("a tag without a name before it is no tag")
	}
	for _, text := range []string{"", "ines", "@", "ines@", "@example.com", "a@b.example c@d.example", "a@-.example", "a@example..com", "a@.example.com", "a..b@example.com", "a@b.example or @c", "a@\u200b"} {
		if key, ok := AddressKey(text); ok {
			t.Errorf("%q is taken for the address %q", text, key)
		}
	}
}

// TestSame: what has neither an address nor a word in it is compared as it stands.
func TestSame(t *testing.T) {
	t.Parallel()
	for a, b := range map[string]string{"(A)": "(a)", "★": "★", "(7)  x": "(7) X", "Ines Calloway (IT)": "calloway ines", "Ines (a) (b)": "Ines", "{ａ}": "{A}"} {
		if !Spell(a).Same(Spell(b)) {
			t.Errorf("%q and %q are told apart", a, b)
		}
	}
	for a, b := range map[string]string{"(a)": "(b)", "★": "☆", "": "", " ": "", "a@x.example": "a", "a@x.example ": "x example a"} {
		if Spell(a).Same(Spell(b)) {
			t.Errorf("%q and %q are taken for the same", a, b)
		}
	}
}
