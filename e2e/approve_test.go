package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
)

// TestApprove is the story of the desk: a request arrives in an open list, two people open it, one
// approves, and the function gets exactly the bytes that were shown. A page that is live reads
// itself again only when it is told to: what it shows of what happened elsewhere came over the
// stream, which names the callback when a change is signalled.
func TestApprove(t *testing.T) {
	t.Parallel()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, database(t))
			mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
			mara.reads("#list", "Nothing")
			mara.inspect("inbox-empty")
			mara.comes("#freshness", "Live")
			samePage := mara.keepsPage()
			told := mara.listen()

			arn := w.begin(t, function, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 60 }))
			mara.comes("#list", "EXP-2291")
			samePage()
			a := w.asked.await(t, patience, "the request", func(a asked) bool { return a.executionARN == arn })
			told.await(t, a.id)
			mara.inspect("inbox")

			mara.click(a.row() + " a")
			w.await(t, locallambda.HeartbeatReceived, arn)
			mara.comes("#clocks", "Kept alive by this review.")
			dana.open(a.page())
			dana.comes("#freshness", "Live")
			dana.comes("#presence", "Mara is also reviewing")
			mara.comes("#presence", "Dana is also reviewing")
			mara.inspect("review")

			samePage = dana.keepsPage()
			mara.write("#comment", "Agreed in “July” with <Lena> & \\ Örn 🎉")
			mara.comes("#wire", "Lena")
			shown := mara.arm("approve")
			mara.reads(`[data-bar="armed"]`, "Approve “Expense report EXP-2291: $7,846.20, Osaka customer onsite”?", "cannot be undone")
			mara.picture("armed")
			told = dana.listen()
			mara.click(armedBar + " .confirm") // nothing else waits: the receipt takes its place
			mara.reaches("completed")
			mara.comes("#verdict", "Approved. Lambda’s own history agrees.")
			dana.reaches("completed")
			told.await(t, a.id)
			samePage()

			hash := sha256.Sum256([]byte(shown))
			mara.reads("#receipt", hex.EncodeToString(hash[:]))
			closed := w.closings(t, a)
			if len(closed) != 1 || closed[0].CallbackSucceededDetails == nil {
				t.Fatalf("the history has %+v, want one success", closed)
			}
			if got := *closed[0].CallbackSucceededDetails.Result.Payload; got != shown {
				t.Errorf("Lambda has %s\nthe page showed %s", got, shown)
			}
			if got := w.result(t, a); got.Result != shown {
				t.Errorf("the function got %s\nthe page showed %s", got.Result, shown)
			}
			mara.comes("#follow-up", "SUCCEEDED")
			mara.inspect("decided")
			dana.reads("#verdict", "Mara Okafor approved this")
			dana.open("/?scope=history")
			dana.see(a.row())
			dana.inspect("history")
		})
	}
}
