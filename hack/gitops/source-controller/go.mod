module github.com/incident-operator/incident-operator/hack/gitops/source-controller

go 1.26.0

require github.com/fluxcd/source-controller v1.9.6

replace github.com/opencontainers/go-digest => github.com/opencontainers/go-digest v1.0.1-0.20220411205349-bde1400a84be

// The version that it names is not at the module proxy.
replace github.com/fluxcd/pkg/artifact => github.com/fluxcd/pkg/artifact v0.18.0
