package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/doctor"
)

func TestSecretSections(t *testing.T) {
	t.Parallel()
	boxes := []doctor.Box{{Request: "a", Text: "opens"}, {Request: "b", Kind: "success", Text: "stays"}}
	opens := func(b doctor.Box) bool { return b.Text == "opens" }
	for name, tt := range map[string]struct {
		keys  int
		boxes []doctor.Box
		want  string
	}{
		"NoKey": {0, nil, "there is no key"}, "NothingWaits": {1, nil, "no secret waits"},
		"Opened": {1, boxes[:1], "open all 1 secrets"}, "Unopened": {2, boxes, "1 of 2 secrets"}, "KeyGone": {0, boxes[1:], "1 of 1 secrets"},
	} {
		if got := fmt.Sprintf("%+v", doctor.SecretSections(tt.keys, tt.boxes, opens)); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
