# Countersign: build, check and test. `make` lists the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Tools that are not in go.mod, because their dependencies are no business of the program's. They are built once.
LINT_VERSION := v2.15.0
TESTSUM_VERSION := v1.13.0
TOOLS := $(CURDIR)/.cache/bin
LINT := $(TOOLS)/golangci-lint-$(LINT_VERSION)/golangci-lint
TESTSUM := $(TOOLS)/gotestsum-$(TESTSUM_VERSION)/gotestsum

# The race detector does not watch the insides of SQLite (C translated to Go) and of brotli: they share
# nothing with us, and to watch them takes half of the tests' time. The driver of SQLite, to which our bytes
# go, is watched. A package that keeps a cache in a sync.Map or behind a sync.Once, as encoding/json does,
# must be watched: its look-up is compiled into it, and unwatched counts as a race.
UNWATCHED := -gcflags=modernc.org/...=-race=false -gcflags=modernc.org/sqlite= -gcflags=github.com/andybalholm/brotli/...=-race=false

# The packages whose tests take longest start first: the last one alone would leave a processor idle.
SLOWEST := ./internal/sqlstore ./handlers ./internal/desk ./cmd/bench ./cmd/chaos

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Not by go run, which calls an interrupt a failure however the program ended.
.PHONY: run
run: build ## Start the demo on this machine; needs Go and nothing else.
	@exec bin/countersign demo

.PHONY: build
build: ## Build the one static binary, bin/countersign.
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/countersign ./cmd/web

.PHONY: test
# Else each package sleeps for a second before it exits, for races of goroutines that have all ended by then.
test: export GORACE := atexit_sleep_ms=0
# make check has run go vet. Three packages at a time: those of cmd wait more than they work.
test: node_modules/.package-lock.json $(TESTSUM) ## Install what the tests need, then run all of them: SQLite, PostgreSQL, browser.
	scripts/install-tools.sh
	scripts/with-postgres.sh $(TESTSUM) --format pkgname --jsonfile .cache/test.json -- -race $(UNWATCHED) -vet=off -shuffle=on -p 3 $(SLOWEST) $$(go list ./... | grep -v '/e2e$$')
	@scripts/no-skips.sh .cache/test.json
# What routes may allocate is measured in the program as it is built, without the race detector.
	$(TESTSUM) --format testname --jsonfile .cache/bounds.json -- -vet=off -run '^TestBounds$$' ./handlers
	@scripts/no-skips.sh .cache/bounds.json
# The browser comes last and alone: it keeps the processors busy by itself. No test gets a second run.
# It meets the program as it is built: the tests above have watched it for races.
	scripts/with-postgres.sh $(TESTSUM) --format testname --jsonfile .cache/e2e.json -- -vet=off -timeout 30m -skip '^TestInterop' ./e2e
	@scripts/no-skips.sh .cache/e2e.json

.PHONY: interop
interop: node_modules/.package-lock.json $(TESTSUM) ## Run the desk with programs that others wrote; a line a check, with the version.
	scripts/install-tools.sh
	scripts/install-interop.sh
# What fails in one part keeps no other from running.
	@failed=; \
	scripts/with-postgres.sh $(TESTSUM) --format testname --jsonfile .cache/interop.json -- -count=1 -run '^TestInterop' ./e2e || failed=yes; \
	node -p '"AWS SDK: @aws/durable-execution-sdk-js " + require("./node_modules/@aws/durable-execution-sdk-js/package.json").version + " on Node.js " + process.version'; \
	$(TESTSUM) --format testname --jsonfile .cache/jsinterop.json -- -count=1 ./internal/jsinterop || failed=yes; \
	for part in interop jsinterop; do scripts/no-skips.sh .cache/$$part.json || failed=yes; done; \
	[ -z "$$failed" ]

.PHONY: check
check: fmt-check generate-check $(LINT) ## Check formatting, generated files, the places of mutants, go vet and golangci-lint.
	scripts/mutants.sh --places
	go vet ./...
	$(LINT) run ./...

.PHONY: fmt-check
fmt-check:
	@unformatted=$$(scripts/sources.sh | xargs -0 gofmt -l); \
	if [ -n "$$unformatted" ]; then printf 'gofmt would change:\n%s\n' "$$unformatted"; exit 1; fi

.PHONY: generate
generate: node_modules/.package-lock.json ## Build templates, stylesheet, font and the copy of htmx; format the sources.
	go tool templ fmt views
	go tool templ generate
	npx @tailwindcss/cli -i assets/app.css -o static/app.css --minify
	npx @tailwindcss/cli -i assets/form.css -o static/form.css --minify
	node scripts/subset-font.mjs
	cp node_modules/htmx.org/dist/htmx.min.js static/js/htmx.min.js
	scripts/sources.sh | xargs -0 gofmt -w

.PHONY: generate-check
generate-check:
	scripts/check-generated.sh

.PHONY: fuzz
fuzz: ## Fuzz each target for 10 s; their seeds run in every go test.
	scripts/fuzz.sh 10s

.PHONY: bench
bench: ## Measure the whole program under load.
	go run ./cmd/bench

.PHONY: chaos
chaos: ## Prove that no decision is lost or sent twice, while everything is killed; takes twenty minutes.
	go run ./cmd/chaos

.PHONY: chaos-short
chaos-short: ## The same with 1,500 decisions in each world; takes five to ten minutes.
	go run ./cmd/chaos -decisions 1500

node_modules/.package-lock.json: package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 22, or 20, for which npm warns of AWS's SDK (EBADENGINE)"; exit 1; }
	npm ci
	@touch $@

$(LINT):
	GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

$(TESTSUM):
	GOBIN=$(@D) go install gotest.tools/gotestsum@$(TESTSUM_VERSION)
