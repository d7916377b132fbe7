# What `make dist` builds without a container engine, for who has one: the root file system that hack/release writes, and no
# base. `make image` writes it first.
FROM scratch
ARG TARGETARCH
COPY dist/root/${TARGETARCH}/ /
# Numeric, so that the kubelet can verify runAsNonRoot.
USER 65532:65532
ENTRYPOINT ["/manager"]
