package review

import (
	"encoding/json"
	"regexp"
	"strings"

	"countersign/internal/callbacks"
)

var (
	currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)
	plainNumber  = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)
)

// amount returns the sum that a request is about, if its payload has exactly one: an object with a
// currency beside an amount or a total, at the top level or one level below. It is empty if two
// such objects leave open which one is meant, and if the title already has the sum.
func amount(c *callbacks.Callback, payload []byte) string {
	var top map[string]json.RawMessage
	if json.Unmarshal(payload, &top) != nil {
		return ""
	}
	var found []sum
	if s, ok := sumOf(top); ok {
		found = append(found, s)
	}
	for _, value := range top {
		var below map[string]json.RawMessage
		if json.Unmarshal(value, &below) != nil {
			continue
		}
		if s, ok := sumOf(below); ok {
			found = append(found, s)
		}
	}
	if len(found) != 1 || strings.Contains(c.Title, thousands(found[0].number)) || strings.Contains(c.Title, found[0].number) {
		return ""
	}
	return found[0].currency + "\u00a0" + thousands(found[0].number)
}

// sum is a number and its currency, both as the sender spelled them.
type sum struct{ currency, number string }

func sumOf(object map[string]json.RawMessage) (s sum, ok bool) {
	if json.Unmarshal(object["currency"], &s.currency) != nil || !currencyCode.MatchString(s.currency) {
		return sum{}, false
	}
	one, hasAmount := object["amount"]
	other, hasTotal := object["total"]
	if hasAmount == hasTotal {
		return sum{}, false
	}
	if hasTotal {
		one = other
	}
	s.number = strings.Trim(string(one), `"`)
	return s, plainNumber.MatchString(s.number)
}

// thousands puts a comma at each thousand.
func thousands(number string) string {
	whole, fraction, _ := strings.Cut(number, ".")
	sign := ""
	if rest, negative := strings.CutPrefix(whole, "-"); negative {
		sign, whole = "-", rest
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}
