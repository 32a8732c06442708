package callbacks

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asked is a condition that a test writes in Go.
type asked func(c *Callback, content *Content) (bool, error)

func (a asked) Holds(r *Reading) (bool, error) { return a(r.Callback, r.Content) }

// largeQueues have a queue finance, which asks for more if the payload or the function says
// "large", and a queue that asks for one signature of anybody.
func largeQueues() Queues {
	large := asked(func(c *Callback, content *Content) (bool, error) {
		return bytes.Contains(content.Payload, []byte("large")) || c.Function == "large", nil
	})
	return Queues{
		"finance": {Name: "finance", Version: "v8", Rules: []Rule{
			{Name: "large", Condition: large, Terms: needs("2 approvers", "1 controllers").Terms},
			{Name: "everyday", Terms: needs("1").Terms},
		}},
		"default": {Name: "default"},
	}
}

// TestAnnouncedKeepsThatTheInputWasNotRead: an announcement without a payload does not turn an
// input that was not read into an empty one; a payload takes its place.
func TestAnnouncedKeepsThatTheInputWasNotRead(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]bool{"": true, `{"total":1}`: false} {
		c := Case{Callback: Callback{State: Pending, Request: Request{Queue: "finance", Source: SourceDiscovery}}}
		content := Content{InputUnread: true}
		var bound bool
		c.Announced(&content, Callback{}, Content{Payload: []byte(payload)}, func(_ *Callback, content *Content) Requirement {
			bound = content.InputUnread
			return OneSignature
		}, t0, shop)
		if content.InputUnread != want || bound != want {
			t.Errorf("announced with %q: unread is %t, bound with %t; want %t", payload, content.InputUnread, bound, want)
		}
	}
}

// TestAnnouncedBindsTheWhole: the request that reviewers see binds the callback, and that is what
// the sender says together with what the history showed. Nothing that a sender says or leaves out
// loosens what a rule asked for.
func TestAnnouncedBindsTheWhole(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		function, input, queue, payload string
		rule                            string
		basis                           Basis
	}{
		"NoPayload":      {"pay", `"large"`, "finance", "", "large", BasisCondition},
		"OtherFunction":  {"large", "", "finance", `"small"`, "large", BasisCondition},
		"SmallerPayload": {"pay", `"large"`, "finance", `"small"`, "large", BasisStood},
		"OtherQueue":     {"pay", `"large"`, "default", "", "large", BasisStood},
		"LargerPayload":  {"pay", `"small"`, "finance", `"large"`, "large", BasisCondition},
		"Same":           {"pay", `"small"`, "finance", `"small"`, "everyday", BasisCondition},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queues := largeQueues()
			c := Case{Callback: Callback{State: Pending, Function: tt.function, Request: Request{Queue: "finance", Source: SourceDiscovery}}}
			content := Content{Payload: []byte(tt.input)}
			c.Requirement = queues.Bind(&c.Callback, &content)
			stood := c.Requirement
			said, saying := Callback{Function: "pay", Request: Request{Queue: tt.queue, Source: "shop"}}, Content{Payload: []byte(tt.payload)}
			said.Requirement = queues.Bind(&said, &saying)
			c.Announced(&content, said, saying, queues.Bind, t0, shop)
			if got := c.Requirement; got.Rule != tt.rule || got.Basis != tt.basis || !got.Covers(stood.Terms) {
				t.Errorf("bound by %+v", got)
			}
			var want *Rebound
			if !c.Requirement.same(stood) {
				want = &Rebound{From: stood, To: c.Requirement}
			}
			if diff := cmp.Diff(want, c.Audit[0].Facts.Policy); diff != "" {
				t.Errorf("on record (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAnnouncedSettlesWhatNobodyKnew: a rule that applied only because no condition had decided
// gives way to the one whose condition holds for the whole request, also a weaker one.
func TestAnnouncedSettlesWhatNobodyKnew(t *testing.T) {
	t.Parallel()
	found, named := needs("2 a"), needs("1")
	named.Basis = BasisCondition
	for basis, want := range map[Basis]int{BasisOtherwise: 1, BasisFault: 1, BasisCondition: 2, BasisStood: 2} {
		found.Basis = basis
		c := Case{Callback: Callback{State: Pending, Requirement: found}}
		c.Announced(&Content{}, Callback{}, Content{}, func(*Callback, *Content) Requirement { return named }, t0, shop)
		if got := c.Requirement.Places(); got != want {
			t.Errorf("%s: %d places, want %d", basis, got, want)
		}
	}
}

// TestAnnouncedKeepsWhatDecided: what has been decided keeps the rule under which it was.
func TestAnnouncedKeepsWhatDecided(t *testing.T) {
	t.Parallel()
	c := Case{Callback: Callback{State: Decided, Requirement: needs("1")}}
	c.Announced(&Content{}, Callback{}, Content{}, func(*Callback, *Content) Requirement { return needs("2") }, t0, shop)
	if diff := cmp.Diff(needs("1"), c.Requirement); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestAnnouncedLate: whatever a sender states differently once the callback is decided is named on
// record. Fields that senders state have the tag said; what has none has a reason here.
func TestAnnouncedLate(t *testing.T) {
	t.Parallel()
	unstated := map[string]string{
		"Source": "who announced it", "Masked": "masks add up", "InputUnread": "of the history", "Template": "of the history",
		"Encoded": "of the function", "Undecoded": "of the function", "Hidden": "of the page",
	}
	late := func(set func(request, content reflect.Value)) []string {
		c := Case{Callback: Callback{State: Completed}}
		said, saying := Callback{}, Content{}
		set(reflect.ValueOf(&said.Request).Elem(), reflect.ValueOf(&saying).Elem())
		c.Announced(&Content{}, said, saying, Queues{}.Bind, t0, shop)
		return c.Audit[0].Facts.Differs
	}
	if differs := late(func(_, content reflect.Value) { content.FieldByName("Tags").Set(reflect.ValueOf([]string{})) }); len(differs) > 0 {
		t.Errorf("%q differ in the same announcement", differs)
	}
	for _, of := range []reflect.Type{reflect.TypeFor[Request](), reflect.TypeFor[Content]()} {
		for f := range of.Fields() {
			name := f.Tag.Get("said")
			if (name == "") != (unstated[f.Name] != "") {
				t.Errorf("%s: say with a tag under which name senders state it, or here why they do not", f.Name)
			}
			if name == "" {
				continue
			}
			differs := late(func(request, content reflect.Value) {
				into := request
				if of == content.Type() {
					into = content
				}
				fill(t, into.FieldByIndex(f.Index))
			})
			if !slices.Equal(differs, []string{name}) {
				t.Errorf("%s: the record names %q", f.Name, differs)
			}
		}
	}
}

// fill gives a value that is not zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("said")
	case reflect.Uint8:
		v.SetUint('1')
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("said"), reflect.Zero(v.Type().Elem()))
	case reflect.Struct:
		fill(t, v.Field(0))
	default:
		t.Fatalf("say here how to fill a %s", v.Type())
	}
}
