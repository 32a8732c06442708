package markdown

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/views/untrusted"
)

func TestRenderMarkdown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, want string }{
		"text":             {"Three-day *onsite* at **Kansai**.", "<p>Three-day <em>onsite</em> at <strong>Kansai</strong>.</p>\n"},
		"heading":          {"# Why\n## How\n##### Deep", "<h3>Why</h3>\n<h4>How</h4>\n<h6>Deep</h6>\n"},
		"raw HTML":         {"<b>x</b> <script>alert(1)</script>", "<p>&lt;b&gt;x&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		"HTML block":       {"<iframe src=//evil.test></iframe>\n", "<p>&lt;iframe src=//evil.test&gt;&lt;/iframe&gt;</p>\n"},
		"entity":           {"&lt;script&gt; `<b>`", "<p>&lt;script&gt; <code>&lt;b&gt;</code></p>\n"},
		"link":             {"[a](https://a.test/?x=1&y=2)", `<p><a href="https://a.test/?x=1&amp;y=2" rel="nofollow noreferrer noopener" target="_blank">a</a> (a.test)</p>` + "\n"},
		"bare address":     {"see https://a.test/x", `<p>see <a href="https://a.test/x" rel="nofollow noreferrer noopener" target="_blank">https://a.test/x</a></p>` + "\n"},
		"mail looks alike": {"[boss@аррӏе.com](mailto:boss@аррӏе.com)", `<p><a href="mailto:boss@%D0%B0%D1%80%D1%80%D3%8F%D0%B5.com" rel="nofollow noreferrer">boss@аррӏе.com</a> (boss@xn--80ak6aa92e.com)</p>` + "\n"},
		"mail to nobody":   {"[m](mailto:x)", "<p>m (mailto:x)</p>\n"},
		"mail":             {"[m](mailto:a@b.test)", `<p><a href="mailto:a@b.test" rel="nofollow noreferrer">m</a> (a@b.test)</p>` + "\n"},
		"script link":      {"[a](javascript:alert(1))", "<p>a (javascript:alert(1))</p>\n"},
		"data link":        {"[a](data:text/html;base64,PHNjcmlwdD4=)", "<p>a (data:text/html;base64,PHNjcmlwdD4=)</p>\n"},
		"link of ours":     {"[a](/auth/logout)", "<p>a (/auth/logout)</p>\n"},
		"hostless":         {"<https:/auth/logout>", "<p>https:/auth/logout</p>\n"},
		"scheme-relative":  {"[a](//evil.test/)", "<p>a (//evil.test/)</p>\n"},
		"picture":          {"![chart](https://a.test/c.png)", `<p><a href="https://a.test/c.png" rel="nofollow noreferrer noopener" target="_blank">chart</a> (a.test)</p>` + "\n"},
		"bare picture":     {"![](https://a.test/c.png)", `<p><a href="https://a.test/c.png" rel="nofollow noreferrer noopener" target="_blank">Picture</a> (a.test)</p>` + "\n"},
		"linked picture":   {"[![c](https://a.test/c.png)](https://b.test/)", ""},
		"table corner":     {"| | a |\n|:-:|---|\n| 1 | 2 |", "<table>\n<thead>\n<tr>\n<td></td>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"},
		"table":            {"| a |\n|:-:|\n| 1 |", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n</tr>\n</tbody>\n</table>\n"},
		"code class":       {"```js\nx\n```", "<p>js</p>\n<pre><code>x\n</code></pre>\n"},
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

// TestRenderMarkdown_LosesNoWord: whatever looks like markup that this is not, stands there as it
// was typed.
func TestRenderMarkdown_LosesNoWord(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, want string }{
		"placeholder":      {"Delete the bucket <prod-backups> and the role <admin>.", "Delete the bucket <prod-backups> and the role <admin>."},
		"line break":       {"Pay 1<br>500 EUR", "Pay 1<br>500 EUR"},
		"break in a table": {"| Item | Amount |\n|---|---|\n| Rent | 1<br>500 |", "Item Amount Rent 1<br>500"},
		"paragraph":        {"<p>Refund 5,000 EUR to ACME</p>", "<p>Refund 5,000 EUR to ACME</p>"},
		"generic type":     {"Changes Map<String, List<Integer>> in the contract", "Changes Map<String, List<Integer>> in the contract"},
		"comment":          {"a <!-- not --> b\n\n<!-- c -->\n\n<![CDATA[d]]> <?php e ?> <!DOCTYPE f>", "a <!-- not --> b <!-- c --> <![CDATA[d]]> <?php e ?> <!DOCTYPE f>"},
		"block":            {"<div>\n*a*\n</div>\n\n<script>\nb\n</script>", "<div> a </div> <script> b </script>"},
		"definition":       {"[x]: y\n\n[limit]: https://a.test 'of 5,000'\n\nsee [x]", "[x]: y [limit]: https://a.test 'of 5,000' see [x]"},
		"two ranges":       {"100~200 EUR, seats 5~10", "100~200 EUR, seats 5~10"},
		"about":            {"Costs ~500 EUR, ~3 days, ~/a to ~/b", "Costs ~500 EUR, ~3 days, ~/a to ~/b"},
		"three tildes":     {"a ~~~b~~~ c", "a ~~~b~~~ c"},
		"line ends":        {"To: A\nIBAN: B\r\nSum: C", "To: A IBAN: B Sum: C"},
		"code label":       {"```delete everything\nls\n```", "delete everything ls"},
		"link title":       {"[a](https://a.test 'not b')", "a (a.test, “not b”)"},
		"empty link":       {"[](https://a.test/x)", "Link (a.test)"},
		"link elsewhere":   {"[https://bank.example](https://evil.test)", "https://bank.example (evil.test)"},
		"user in a link":   {"[a](https://bank.example@evil.test/x) https://u:p@b.test/", "a (https://bank.example@evil.test/x) https://u:p@b.test/"},
		"IDN":              {"[pay](https://раypal.test) <https://раypal.test>", "pay (xn--ypal-43d9g.test) https://раypal.test (xn--ypal-43d9g.test)"},
		"bad host":         {"[a](https://a..b/x)", "a (https://a..b/x)"},
		"picture title":    {"![chart](https://a.test/c.png 'of sales')", "chart (a.test, “of sales”)"},
		"excess cells":     {"| a |\n|---|\n| 1 | 2 | 3 |\n| 4 |", "a 1 2 | 3 4"},
		"unseen":           {"Pay \u202e000,5\u202c &#x202e;x &#8203;y\u00ad", "Pay ⟨U+202E⟩000,5⟨U+202C⟩ ⟨U+202E⟩x ⟨U+200B⟩y⟨U+00AD⟩"},
		"unseen in code":   {"`a\u202eb`\n\n```\n\x1b[2J\n```", "a⟨U+202E⟩b ⟨U+001B⟩[2J"},
		"needed":           {"می\u200cخواهم 👩\u200d👧", "می\u200cخواهم 👩\u200d👧"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rendered, err := render(test.source)
			if err != nil {
				t.Fatal(err)
			}
			document := documentOf(t, rendered)
			document.Find("p, pre, td, th, br, div").Each(func(_ int, s *goquery.Selection) { s.AfterHtml(" ") })
			if got := strings.Join(strings.Fields(document.Text()), " "); got != test.want {
				t.Errorf("got  %+q\nwant %+q", got, test.want)
			}
			if document.Find("del").Length() > 0 {
				t.Error("something is struck through")
			}
		})
	}
}

// TestRenderMarkdown_Structure: what was typed in lines and numbers stays in them.
func TestRenderMarkdown_Structure(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"~~old~~ new":      "<p><del>old</del> new</p>\n",
		"a\nb":             "<p>a<br>\nb</p>\n",
		"2. a\n2. b\n9. c": `<ol start="2">` + "\n" + `<li value="2">a</li>` + "\n" + `<li value="2">b</li>` + "\n" + `<li value="9">c</li>` + "\n</ol>\n",
		"- a\n\n  1. b":    "<ul>\n<li>\n<p>a</p>\n<ol>\n" + `<li value="1">b</li>` + "\n</ol>\n</li>\n</ul>\n",
	} {
		if got, err := sanitised(source); err != nil || got != want {
			t.Errorf("%q: got  %q\nwant %q", source, got, want)
		}
	}
}

// TestRenderMarkdown_Bounded: no description that intake takes makes a page of more than a half
// MiB, or takes long to be made.
func TestRenderMarkdown_Bounded(t *testing.T) {
	t.Parallel()
	const longest = 20_000
	header := strings.Repeat("a|", 2000) + "\n" + strings.Repeat("-|", 2000) + "\n"
	for name, source := range map[string]string{
		"wide table":   header + strings.Repeat("|\n", (longest-len(header))/2),
		"quoted table": "> " + strings.ReplaceAll(header, "\n", "\n> ") + strings.Repeat("|\n> ", 3000),
		"addresses":    strings.Repeat("http://a.b ", longest/11),
		"links":        strings.Repeat("[](//a)", longest/7),
		"escapes":      strings.Repeat("\u200b", longest),
		"markup":       strings.Repeat("<\n", longest/2),
		"items":        strings.Repeat("1. \n", longest/4),
		"rules":        strings.Repeat("***\n\n", longest/5),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rendered, err := render(source)
			if err != nil {
				t.Fatal(err)
			}
			if rendered.Size() > 1<<20 {
				t.Errorf("%d bytes of %d", rendered.Size(), len(source))
			}
		})
	}
}

// TestTooWide: whatever byte stands in the line below a table's header, where the parser makes a
// table of it, its cells are bounded before.
func TestTooWide(t *testing.T) {
	t.Parallel()
	table := func(columns, rows int, first, middle, last string) string {
		line := first + "|" + strings.Repeat("-|", columns/2) + middle + strings.Repeat("-|", columns-columns/2) + last
		return "|" + strings.Repeat("a|", columns) + "\n" + line + "\n" + strings.Repeat("x\n", rows)
	}
	tables := 0
	for b := range rune(0x100) {
		for at := range 3 {
			var extra [3]string
			extra[at] = string(b)
			small, err := foreignHTML(table(4, 1, extra[0], extra[1], extra[2]))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(small), "<table") {
				continue
			}
			tables++
			if !tooWide(table(1000, 1000, extra[0], extra[1], extra[2])) {
				t.Errorf("a table with %q in place %d is made without a bound", b, at)
			}
		}
	}
	if tables < 6 {
		t.Errorf("%d tables are made, so that this proves nothing", tables)
	}
}

// TestDescriptions: a description is rendered once, and what is kept stays within its bound.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	var d Renderer
	if got, err := d.HTML("*once*"); err != nil || got.String() != `<p dir="auto"><em>once</em></p>`+"\n" {
		t.Fatalf("%q, %v", got.String(), err)
	}
	for key := range d.kept {
		d.kept[key] = untrusted.Sanitise(sanitiser, []byte("kept"))
	}
	if got, _ := d.HTML("*once*"); got.String() != "kept" {
		t.Errorf("it was rendered again: %q", got.String())
	}
	d.size = maxKept
	if _, err := d.HTML("more"); err != nil || len(d.kept) != 1 || d.size > 100 {
		t.Errorf("%d of %d bytes are kept beyond the bound (%v)", len(d.kept), d.size, err)
	}
}

// TestRenderMarkdown_Deep: nesting of the longest description that intake takes does not hold up
// the page.
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

// sanitised is what render puts into the page.
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
			case "rel", "target", "start", "value":
			default:
				t.Errorf("attribute %s in %q", attribute.Key, html)
			}
		}
	})
}

func documentOf(t *testing.T, html untrusted.SafeHTML) *goquery.Document {
	t.Helper()
	document, err := goquery.NewDocumentFromReader(strings.NewReader(html.String()))
	if err != nil {
		t.Fatal(err)
	}
	return document
}
