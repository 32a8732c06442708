package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"countersign/durable"
	"countersign/durable/kmsgcm"
	"countersign/internal/standin/demo"
	"countersign/internal/standin/localkms"
	"countersign/internal/standin/locallambda"
)

// TestKMS: while a key cannot be used, the page says why, keeps the comment, and a rejection works;
// once it can, Lambda gets ciphertext, and the function reads what was shown.
func TestKMS(t *testing.T) {
	t.Parallel()
	const payroll, alias = "payroll", "alias/payroll"
	keys := localkms.New(localkms.Config{Region: region})
	key := keys.CreateKey(alias)
	server := httptest.NewServer(keys.Handler())
	t.Cleanup(server.Close)
	w := newWorld(t, func(settings map[string]string) {
		settings["KMS_ENDPOINT"] = server.URL
		settings[deskText] += "functions: {" + payroll + ": {kmsKey: " + alias + "}}\n"
	})
	serdes, err := kmsgcm.New(kms.New(kms.Options{
		Region: region, BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}), alias)
	if err != nil {
		t.Fatal(err)
	}
	w.register(payroll, durable.WithCallbackSerdes(serdes))
	mara := w.signIn(t, "mara")
	a, other := w.askFrom(t, payroll, expense()), w.askFrom(t, payroll, expense())
	keys.SetState(key, localkms.Disabled)

	mara.open(a.page())
	mara.write("#comment", "Agreed with Lena")
	mara.comes("#wire", "Lena")
	mara.reads("#wire", "go out encrypted with KMS key "+alias)
	mara.arm("approve")
	if status := mara.confirm(); status != http.StatusServiceUnavailable {
		t.Errorf("with a disabled key the page answers %d", status)
	}
	mara.reads("#problem", "cannot be encrypted with the KMS key "+alias+": it is disabled.", "Nothing was recorded or sent")
	mara.hasComment("Agreed with Lena")
	mara.inspect("key-disabled")

	mara.open(other.page())
	mara.write("#comment", "Too much")
	mara.arm("reject")
	mara.confirm()
	mara.reaches("completed")
	if got := w.result(t, other); got.Failed == nil || got.Failed.Message != "Too much" {
		t.Errorf("rejected, the function got %+v", got)
	}

	keys.SetState(key, localkms.Enabled)
	mara.open(a.page())
	mara.write("#comment", "Agreed with Lena")
	mara.comes("#wire", "Lena")
	shown := mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	if sent := w.await(t, locallambda.CallbackClosed, a.executionARN).Payload; !strings.Contains(sent, `"kmsKey"`) || strings.Contains(sent, "Lena") {
		t.Errorf("Lambda has %s, want an envelope", sent)
	}
	if got := w.result(t, a); got.Result != shown {
		t.Errorf("the function got %s\nthe page showed %s", got.Result, shown)
	}
}

// codecServer is a codec server of an operator: it writes bytes from last to first, as base64 in a JSON
// string, and knows for whom.
type codecServer struct {
	served *record[string] // path and person of each request
	closed chan struct{}   // while it is closed, the server refuses
}

func (c *codecServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Data   []byte
		Person struct{ Name string }
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &asked) != nil || r.Header.Get("Authorization") != "Bearer "+codecToken {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	select {
	case <-c.closed:
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "The vault is closed until 9:00."})
		return
	default:
	}
	c.served.add(r.URL.Path + " " + asked.Person.Name)
	data := asked.Data
	if r.URL.Path == "/v1/decode" {
		if json.Unmarshal(asked.Data, &data) != nil { // not encoded
			data = nil
		}
	}
	slices.Reverse(data)
	if r.URL.Path == "/v1/encode" {
		data, _ = json.Marshal(data)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

const codecToken = "the-token-of-the-codec-server-is-long-enough"

// TestCodecServer: what arrives encoded is shown decoded, for the person who looks; what is sent is
// encoded; and while the server refuses, the page says so without its words.
func TestCodecServer(t *testing.T) {
	t.Parallel()
	const payroll = "payroll"
	codec := &codecServer{served: newRecord[string](), closed: make(chan struct{})}
	server := httptest.NewServer(codec)
	t.Cleanup(server.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(codecToken), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] += "functions: {" + payroll + ": {codec: {url: '" + server.URL + "/v1', token: {file: " + token + "}}}}\n"
	})
	w.register(payroll)
	const payload = `{"salary":"7,846.20"}`
	encoded := []byte(payload)
	slices.Reverse(encoded)
	arrives := func(q *demo.Question) { q.Payload = encoded } // in base64
	a, other := w.askFrom(t, payroll, expense(arrives)), w.askFrom(t, payroll, expense(arrives))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.reads("#payload", "salary", "7,846.20")
	mara.reads("#wire", "go out encoded by the codec server")
	shown := mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	var sent []byte
	if err := json.Unmarshal([]byte(w.await(t, locallambda.CallbackClosed, a.executionARN).Payload), &sent); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(sent)
	if string(sent) != shown {
		t.Errorf("Lambda has %s backwards\nthe page showed %s", sent, shown)
	}
	for _, want := range []string{"/v1/decode Mara Okafor", "/v1/encode Mara Okafor"} {
		codec.served.await(t, patience, want, func(s string) bool { return s == want })
	}

	close(codec.closed)
	mara.open(other.page())
	mara.reads("#undecoded", "shown as it arrived", "The codec server refused, with status 403.")
	mara.inspect("codec-closed")
	mara.arm("approve")
	mara.confirm()
	mara.reads("#problem", "The codec server refused, with status 403.")
}
