package callbacks

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/mask"
)

// TestShown: what the request named and what its queue names is masked, and nothing else is.
func TestShown(t *testing.T) {
	t.Parallel()
	queues := Queues{"finance": {Masked: []string{"/iban"}}}
	content := Content{Payload: []byte(`{"iban":"DE98","pin":1,"total":0.10}`), Masked: []string{"/pin"}, Tags: []string{"a"}}
	for queue, want := range map[string]Content{
		"finance": {
			Payload: []byte(`{"iban":"••••••","pin":"••••••","total":0.10}`), Tags: []string{"a"}, Masked: []string{"/pin"},
			Hidden: []mask.Place{{At: "0", Pointer: "/iban"}, {At: "1", Pointer: "/pin"}},
		},
		"no longer configured": {
			Payload: []byte(`{"iban":"DE98","pin":"••••••","total":0.10}`), Tags: []string{"a"}, Masked: []string{"/pin"},
			Hidden: []mask.Place{{At: "1", Pointer: "/pin"}},
		},
	} {
		if diff := cmp.Diff(want, queues.Shown(queue, content)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", queue, diff)
		}
	}
	if string(content.Payload) != `{"iban":"DE98","pin":1,"total":0.10}` || content.Hidden != nil {
		t.Errorf("the content itself is now %s", content.Payload)
	}
}

// TestAnnouncedKeepsMasks: what was masked when a callback was found stays so, whatever its
// announcement says and however late that comes.
func TestAnnouncedKeepsMasks(t *testing.T) {
	t.Parallel()
	for _, state := range States {
		c := Case{Callback: Callback{State: state, Request: Request{Queue: "finance", Source: SourceDiscovery}}}
		content := Content{Payload: []byte(`{"iban":1,"pin":2}`), Masked: []string{"/iban"}}
		saying := Content{Payload: []byte(`{"iban":3}`), Masked: []string{"/iban", "/pin"}}
		c.Announced(&content, Callback{}, saying, Queues{}.Bind, t0, shop)
		if diff := cmp.Diff([]string{"/iban", "/pin"}, content.Masked); diff != "" {
			t.Errorf("announced when %s (-want +got):\n%s", state, diff)
		}
	}
}

// TestCover: a request in which nothing is masked hides nothing elsewhere. One whose payload cannot
// be read now hides everything.
func TestCover(t *testing.T) {
	t.Parallel()
	queues := Queues{"finance": {Masked: []string{"/iban"}}}
	for _, tt := range []struct {
		content Content
		hides   bool
	}{
		{Content{}, false},
		{Content{InputUnread: true}, true},
		{Content{Payload: []byte(`"DE98"`)}, false},
		{Content{Payload: []byte(`"sealed"`), Encoded: true, Undecoded: "no key"}, true},
		{Content{Payload: []byte(`{"iban":`)}, true},
		{Content{Payload: []byte(`{"to":"DE98"}`)}, false},
		{Content{Payload: []byte(`{"iban":"DE98"}`)}, true},
	} {
		if got := queues.Cover("finance", &tt.content).Finds("DE98"); got != tt.hides {
			t.Errorf("%+v hides it: %t", tt.content, got)
		}
	}
}
