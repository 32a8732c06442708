package main

import (
	"countersign/internal/schema"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"countersign/internal/condition"
	"countersign/internal/config/deskfile"
)

// notRepeated are the fields whose value the overview does not repeat: what only AWS should read, and
// what is no key of the file. Texts that the domain has as numbers and pointers print as such;
// deskfile's TestDomain has them.
var notRepeated = map[string]bool{
	"ExternalID": true, "Version": true, "Escalate": true, "GroupsNotOlderThan": true, "KeepAliveMax": true,
}

// fill gives every value below v a text of its own, and returns the texts. It leaves out secrets.
func fill(v reflect.Value, at string) (texts []string) {
	switch v.Type() {
	case reflect.TypeFor[deskfile.Secret]():
		return nil
	case reflect.TypeFor[deskfile.Template](): // the page only says for which callbacks there are some
		return fill(v.FieldByName("Callback"), at+"-Callback")
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("at" + at)
		return []string{"at" + at}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return fill(v.Elem(), at)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return fill(v.Index(0), at)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		texts = append(fill(value, at), "key"+at)
		v.SetMapIndex(reflect.ValueOf("key"+at), value)
	case reflect.Struct:
		for f, field := range v.Fields() {
			if f.IsExported() && !notRepeated[f.Name] {
				texts = append(texts, fill(field, at+"-"+f.Name)...)
			}
		}
	default:
		panic("a kind that no file has: " + v.Kind().String())
	}
	return texts
}

// TestOverview: every key of countersign.yaml has its place on the page, so that a new one is not
// forgotten there.
func TestOverview(t *testing.T) {
	t.Parallel()
	d := new(deskfile.Desk)
	texts := fill(reflect.ValueOf(d).Elem(), "")
	if len(texts) < 20 {
		t.Fatalf("only %d texts are in the file: %q", len(texts), texts)
	}
	p := &purpose{desk: d, queues: domainQueues(d)}
	got := fmt.Sprintf("%+v", p.overview("countersign.yaml"))
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("the overview lacks %s: %s", text, got)
		}
	}
	for _, flag := range []string{"FourEyes:true", "Events:true", "Watched:true", "Encrypted:true", "Secrets:1", "Tokens:1", "For:7", "Against:7"} {
		if !strings.Contains(got, flag) {
			t.Errorf("the overview lacks %s: %s", flag, got)
		}
	}
}

// TestOverview_Secrets: the page knows how many secrets there are, and nothing of them.
func TestOverview_Secrets(t *testing.T) {
	t.Parallel()
	d, err := deskfile.Load(deskFile(t, rigDesk), deskfile.Surroundings{ReadFile: deskfile.ReadFile, Conditions: condition.Compile, Forms: schema.NewCompiler()})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Sources[rigSource].Tokens[0].Reveal(); got != rigToken {
		t.Fatalf("the token is %q", got)
	}
	p := &purpose{desk: d, queues: domainQueues(d)}
	if got := fmt.Sprintf("%+v", p.overview("countersign.yaml")); strings.Contains(got, rigToken) || !strings.Contains(got, "Tokens:1") {
		t.Errorf("the overview is %s", got)
	}
}

// TestReplicaName: what is started again in the same place has the same name, and two processes on
// one machine have not.
func TestReplicaName(t *testing.T) {
	t.Parallel()
	a, b := replicaName("127.0.0.1:8080"), replicaName("127.0.0.1:8081")
	if a == b || a != replicaName(":8080") || !strings.HasSuffix(a, ":8080") || strings.HasPrefix(a, ":") {
		t.Errorf("got %q and %q", a, b)
	}
}
