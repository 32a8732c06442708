package spelling

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/internal/printable"
)

// LookAlike reports whether a hurried reader may mistake one label for the other: they differ only
// in case, width, accents, spaces, invisible characters, surrounding punctuation, or in letters
// that look the same.
func LookAlike(a, b string) bool {
	return essence(a) == essence(b) || essence(skeleton(a)) == essence(skeleton(b))
}

// essence returns a label without what a hurried reader overlooks.
func essence(s string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, folded(s))
	if trimmed := strings.Trim(bare, `.…·,;:!?¡¿'"‘’“”«»()[]{}`); trimmed != "" {
		return trimmed
	}
	return bare
}

// skeleton replaces the letters of a label with the Latin letters they look like, after the idea of
// Unicode's confusables (UTS 39). It covers the pairs that common fonts draw alike, not all pairs;
// for the rest, no word may mix alphabets (see [MixesAlphabets]).
func skeleton(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x0300 && r <= 0x036f || r >= 0x20d0 && r <= 0x20ff { // accents and strokes
			return -1
		}
		return r
	}, norm.NFD.String(twins.Replace(norm.NFC.String(Plain(s)))))
}

// twins pairs letters that look alike. It runs before case folding, because I and l look alike but
// i and l do not.
var twins = strings.NewReplacer(func() (pairs []string) {
	for _, alphabet := range []struct{ from, to string }{
		{"I1|0", "lllO"},
		{"ɑɡıǀℓ", "agill"},
		{"ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"},
		// Cyrillic
		{"АВСЕНІЈКМОРЅТУХѴԚԜӀЁЇҮ", "ABCEHlJKMOPSTYXVQWlËÏY"},
		{"асеһіјорѕухѵԛԝӏкмтвнгёїүԁԍ", "acehijopsyxvqwlkmtbhrëïydg"},
		// Greek
		{"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺϳ", "ABEZHlKMNOPTYXCMj"},
		{"αγικνορτυχωηϲ", "ayikvoptuxwnc"},
		// Armenian, Cherokee
		{"օսհոցզյՕՍՏԼ", "ouhngqjOUSL"},
		{"ᎪᎬᎻᎫᏦᏞᎷᏢᎡᎢᏃᏔᏙᏚᏟᏴ", "AEHJKLMPRTZWVSCB"},
	} {
		to := []rune(alphabet.to)
		for i, r := range []rune(alphabet.from) {
			pairs = append(pairs, string(r), string(to[i]))
		}
	}
	return append(pairs, "rn", "m", "vv", "w", "–", "-", "—", "-", "−", "-", "‐", "-", "‑", "-", "∕", "/", "⁄", "/", "’", "'", "‘", "'")
}()...)

// alphabets are the scripts that share letters to the eye.
var alphabets = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Georgian, unicode.Lisu,
	unicode.Deseret, unicode.Osage, unicode.Tifinagh,
}

// MixesAlphabets reports whether a word mixes letters of two such scripts, as in "Аpprove" with a
// Cyrillic А. No language has such words.
func MixesAlphabets(s string) bool {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M) && !printable.Invisible(r) })
	for _, word := range words {
		var first *unicode.RangeTable
		for _, r := range word {
			for _, alphabet := range alphabets {
				if !unicode.Is(alphabet, r) {
					continue
				}
				if first != nil && first != alphabet {
					return true
				}
				first = alphabet
			}
		}
	}
	return false
}
