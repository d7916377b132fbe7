# Everything is built from source with Go alone: the operator, the tools, and the Kubernetes control plane that the demo
# and the tests run against. 'make' lists the targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
IMG ?= incident-operator:latest
KUBECTL ?= kubectl

# A user's own API server and etcd binaries come first.
export KUBEBUILDER_ASSETS ?= $(CURDIR)/bin/k8s

LINT = bin/golangci-lint run --allow-serial-runners
GO_BUILD = CGO_ENABLED=0 go build -trimpath
DIST = $(CURDIR)/dist
DIST_TOOL = cd hack/release && go run ./dist
IMAGE_ARCH ?= $(shell go env GOARCH)

##@ Try it

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z0-9-]*:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: build k8s bin/controlplane ## tell the main job by real kubectl commands on a control plane of its own
	hack/demo.sh

.PHONY: up
up: build k8s bin/controlplane ## start a control plane and the operator in the background, in .local
	hack/local.sh up

.PHONY: down
down: bin/controlplane ## stop them and delete .local
	hack/local.sh down

##@ Build

.PHONY: build
build: plugin ## build the operator, bin/manager, and the kubectl plugin
	$(GO_BUILD) -ldflags "-s -w -X main.version=$(VERSION)" -o bin/manager .

.PHONY: plugin
plugin: ## build the kubectl plugin: bin/kubectl-incident
	$(GO_BUILD) -ldflags "-s -w -X main.version=$(VERSION)" -o bin/kubectl-incident ./cmd/kubectl-incident
	ln -sf kubectl-incident bin/kubectl_complete-incident # The name by which kubectl asks for completions.

.PHONY: install-plugin
install-plugin: PLUGIN_DIR = $(or $(PREFIX),$(shell go env GOPATH))/bin
install-plugin: plugin ## copy the kubectl plugin, with its completion, to PREFIX/bin, else to the bin folder of GOPATH
	mkdir -p "$(PLUGIN_DIR)"
	cp bin/kubectl-incident "$(PLUGIN_DIR)/"
	ln -sf kubectl-incident "$(PLUGIN_DIR)/kubectl_complete-incident"

.PHONY: k8s
k8s: ## build etcd, kube-apiserver, kube-controller-manager and kubectl: bin/k8s (minutes, once); K8S_VERSION names another version
	hack/controlplane/build.sh bin/k8s $(K8S_VERSION)

.PHONY: flux
flux: ## build source-controller and kustomize-controller of Flux: bin/gitops (half an hour, once)
	hack/gitops/build.sh bin/gitops

.PHONY: image
image: ## build the container image IMG with docker
	GOOS=linux $(GO_BUILD) -ldflags "-s -w -X main.version=$(VERSION)" -o $(DIST)/bin/linux_$(IMAGE_ARCH)/manager .
	$(DIST_TOOL) root --manager $(DIST)/bin/linux_$(IMAGE_ARCH)/manager --version $(VERSION) --out $(DIST)/root/$(IMAGE_ARCH)
	docker build --platform linux/$(IMAGE_ARCH) -t $(IMG) .

.PHONY: clean
clean: ## stop what runs in .local and delete bin and dist
	@if [ -e .local/.controlplane ]; then hack/local.sh down; fi
	rm -rf bin dist

##@ Check

# Most of their time suites wait, so more packages run at a time than there are processors; those that take longest begin. What
# go vet finds, make verify finds.
LONGEST = ./test/e2e ./test/plugin ./test/controllers ./test/policies ./test/faults
AT_ONCE ?= 3

.PHONY: test
test: build k8s bin/controlplane ## run all tests: unit, against an API server, and end to end
	go test -vet=off -p $(AT_ONCE) -timeout 45m $(LONGEST) ./...

.PHONY: test-console
test-console: build k8s ## run the tests of the console in Chromium, which must be installed; CHROMIUM names another path
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || { echo "install Chromium, on Debian by 'apt-get install chromium', or set CHROMIUM to its path" >&2; exit 2; }
	cd test/console && CHROMIUM="$${CHROMIUM:-chromium}" go test -timeout 30m ./...

.PHONY: test-unit
test-unit: ## run the tests that need no API server
	go test ./api/... ./cmd/... ./internal/...

.PHONY: test-dist
test-dist: k8s ## build and test all that a release hands out, on an API server; needs root (minutes; not in make test)
	cd hack/release && go test ./...
	$(MAKE) dist VERSION=v0.0.0
	go test -tags dist -timeout 30m ./test/dist/...

.PHONY: test-git-engines
test-git-engines: k8s ## test what the engines of Flux and Argo CD make of our kinds (not in make test)
	cd test/gitops && go test ./...

.PHONY: test-gitops
test-gitops: build k8s flux bin/controlplane ## test with the engines, and with the controllers of Flux as processes (not in make test)
	cd test/gitops && go test -tags controllers -timeout 30m ./...

.PHONY: test-upgrade
test-upgrade: build k8s bin/controlplane ## test the upgrade from the commit FROM, and the way back (a minute; not in make test)
	@[ -n "$(FROM)" ] || { echo "FROM must be the commit of the earlier version, such as a tag" >&2; exit 2; }
	hack/upgrade.sh $(FROM)

.PHONY: bench
bench: build k8s bin/controlplane ## measure the operator beside a bare client, BENCH_FLAGS for more (docs/measuring.md)
	go run ./test/bench/propagation $(BENCH_FLAGS)

.PHONY: lint
lint: bin/golangci-lint ## run the linters
	$(LINT)
	for module in hack/controlplane hack/release test/console test/gitops; do \
		(cd $$module && $(CURDIR)/$(LINT) --config $(CURDIR)/.golangci.yml); done

.PHONY: verify
verify: bin/golangci-lint bin/crd-ref-docs ## regenerate, lint, and fail if any file changes
	MAKE="$(MAKE)" hack/verify.sh

##@ Change

.PHONY: fmt
fmt: bin/golangci-lint ## format the Go files
	bin/golangci-lint fmt

.PHONY: generate
generate: bin/crd-ref-docs web ## regenerate deep copies, CRDs, apply configurations, docs/api.md, the chart and the pages of the console
	go tool controller-gen object:headerFile=hack/boilerplate.go.txt paths=./api/...
	go tool controller-gen crd paths=./api/... output:crd:dir=config/crd/bases
	go tool controller-gen applyconfiguration:headerFile=hack/boilerplate.go.txt paths=./api/...
	bin/crd-ref-docs --log-level=ERROR --source-path=api --config=hack/crd-ref-docs.yaml --renderer=markdown --output-path=docs/api.md
	cd hack/release && go run ./chart --config ../../config --out ../../charts/incident-operator

.PHONY: web
web: bin/web ## bundle the pages of the console: internal/console/web/dist
	bin/web internal/console/web

.PHONY: samples
samples: ## regenerate config/samples from the folder SAMPLES_DATA
	@[ -n "$(SAMPLES_DATA)" ] || { echo "SAMPLES_DATA must be the folder that holds microsoft-incidents, falco and the others" >&2; exit 2; }
	go run ./hack/samples --data $(SAMPLES_DATA)

##@ Release

PLUGIN_PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
IMAGE_REPOSITORY ?= incident-operator
DOWNLOAD_URL ?= https://github.com/incident-operator/incident-operator/releases/download/$(VERSION)

.PHONY: dist-binaries
dist-binaries: ## build the operator and the plugin for all platforms: dist/bin
	for arch in amd64 arm64; do \
		GOOS=linux GOARCH=$$arch $(GO_BUILD) -ldflags "-s -w -X main.version=$(VERSION)" -o $(DIST)/bin/linux_$$arch/manager .; done
	for platform in $(PLUGIN_PLATFORMS); do \
		export GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		$(GO_BUILD) -ldflags "-s -w -X main.version=$(VERSION)" -o $(DIST)/bin/$${GOOS}_$$GOARCH/ ./cmd/kubectl-incident; done

.PHONY: dist
dist: dist-binaries bin/helm ## make all files of the release VERSION, offline: dist/ (docs/releasing.md)
	rm -f $(wildcard $(DIST)/*.*)
	$(DIST_TOOL) all --version $(VERSION) --revision "$$(git rev-parse HEAD)" --image $(IMAGE_REPOSITORY) --download $(DOWNLOAD_URL) \
		--binaries $(DIST)/bin --out $(DIST)
	hack/release/package-chart.sh $(VERSION) $(IMAGE_REPOSITORY) $(DIST)
	cd $(DIST) && find . -maxdepth 1 -type f ! -name checksums.txt -printf '%P\n' | LC_ALL=C sort | xargs sha256sum > checksums.txt

.PHONY: dist-sign
dist-sign: ## sign dist/checksums.txt with cosign and the key COSIGN_KEY
	@[ -n "$(COSIGN_KEY)" ] || { echo "COSIGN_KEY must be a key as cosign takes it" >&2; exit 2; }
	cosign sign-blob --yes --key "$(COSIGN_KEY)" --output-signature $(DIST)/checksums.txt.sig $(DIST)/checksums.txt

.PHONY: dist-upload
dist-upload: ## make a release of VERSION with what is in dist, by the GitHub command line
	gh release create $(VERSION) --verify-tag --notes-file $(DIST)/release-notes.md \
		$$(find $(DIST) -maxdepth 1 -type f ! -name release-notes.md)

##@ Deploy to the cluster of the current kubeconfig

.PHONY: install
install: ## install the CRDs alone
	$(KUBECTL) apply --server-side -k config/crd

.PHONY: deploy
deploy: ## install everything: CRDs, roles, policies and the operator
	$(KUBECTL) apply --server-side -k config/default

##@ Tools

.PHONY: tools
tools: bin/controlplane bin/golangci-lint bin/crd-ref-docs bin/web ## build the development tools at their pinned versions

bin/controlplane: $(wildcard hack/controlplane/*.go) hack/controlplane/go.mod
	cd hack/controlplane && $(GO_BUILD) -o $(CURDIR)/$@ .
	@touch $@

bin/golangci-lint: $(wildcard hack/tools/golangci-lint/*.go) hack/tools/go.mod hack/tools/go.sum
	@echo "Building golangci-lint with its plugin from source: some minutes the first time, afterwards it is skipped."
	cd hack/tools && $(GO_BUILD) -ldflags "-s -w" -o $(CURDIR)/$@ ./golangci-lint
	@touch $@

bin/helm: hack/release/tools.go hack/release/go.mod hack/release/go.sum
	cd hack/release && $(GO_BUILD) -ldflags "-s -w" -o $(CURDIR)/$@ helm.sh/helm/v4/cmd/helm
	@touch $@

bin/crd-ref-docs: hack/tools/tools.go hack/tools/go.mod hack/tools/go.sum
	cd hack/tools && $(GO_BUILD) -ldflags "-s -w" -o $(CURDIR)/$@ github.com/elastic/crd-ref-docs
	@touch $@

bin/web: $(wildcard hack/tools/web/*.go) hack/tools/go.mod hack/tools/go.sum
	cd hack/tools && $(GO_BUILD) -ldflags "-s -w" -o $(CURDIR)/$@ ./web
	@touch $@
