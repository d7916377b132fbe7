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
	"encoding/base64"
	"fmt"
)

const kubeconfigTemplate = `apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %s
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: local
  context:
    cluster: local
    user: %[3]s
    namespace: default
current-context: local
`

// writeKubeconfig gives a user a certificate of the Kubernetes authority and writes it with all else that a client
// needs into one file.
func writeKubeconfig(path string, ca *authority, server string, who user) error {
	credentials, err := ca.issueClient(who.cn, who.groups...)
	if err != nil {
		return fmt.Errorf("issuing the certificate of %s: %w", who.name, err)
	}
	content := fmt.Sprintf(kubeconfigTemplate, server, base64Of(ca.cert), who.name, base64Of(credentials.cert), base64Of(credentials.key))
	if err := writeSecret(path, []byte(content)); err != nil {
		return fmt.Errorf("writing the kubeconfig of %s: %w", who.name, err)
	}
	return nil
}

func base64Of(content []byte) string {
	return base64.StdEncoding.EncodeToString(content)
}
