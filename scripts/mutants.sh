#!/bin/sh
# Takes conditions of the gate and of Weigh away, one at a time, and prints the tests that fail then. A
# mutant that fails none has survived: a test is missing. The script fails if one survived, or could
# not be made or tested. It changes no file.
#
#   scripts/mutants.sh [NAME]
#   scripts/mutants.sh --places     only looks for the places, which takes seconds
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A line is NAME | FILE of internal/callbacks | what perl replaces. A check becomes one that passes.
pass() { printf '%s | explain.go | s/(func \\(c \\*claim\\) %s\\(\\) \\(GateTest, bool\\) \\{\\n)/$1\\tif true {\\n\\t\\treturn passed("")\\n\\t}\\n/\n' "$1" "$1"; }

mutants() {
	for check in testPending testRole testFreshness testQueue testGroup testRequester testDelegator testUnsigned testOneAccount testCount testPlace; do
		pass "$check"
	done
	cat <<'EOF'
role of auditors | explain.go | s/own\.Auditor && !own\.signs\(\)/own.Auditor && false/
role of the holder | explain.go | s/!c\.holder\(\)\.Roles\.signs\(\)/false/
exclusion asked | explain.go | s/!c\.Callback\.Requirement\.ExcludesRequester\(\)/true/
queue or escalation | explain.go | s/!s\.InQueue && !s\.Escalated/!s.InQueue/
same proposal | explain.go | s/s\.By\.ID == c\.signer\.ID && s\.Proposal == c\.proposal/s.By.ID == c.signer.ID/
own account | explain.go | s/s\.By\.ID != own\.id && s\.signer/s.signer/
account of a live one | explain.go | s/(testOneAccount.*?)s\.Live\(\) && /$1/s
signed and live | explain.go | s/(testUnsigned.*?)s\.Live\(\) && /$1/s
place gained | explain.go | s/after\.Has > before\.Has/after.Has >= 0/
tests after others | explain.go | s/if !overlap\(test\.after, open\)/if true/
first failure counts | explain.go | s/min\(e\.reached, i\)/i/
comment asked | gate.go | s/g\.Callback\.Requirement\.NeedsReason\(b\.Proposal\.Stance\)/false/
comment of ink | requirement.go | s/\|\| printable\.HasInk\(comment\)/|| comment != "" || printable.HasInk(comment)/
told what it does | gate.go | s/decides != b\.Sends/false/
never sends unasked | gate.go | s/decides != b\.Sends/decides == false && b.Sends/
never waits unasked | gate.go | s/decides != b\.Sends/decides && !b.Sends/
limit of the desk | gate.go | s/return g\.GroupsMaxAge\n/return g.Callback.Requirement.GroupsNotOlderThan\n/
limit of the rule | gate.go | s/ageCovers\(limit, g\.GroupsMaxAge\)/limit < 0/
replaces the earlier | gate.go | s/return s\.By\.ID == c\.signer\.ID \}/return false }/
others' rights | gate.go | s/found\.reached > why\.reached/false/
best right | gate.go | s/found\.reached > why\.reached/true/
in force | gate.go | s/inForce := s\.inForce\(g\.Callback\.Queue, g\.Now\)/inForce := s.Delegations/
delegation meanwhile | delegation.go | s/d\.during\(delegate, queue, from, to\)/delegate.id != "" && d.inForce(all[i].Person, queue, to)/
delegate of the requester | gate.go | s/refusal := comparedWithRequester\(other\.Person, g\.Callback\)/var refusal *Refusal/
delegate of a delegate | delegation.go | s/return all\[1:\]/return slices.DeleteFunc(all[1:], func(r Represented) bool { return r.ID != r.Via.From.ID })/
chain of delegates | delegation.go | s/i < len\(all\); i\+\+/i < min(2, len(all)); i++/
more delegations than read | gate.go | s/if s\.MoreDelegations/if false/
account of a delegate | delegation.go | s/who\.is\(identity\{d\.To, d\.ToAddress\}\)/d.To == who.id/
account that named the requester | queue.go | s/p\.identity\(\)\.is\(by\)/by.id == p.ID/
attainable without delegates | attainable.go | s/excluded: g\.excluded\(person\)/excluded: comparedWithRequester(person.Person, g.Callback)/
groups of the holder | gate.go | s/(func \(c \*claim\) signature.*?)groups := c\.holder\(\)\.Groups/$1groups := c.signer.Groups/s
queue of the holder | gate.go | s/InQueue:\s+overlap\(c\.Queue\.Groups, groups\)/InQueue: true/
marked as the requester's | gate.go | s/NotRequester: c\.excluded == nil/NotRequester: true/
both names | gate.go | s/if d := c\.delegation; d != nil/if d := c.delegation; false/
fills a place for | gate.go | s/p\.Stance == Against \|\| counted\.Threshold/counted.Threshold != matching.Unplaced || counted.Threshold == matching.Unplaced || counted.Threshold/
own is last of signers | gate.go | s/counted\.By\.ID != s\.ID && //
pending only in taking part | gate.go | s/pending\.State = Pending//
live only | weigh.go | s/s\.Live\(\) && compareSignatures/compareSignatures/
last of each | weigh.go | s/(compareSignatures\(s, last\[s\.By\.ID\]\)) > 0/$1 != 0/
fits | weigh.go | s/if r\.Fits\(&s\)/if true/
excluded | weigh.go | s/\(s\.NotRequester \|\| !t\.ExcludesRequester\(\)\)/true/
old groups | weigh.go | s/oldGroups\(s\.GroupsReadAt, s\.At, t\.GroupsNotOlderThan\) == nil/true/
old delegator | weigh.go | s/oldGroups\(s\.ActingFor\.ReadAt, s\.At, delegatorGroupsMaxAge\) == nil/true/
queue's groups | weigh.go | s/member := s\.InQueue/member := true/
from groups | weigh.go | s/if len\(threshold\.From\) > 0/if false/
escalated fits | weigh.go | s/member \|\| escalated/member || escalated \&\& false/
escalated at all | weigh.go | s/escalated := s\.Escalated && /escalated := /
escalation of the terms | weigh.go | s/s\.Escalated && t\.Escalate != nil && .*/s.Escalated/
escalated to these groups | weigh.go | s/overlap\(t\.Escalate\.To, s\.groups\(\)\)/true/
no place left | bind.go | s/return !r\.Fits\(s\)/return false/
escalates later | bind.go | s/return !slices\.Equal\(r\.fits\(s\)/return false \&\& !slices.Equal(r.fits(s)/
escalates already | bind.go | s/s\.Escalated && c\.escalated\(s\.groups\(\), now\)/false/
comment missing | bind.go | s/return checkComment\(.*\) != nil/return false/
decides by a policy | bind.go | s/for decided := c\.wait\(\)\.Decided;/for decided := (*Tally)(nil);/
one right | weigh.go | s/return r\.of\(s\.holder\(\)\)/return false/
fits of a right | weigh.go | s/r\.fits\[threshold\] \|\| fits/fits/
against by rights | weigh.go | s/len\(t\.rights\(given\)\), tally\.Needs/len(given), tally.Needs/
threshold against | weigh.go | s/Needs: t\.against\(\)/Needs: 1/
capped against | weigh.go | s/min\(len\(t\.rights\(given\)\), tally\.Needs\)/len(t.rights(given))/
places for | weigh.go | s/Needs: t\.Places\(\)/Needs: 1/
place of the one that fits | weigh.go | s/at != matching\.Unplaced && t\.fits\(&s\)\[at\]/at != matching.Unplaced/
never of none | weigh.go | s/t\.Has > 0 && t\.Has >= t\.Needs/t.Has >= t.Needs/
enough | weigh.go | s/t\.Has >= t\.Needs/t.Has > 0/
against first | weigh.go | s/cmp\.Compare\(a\.Stance, b\.Stance\),\n\t\ta\.last/a.last/
earlier first | weigh.go | s/a\.last\(\)\.Compare\(b\.last\(\)\), //
decides its own | weigh.go | s/return s\.Decided != nil && s\.Decided\.Proposal == p/return s.Decided != nil/
moving over | weigh.go | s/if only \{/if only && len(m.Open) == 0 {/
one place missing | weigh.go | s/m\.OpenPlaces\(\) == 1/true/
queue among groups | weigh.go | s/if len\(from\) == 0 \{\n\t\t\treturn nil/if false {\n\t\t\treturn nil/
EOF
}

mutants | while IFS= read -r line; do
	name=${line%% | *} rest=${line#* | }
	file=internal/callbacks/${rest%% | *} change=${rest#* | }
	[ $# -eq 0 ] || [ "$1" = --places ] || [ "$1" = "$name" ] || continue
	CHANGE=$change perl -0pe 'BEGIN { $change = $ENV{CHANGE} } eval "$change; 1" or die $@' "$file" >"$work/mutant.go"
	if cmp -s "$file" "$work/mutant.go"; then
		printf '| %s | no such place in %s |\n' "$name" "$file"
		continue
	fi
	[ "${1-}" != --places ] || continue
	printf '{"Replace":{"%s":"%s"}}' "$PWD/$file" "$work/mutant.go" >"$work/overlay.json"
	go test -vet=off -overlay "$work/overlay.json" ./internal/callbacks -rapid.nofailfile >"$work/out" 2>&1 </dev/null && red=survived ||
		red=$(sed -n 's/^--- FAIL: \([A-Za-z_]*\).*/\1/p' "$work/out" | sort -u | tr '\n' ' ')
	[ -n "$red" ] || red="not tested: $(grep -m 1 '\.go:' "$work/out")"
	printf '| %s | %s |\n' "$name" "$red"
done | tee "$work/report"
! grep -qE '\| (no such place in .*|survived|not tested: .*)( \||$)' "$work/report"
