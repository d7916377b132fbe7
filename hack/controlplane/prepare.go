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
	"os"
)

// prepare writes what the processes read: ports, certificates, the audit policy, the controller manager's kubeconfig.
func (cp *controlPlane) prepare() (err error) {
	if cp.ports, err = choosePorts(cp.ports); err != nil {
		return err
	}
	if err := writeJSON(cp.portsFile(), cp.ports); err != nil {
		return fmt.Errorf("writing the ports: %w", err)
	}
	if err := cp.issueCertificates(); err != nil {
		return fmt.Errorf("issuing certificates: %w", err)
	}
	if err := os.WriteFile(cp.auditPolicy(), []byte(auditPolicy), 0o600); err != nil {
		return fmt.Errorf("writing the audit policy: %w", err)
	}
	manager := user{name: controllerManagerName, cn: "system:" + controllerManagerName}
	return writeKubeconfig(cp.pki(controllerManagerName+".kubeconfig"), cp.ca, url(cp.ports.APIServer), manager)
}

// issueCertificates issues them anew at each start: only the authorities have to last.
func (cp *controlPlane) issueCertificates() error {
	servers := map[string]*authority{etcdName: cp.etcdCA, apiServerName: cp.ca, controllerManagerName: cp.ca}
	for name, ca := range servers {
		issued, err := ca.issueServer(name)
		if err != nil {
			return err
		}
		if err := writePair(cp.layout, name, issued); err != nil {
			return err
		}
	}
	issued, err := cp.etcdCA.issueClient(etcdClient)
	if err != nil {
		return err
	}
	return writePair(cp.layout, etcdClient, issued)
}

func (cp *controlPlane) writeKubeconfigs(users []user) error {
	for _, who := range append([]user{admin}, users...) {
		if err := writeKubeconfig(cp.kubeconfig(who.name), cp.ca, url(cp.ports.APIServer), who); err != nil {
			return err
		}
	}
	return nil
}
