package handlers

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestRenderMarkdown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, want string }{
		"text":            {"Three-day *onsite* at **Kansai**.", "<p>Three-day <em>onsite</em> at <strong>Kansai</strong>.</p>\n"},
		"heading":         {"# Why\n## How\n##### Deep", "<h3>Why</h3>\n<h4>How</h4>\n<h6>Deep</h6>\n"},
		"raw HTML":        {"<b>x</b> <script>alert(1)</script>", "<p>x alert(1)</p>\n"},
		"HTML block":      {"<iframe src=//evil.test></iframe>\n", "\n"},
		"entity":          {"&lt;script&gt; `<b>`", "<p>&lt;script&gt; <code>&lt;b&gt;</code></p>\n"},
		"link":            {"[a](https://a.test/?x=1&y=2)", `<p><a href="https://a.test/?x=1&amp;y=2" rel="nofollow noreferrer noopener" target="_blank">a</a></p>` + "\n"},
		"bare address":    {"see https://a.test/x", `<p>see <a href="https://a.test/x" rel="nofollow noreferrer noopener" target="_blank">https://a.test/x</a></p>` + "\n"},
		"mail":            {"[m](mailto:a@b.test)", `<p><a href="mailto:a@b.test" rel="nofollow noreferrer">m</a></p>` + "\n"},
		"script link":     {"[a](javascript:alert(1))", "<p>a</p>\n"},
		"data link":       {"[a](data:text/html;base64,PHNjcmlwdD4=)", "<p>a</p>\n"},
		"link of ours":    {"[a](/auth/logout)", "<p>a</p>\n"},
		"hostless":        {"<https:/auth/logout>", "<p>https:/auth/logout</p>\n"},
		"scheme-relative": {"[a](//evil.test/)", "<p>a</p>\n"},
		"picture":         {"![chart](https://a.test/c.png)", `<p><a href="https://a.test/c.png" rel="nofollow noreferrer noopener" target="_blank">chart</a></p>` + "\n"},
		"bare picture":    {"![](https://a.test/c.png)", `<p><a href="https://a.test/c.png" rel="nofollow noreferrer noopener" target="_blank">Picture</a></p>` + "\n"},
		"linked picture":  {"[![c](https://a.test/c.png)](https://b.test/)", ""},
		"table":           {"| a |\n|:-:|\n| 1 |", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n</tr>\n</tbody>\n</table>\n"},
		"code class":      {"```js\nx\n```", "<pre><code>x\n</code></pre>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := sanitised(test.source)
			if err != nil {
				t.Fatal(err)
			}
			if test.want != "" && got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			checkForeignHTML(t, got)
		})
	}
}

// TestRenderMarkdown_Deep: nesting of the longest description that intake takes does not hold up the page.
func TestRenderMarkdown_Deep(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{"quotes": ">", "lists": "- ", "brackets": "[", "pictures": "![", "stars": "*a ", "ticks": "`a", "tables": "|-"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := sanitised(strings.Repeat(unit, 20_000/len(unit)))
			if err != nil {
				t.Fatal(err)
			}
			checkForeignHTML(t, got)
		})
	}
}

// sanitised is what renderMarkdown puts into the page.
func sanitised(source string) (string, error) {
	foreign, err := foreignHTML(source)
	return string(sanitiser.SanitizeBytes(foreign)), err
}

func FuzzRenderMarkdown(f *testing.F) {
	for _, seed := range []string{"# a\n- b\n> c", "[a](java\tscript:x)", "<a href=javascript:x>y</a>", "![a](x \"t\")", "<https://a.test>", "<https:>", "&#x6A;avascript:", "| a |\n|-|\n|<svg onload=x>|"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got, err := sanitised(source)
		if err != nil {
			t.Fatal(err)
		}
		checkForeignHTML(t, got)
	})
}

// checkForeignHTML fails on anything in a description that could load, run, style or imitate.
func checkForeignHTML(t *testing.T, html string) {
	t.Helper()
	document, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	const allowed = "p,br,hr,h3,h4,h5,h6,blockquote,pre,code,em,strong,del,ul,ol,li,table,thead,tbody,tr,th,td,a"
	document.Find("body *").Each(func(_ int, s *goquery.Selection) {
		if !s.Is(allowed) {
			t.Errorf("element %s in %q", goquery.NodeName(s), html)
		}
		for _, attribute := range s.Nodes[0].Attr {
			switch attribute.Key {
			case "href":
				if !strings.HasPrefix(attribute.Val, "http://") && !strings.HasPrefix(attribute.Val, "https://") && !strings.HasPrefix(attribute.Val, "mailto:") {
					t.Errorf("address %q in %q", attribute.Val, html)
				}
				if rel := s.AttrOr("rel", ""); !strings.Contains(rel, "nofollow") || !strings.Contains(rel, "noreferrer") {
					t.Errorf("rel %q in %q", rel, html)
				}
			case "rel", "target", "start":
			default:
				t.Errorf("attribute %s in %q", attribute.Key, html)
			}
		}
	})
}
