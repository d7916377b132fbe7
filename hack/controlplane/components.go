/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package main

import (
	"fmt"
	"strings"
)

// The names of the processes are also those of their binaries, certificates, logs and pid files.
const (
	etcdName              = "etcd"
	apiServerName         = "kube-apiserver"
	controllerManagerName = "kube-controller-manager"
)

// controllers are those that need no node and no network: garbage collection, namespaces, service accounts, aggregated
// roles, and the type check of admission policies.
var controllers = []string{
	"garbage-collector-controller",
	"namespace-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"root-ca-certificate-publisher-controller",
	"clusterrole-aggregation-controller",
	"validatingadmissionpolicy-status-controller",
}

// auditPolicy records each request to the operator's API and each write of anything else, once and without contents.
// Tests count requests with it.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted, Panic]
rules:
- level: Metadata
  resources:
  - group: incidentoperator.dev
- level: Metadata
  verbs: [create, update, patch, delete, deletecollection]
- level: None
`

func (l layout) certificateFlags(certFlag, keyFlag, name string) []string {
	return []string{"--" + certFlag + "=" + l.pki(name+".crt"), "--" + keyFlag + "=" + l.pki(name+".key")}
}

func etcdArgs(l layout, p ports, noFsync bool) []string {
	args := []string{
		"--name=local",
		"--data-dir=" + l.data(),
		"--listen-client-urls=" + url(p.EtcdClient),
		"--advertise-client-urls=" + url(p.EtcdClient),
		"--listen-peer-urls=" + url(p.EtcdPeer),
		"--initial-advertise-peer-urls=" + url(p.EtcdPeer),
		"--initial-cluster=local=" + url(p.EtcdPeer),
		"--client-cert-auth",
		"--trusted-ca-file=" + l.pki(etcdAuthority+".crt"),
		"--peer-client-cert-auth",
		"--peer-trusted-ca-file=" + l.pki(etcdAuthority+".crt"),
		"--logger=zap",
		"--log-level=warn",
		fmt.Sprintf("--unsafe-no-fsync=%t", noFsync),
	}
	args = append(args, l.certificateFlags("cert-file", "key-file", etcdName)...)
	return append(args, l.certificateFlags("peer-cert-file", "peer-key-file", etcdName)...)
}

func apiServerArgs(l layout, p ports) []string {
	args := []string{
		"--etcd-servers=" + url(p.EtcdClient),
		"--etcd-cafile=" + l.pki(etcdAuthority+".crt"),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", p.APIServer),
		// The Service kubernetes must not point at a loopback address, and nothing here calls it.
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--client-ca-file=" + l.pki(kubernetesAuthority+".crt"),
		"--anonymous-auth=false",
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + l.pki(serviceAccountKey),
		"--service-account-signing-key-file=" + l.pki(serviceAccountKey),
		"--audit-policy-file=" + l.auditPolicy(),
		"--audit-log-path=" + l.log("audit"),
		"--audit-log-format=json",
		// A rotated log would be counted in part.
		"--audit-log-maxsize=0",
		"--profiling=false",
	}
	args = append(args, l.certificateFlags("etcd-certfile", "etcd-keyfile", etcdClient)...)
	return append(args, l.certificateFlags("tls-cert-file", "tls-private-key-file", apiServerName)...)
}

func controllerManagerArgs(l layout, p ports) []string {
	args := []string{ //nolint:prealloc // A literal says it best.
		"--kubeconfig=" + l.pki(controllerManagerName+".kubeconfig"),
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", p.ControllerManager),
		"--client-ca-file=" + l.pki(kubernetesAuthority+".crt"),
		"--controllers=" + strings.Join(controllers, ","),
		"--use-service-account-credentials=true",
		"--service-account-private-key-file=" + l.pki(serviceAccountKey),
		"--root-ca-file=" + l.pki(kubernetesAuthority+".crt"),
		"--leader-elect=false",
		"--profiling=false",
	}
	return append(args, l.certificateFlags("tls-cert-file", "tls-private-key-file", controllerManagerName)...)
}
